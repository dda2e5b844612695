"""Measure the locality of every built-in part and shipped scenario, and write the tables of docs/locality.md.

python scripts/measure_locality.py
"""

from collections.abc import Iterator
from pathlib import Path

from neuroplast import registry
from neuroplast.cli.locality import of_layers
from neuroplast.drafts import draft
from neuroplast.testing.locality import example_of, measure_part
from neuroplast.testing.locality.alone import EXPERIMENTS
from neuroplast.testing.locality.found import SYNAPSES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "locality.md"
BEGIN, END = "<!-- measured: {} -->", "<!-- end -->"


def parts() -> Iterator[tuple[str, ...]]:
    """A row for each built-in part that has a say in how local a layer is."""
    known = registry.current()
    yield "kind", "part", "tier", "flags", "depends on"
    for kind in EXPERIMENTS:
        for entry in known.entries(kind):
            if entry.plugin.name != "builtin":
                continue
            example = example_of(entry.part, known)
            found = measure_part(example) if example else None
            if found is None:
                yield kind, entry.part.kind, "not measured", "", ""
                continue
            words = ", ".join(sorted(set(found.findings) - {SYNAPSES}))
            yield kind, entry.part.kind, found.tier, ", ".join(found.flags), words


def layers() -> Iterator[tuple[str, ...]]:
    """A row for each layer of the shipped scenarios."""
    yield "scenario", "layer", "measured, and the parts it comes from"
    known = registry.current()
    for name in known.kinds()["scenario"]:
        if known.provider("scenario", name).name == "builtin":
            for layer, told in of_layers(draft(name, []).resolve()).items():
                yield name, layer, told


def table(rows: Iterator[tuple[str, ...]]) -> str:
    """A table as Markdown has it; the first row is its head."""
    head, *rest = rows
    lines = [head, tuple("---" for _ in head), *rest]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def renewed(page: str) -> str:
    """The page with its tables measured anew."""
    for name, rows in (("parts", parts), ("layers", layers)):
        before, begin, rest = page.partition(BEGIN.format(name))
        _, end, after = rest.partition(END)
        page = f"{before}{begin}\n{table(rows())}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"written: {PAGE}")
