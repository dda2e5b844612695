"""Every built-in part against every check that applies to it. A new part is covered with no edit here."""

import pytest

from neuroplast import registry
from neuroplast.kinds import KINDS
from neuroplast.testing import all_checks, check_part

ENTRIES = [
    entry
    for kind in KINDS
    for entry in registry.current().entries(kind)
    if entry.plugin.name == "builtin"
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.part.family}:{e.part.kind}")
def test_the_part_passes(entry):
    report = check_part(entry.part)
    if not report:
        pytest.fail(str(report), pytrace=False)
    assert report.counts()["passed"], f"nothing was checked:\n{report}"


LOOSE = {"stimuli", "readout", "measure", "preprocessing", "architecture"}
"""Kinds whose parts have no formula for the kit to loop; what is claimed of them are statements."""


@pytest.mark.parametrize("kind", sorted(set(KINDS) - LOOSE))
def test_a_formula_is_claimed_of_every_part(kind):
    """Else the checks against it would be skipped."""
    entries = [entry for entry in ENTRIES if entry.part.family == kind]
    claimed = {e.part.kind for e in entries if registry.current().claims(kind, e.part.kind)}
    assert claimed == {entry.part.kind for entry in entries}


def test_every_kind_of_part_has_checks_of_its_own():
    assert {check.family for check in all_checks()} >= set(KINDS)


def test_there_are_parts():
    assert len(ENTRIES) > 30
