"""What the user sees of an error: one message, no traceback unless asked for, and an exit code."""

from __future__ import annotations

import os
import sys
import traceback

from neuroplast.blame import sentence
from neuroplast.cli.output import settings


def report(error: BaseException) -> int:
    """Tell of an error on stderr, and in the log; return the exit code."""
    if isinstance(error, BrokenPipeError):  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if hasattr(error, "show"):  # typer's own, for a command line that cannot be parsed
        error.show()
        return int(getattr(error, "exit_code", 2))
    message, code = sentence(error)
    _log(message, error)
    if settings.debug:
        traceback.print_exception(error)
    print(message, file=sys.stderr)
    return code


def _log(message: str, error: BaseException) -> None:
    if "logging" in sys.modules:
        import logging

        logging.getLogger("neuroplast").info(message, exc_info=error)
