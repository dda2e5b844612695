"""The locality of a part by its class, measured or not."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Readout, Rule, registry
from neuroplast.testing import locality_of


class Plain(Rule):
    kind: ClassVar[str] = "plain_rule"
    uses: ClassVar[set[str]] = {"pre", "post"}

    def delta(self, view):
        return view.outer(view.g)


class Needs(Plain):
    kind: ClassVar[str] = "needs_a_number"
    size: float = Field(description="needed")


class Raises(Plain):
    kind: ClassVar[str] = "raises"

    def delta(self, view):
        raise OSError("no reason")


def test_what_was_measured():
    found = locality_of(Plain, registry.current())
    assert found.found.tier == "A"
    assert str(found) == (
        "tier A (the synapse's own pre, post and weight); measured with plain_rule"
    )
    assert found.plain() == {
        "tier": "A",
        "about": "the synapse's own pre, post and weight",
        "couples_batch": False,
        "couples_neurons": False,
        "shares_weights": False,
        "depends_on": ["post", "pre"],
        "measured_with": "plain_rule",
    }


def test_why_it_was_not():
    known = registry.current()
    assert locality_of(Readout, known) is None
    needs = locality_of(Needs, known)
    assert str(needs) == "not measured (it needs parameters, and no claims name any)"
    raises = locality_of(Raises, known)
    assert raises.plain() == {"not_measured": "OSError: no reason"}
