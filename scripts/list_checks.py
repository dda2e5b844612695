"""Writes the list of checks in docs/conformance.md, which tests/docs/test_complete.py compares with the checks."""

from collections.abc import Iterator
from pathlib import Path

from neuroplast.kinds import KINDS
from neuroplast.testing.asking import ANY, all_checks

PAGE = Path(__file__).resolve().parent.parent / "docs" / "conformance.md"
BEGIN, END = "<!-- list of checks: begin -->\n", "<!-- list of checks: end -->\n"

Asked = dict[tuple[str, str], list[str]]
"""The kinds of parts that each check is asked of, by its name and its reason."""


def asked() -> Asked:
    """Every check once, in the order in which they are asked."""
    found: Asked = {}
    for check in all_checks():
        about = " ".join(check.about.split())
        found.setdefault((check.name, about), []).append(check.family)
    return found


def listed() -> str:
    """The list as it stands in the page: of every part, of several kinds, of one kind."""
    found = asked()
    sections = {"Of every part": {k: f for k, f in found.items() if ANY in f}}
    sections["Of several kinds"] = {k: f for k, f in found.items() if len(f) > 1}
    for kind, entry in KINDS.items():
        article = "" if entry.hook == kind else "an " if kind[0] in "aeiou" else "a "
        sections[f"Of {article}{kind}"] = {k: f for k, f in found.items() if f == [kind]}
    return "\n".join(line for title, rows in sections.items() for line in _section(title, rows))


def _section(title: str, rows: Asked) -> Iterator[str]:
    if not rows:
        return
    several = any(len(families) > 1 for families in rows.values())
    yield from (f"### {title}", "")
    yield f"| check | why |{' asked of |' if several else ''}"
    yield f"|---|---|{'---|' if several else ''}"
    for (name, about), families in rows.items():
        kinds = f" {', '.join(sorted(families, key=_place))} |" if several else ""
        yield f"| {_cell(name)} | {_cell(about)} |{kinds}"
    yield ""


def _place(family: str) -> int:
    """Kinds in the order in which a layer uses them."""
    return list(KINDS).index(family)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def page() -> str:
    """The page with the list that it should have."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{listed()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
