"""What an error says in one sentence, whose it is, and how a program ends that met it."""

from __future__ import annotations

import sys

from neuroplast.errors import NeuroplastError, PartError

INTERRUPTED = 130


def sentence(error: BaseException) -> tuple[str, int]:
    """The message, which names the plugin that raised if one did, and the exit code."""
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
    registry = sys.modules.get("neuroplast.registry")  # without it no plugin ran
    if registry is not None and (plugin := registry.current().culprit(error)) is not None:
        return f"plugin {plugin.name} (package {plugin.package} {plugin.version}) failed"
    return "internal error"
