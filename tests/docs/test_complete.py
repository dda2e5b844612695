"""Pages that list something list all of it: parts, checks, hooks, discrepancies."""

import inspect
import re
import runpy

import pluggy
import pytest
from support.pages import ROOT, read

from neuroplast import hookspecs, registry
from neuroplast.kinds import KINDS

# What there is


def test_every_part_is_listed_with_its_first_line():
    listing = runpy.run_path(str(ROOT / "scripts" / "list_parts.py"))
    told = listing["listed"]()
    assert "| `oja` | Oja's rule. One linear neuron finds the first principal" in told
    assert "| `sanger` (`gha`, `hpca`) | " in told
    assert read("docs/parts.md") == listing["page"](), "run: python scripts/list_parts.py"


def test_every_part_that_comes_with_it_is_in_the_list():
    listed = re.findall(r"^\| `(\w+)`", read("docs/parts.md"), re.MULTILINE)
    known = registry.current()
    kinds = [name for names in known.kinds().values() for name in names]
    assert sorted(listed) == sorted(kinds)


# What the kit checks


def test_every_check_is_listed_with_its_reason():
    listing = runpy.run_path(str(ROOT / "scripts" / "list_checks.py"))
    assert "| check | why |" in listing["listed"]()
    assert read("docs/conformance.md") == listing["page"](), "run: python scripts/list_checks.py"


def test_every_check_says_why():
    listing = runpy.run_path(str(ROOT / "scripts" / "list_checks.py"))
    assert [name for name, about in listing["asked"]() if not about] == []


# Hooks


def _hooks():
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return sorted(
        name for name in dir(hookspecs) if manager.parse_hookspec_opts(hookspecs, name) is not None
    )


@pytest.mark.parametrize("name", _hooks())
def test_every_hook_is_documented_with_its_arguments(name):
    arguments = ", ".join(inspect.signature(getattr(hookspecs, name)).parameters)
    (row,) = [line for line in _rows("docs/hooks.md") if line.startswith(f"| `{name}(")]
    assert row.startswith(f"| `{name}({arguments})` |")
    kinds = {kind.hook: kind.name for kind in KINDS.values()}
    if name in kinds:
        assert row.split("|")[2].strip() == kinds[name]


def test_every_method_that_a_part_must_have_is_documented():
    for kind in KINDS.values():
        (row,) = [line for line in _rows("docs/hooks.md") if line.startswith(f"| `{kind.hook}(")]
        for method in kind.interface.__abstractmethods__ - {
            "weight_shape",
            "output_shape",
            "positions",
        }:
            assert f"`{method}" in row, (kind.name, method)


# Discrepancies

IDS = [
    f"{source}{n}"
    for source, last in (("M", 12), ("S", 20), ("N", 37), ("T", 11))
    for n in range(1, last + 1)
]


def _rows(page):
    return [line for line in read(page).splitlines() if line.startswith("| ")]


def _discrepancies():
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in _rows("docs/discrepancies.md")]
    return {
        cells[0].strip(): cells for cells in rows if re.fullmatch(r"[A-Z]\d+", cells[0].strip())
    }


def test_every_discrepancy_has_a_row_with_what_is_done_about_it():
    found = _discrepancies()
    assert list(found) == IDS
    for cells in found.values():
        assert len(cells) == 4
        assert all(cell.strip() for cell in cells)


def _named_by_parts():
    """(id, kind, name) for every discrepancy that a part's docstring names, as `show` prints it."""
    return {
        (found, family, entry.part.kind)
        for family in KINDS
        for entry in registry.current().entries(family)
        for found in re.findall(
            r"discrepanc(?:y|ies) ([MSNT]\d+)", inspect.getdoc(entry.part) or ""
        )
    }


def test_what_parts_name_is_on_the_page_and_the_other_way_round():
    told = {
        (found, *shown)
        for found, cells in _discrepancies().items()
        for shown in re.findall(r"`show (\w+) (\w+)`(?! describes)", cells[3])
    }
    assert told == _named_by_parts()
    assert ("S2", "scaling", "largest") in told
