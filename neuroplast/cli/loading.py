"""Loading plugins for a verb that tells itself of some that fail: each failure is told once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroplast.discovery import Plugin
    from neuroplast.registry import Registry


class Held:
    """Lines about plugins that fail, held back until it is known which are told otherwise; later ones go to stderr."""

    def __init__(self) -> None:
        self._lines: list[str] | None = []

    def __call__(self, line: str) -> None:
        """Take one line."""
        from neuroplast.registry import to_stderr

        if self._lines is None:
            to_stderr(line)
        else:
            self._lines.append(line)

    def release(self, told: Iterable[Plugin]) -> None:
        """Print what is not about these plugins, and hold no more."""
        begins = tuple(f"plugin {plugin.name}: " for plugin in told)
        lines, self._lines = self._lines or [], None
        for line in lines:
            if not line.startswith(begins):
                self(line)


def insisted() -> Registry:
    """The plugins, loaded. A local file that fails is an error; an installed one may not be needed, and is told of."""
    from neuroplast import registry
    from neuroplast.discovery import LOCAL

    held = Held()
    known = registry.current(held)
    held.release(plugin for plugin in known.plugins if plugin.package == LOCAL)
    known.insist()
    return known
