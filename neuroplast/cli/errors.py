"""What the user sees of an error: one message, no traceback unless asked for, and an exit code."""

from __future__ import annotations

import os
import sys
import traceback

from neuroplast.cli.output import settings
from neuroplast.errors import NeuroplastError, PartError

INTERRUPTED = 130


def report(error: BaseException) -> int:
    """Tell of an error on stderr, and in the log; return the exit code."""
    if isinstance(error, BrokenPipeError):  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if hasattr(error, "show"):  # typer's own, for a command line that cannot be parsed
        error.show()
        return int(getattr(error, "exit_code", 2))
    message, code = _message(error)
    _log(message, error)
    if settings.debug:
        traceback.print_exception(error)
    print(message, file=sys.stderr)
    return code


def _message(error: BaseException) -> tuple[str, int]:
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", []))
    if isinstance(error, KeyboardInterrupt):
        return f"interrupted{notes}", INTERRUPTED
    if isinstance(error, PartError):
        return f"{_who(error)}: {error}{notes}", error.exit_code
    if isinstance(error, NeuroplastError):
        return f"{error}{notes}", error.exit_code
    text = " ".join(str(error).split())
    found = f"{type(error).__name__}: {text}{notes}"
    return f"{_who(error)}: {found}; run again with --debug to see where", 1


def _who(error: BaseException) -> str:
    """The plugin that raised, if one did."""
    registry = sys.modules.get("neuroplast.registry")
    if registry is not None and (plugin := registry.current().culprit(error)) is not None:
        return f"plugin {plugin.name} (package {plugin.package} {plugin.version}) failed"
    return "internal error"


def _log(message: str, error: BaseException) -> None:
    if "logging" in sys.modules:
        import logging

        logging.getLogger("neuroplast").info(message, exc_info=error)
