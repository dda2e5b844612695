"""Statements about a rule hold of that rule, and tell it from the others."""

import pytest

from neuroplast import registry

RULES = ("anti_hebb", "hebb", "instar", "oja", "outstar", "sanger", "softhebb")
SPECIAL = {("oja", "softhebb"), ("oja", "sanger")}
"""What holds of the first holds of the second too: with g = u, or for one neuron, it is Oja's rule."""


def refused(claimed: str, rule: str) -> list[str]:
    """The statements claimed of one rule that do not hold of another."""
    known = registry.current()
    claims, part = known.claims("rule", claimed), known.get("rule", rule).part()
    found = []
    for name in dir(claims):
        statement = getattr(claims, name)
        if not getattr(statement, "__neuroplast_holds__", False):
            continue
        try:
            statement(part)
        except AssertionError:
            found.append(name)
    return found


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("claimed", RULES)
def test_statements_tell_rules_apart(claimed: str, rule: str):
    same = claimed == rule or (claimed, rule) in SPECIAL
    assert bool(refused(claimed, rule)) != same
