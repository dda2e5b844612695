"""Draw the receptive fields of a run's first layer: python scripts/draw_fields.py RUN PICTURE.png."""

import sys

from neuroplast.analysis.fields import picture, receptive_fields
from neuroplast.errors import NeuroplastError


def main(run: str, file: str) -> int:
    """Draw, and say where the picture is."""
    try:
        picture(receptive_fields(run)).save(file)
    except (NeuroplastError, OSError) as error:
        print(f"draw_fields: {error}", file=sys.stderr)
        return 1
    print(f"written: {file}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
