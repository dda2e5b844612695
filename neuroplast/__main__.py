"""`python -m neuroplast`: the command line."""

import sys

from neuroplast.cli import main

sys.exit(main())
