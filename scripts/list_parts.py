"""Writes docs/parts.md, what there is of each kind; tests/docs/test_complete.py compares it with the registry.

python scripts/list_parts.py
"""

import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from neuroplast import registry
from neuroplast.kinds import KINDS, SCENARIO, Kind

PAGE = Path(__file__).resolve().parent.parent / "docs" / "parts.md"
BEGIN, END = "<!-- list of parts: begin -->\n", "<!-- list of parts: end -->\n"
BUILT_IN = "builtin"


def listed() -> str:
    """A table for each kind of part, in the order in which a layer uses them, then one of scenarios."""
    known = registry.current()
    sections = [_section(known, kind) for kind in KINDS.values()]
    scenarios = _table((f"`{name}`", about) for name, about in _scenarios(known))
    return "\n\n".join([*sections, f"## Scenarios\n\nQuestions, one a file.\n\n{scenarios}"])


def _section(known: registry.Registry, kind: Kind) -> str:
    rows = [_row(e.part) for e in known.entries(kind.name) if e.plugin.name == BUILT_IN]
    what = inspect.getdoc(sys.modules[kind.interface.__module__]) or ""
    return f"## {kind.hook.capitalize()}\n\n{what}\n\n{_table(rows)}"


def _row(part: type) -> tuple[str, str]:
    """Its names, and the first line of its docstring."""
    also = ", ".join(f"`{alias}`" for alias in part.aliases)
    first, *_ = (inspect.getdoc(part) or "").splitlines()
    return f"`{part.kind}`{f' ({also})' if also else ''}", first


def _scenarios(known: registry.Registry) -> Iterator[tuple[str, str]]:
    """Names, and the first sentence of what each says of itself."""
    for name in known.kinds()[SCENARIO]:
        if known.provider(SCENARIO, name).name == BUILT_IN:
            about = tomllib.loads(known.scenario(name).read_text(encoding="utf-8"))["about"]
            first, *_ = re.split(r"(?<=[.?]) ", " ".join(about.split()), maxsplit=1)
            yield name, first


def _table(rows: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> str:
    cells = [("name", "what it is"), ("---", "---"), *rows]
    return "\n".join(f"| {name} | {_escaped(about)} |" for name, about in cells)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def page() -> str:
    """The page with the list that it should have."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{listed()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
