"""Methods that cannot be called as their interface says, told before anything is called."""

import pytest

from neuroplast import Competition, Dynamics, PluginError, Rule, Synapse, hookimpl, registry
from neuroplast.build import RegistryResolver, layer_spec
from neuroplast.kinds import KINDS
from neuroplast.registry import Registry
from neuroplast.signatures import misfit


def wrong(base, **methods):
    """What is told of a part with these methods, which need not be whole."""
    return misfit(type("Odd", (base,), {"__module__": __name__, **methods}), base)


@pytest.mark.parametrize(
    ("compete", "told"),
    [
        (lambda self, v: v, "compete(self, v) cannot be called as compete(self, v, memory): "),
        (lambda self, v, memory, k: v, "compete(self, v, memory, k) cannot be called as"),
        (lambda self, drives, memory: v, "missing a required argument: 'drives'"),
        (property(lambda self: 3), "compete is no method; write compete(self, v, memory)"),
    ],
)
def test_a_wrong_signature_is_told_with_the_right_one(compete, told):
    assert told in wrong(Competition, compete=compete)


@pytest.mark.parametrize(
    "compete",
    [
        lambda self, v, memory: v,
        lambda self, v, memory, k=3: v,
        lambda self, v, memory, **more: v,
        lambda *given, **named: None,
    ],
)
def test_more_than_is_asked_is_no_fault(compete):
    assert not wrong(Competition, compete=compete)


def test_optional_methods_and_those_of_every_layer_part_count_too():
    assert wrong(Dynamics, settle=lambda self, u, memory: u).startswith("settle(self, u, memory)")
    assert "give it the parameters of Rule.surrogate" in wrong(Rule, surrogate=lambda self, u: u)
    assert "outer(self, post, x) cannot" in wrong(Synapse, outer=lambda self, post, x: x)
    assert "check(self) cannot be called as check(self, fit)" in wrong(Rule, check=lambda self: 0)


def test_every_part_of_the_registry_fits():
    known = registry.current()
    parts = [(e.part, kind.interface) for kind in KINDS.values() for e in known.entries(kind.name)]
    assert len(parts) > 30
    assert not [misfit(*pair) for pair in parts if misfit(*pair)]


class Odd(Competition):
    """Takes no memory."""

    kind = "odd"

    def compete(self, v):
        return v


def test_a_part_that_cannot_be_called_is_told_when_it_is_named(monkeypatch):
    class Provider:
        competitions = staticmethod(hookimpl(lambda: [Odd]))

    known = Registry()
    known.add(Provider(), "strange", "stranger")
    with pytest.raises(PluginError) as caught:
        RegistryResolver(known).resolve(Competition, "odd")
    assert str(caught.value) == (
        "plugin strange (package stranger): competition 'odd': compete(self, v) cannot be called as "
        "compete(self, v, memory): too many positional arguments; "
        "give it the parameters of Competition.compete"
    )
    registry.use(known)
    try:
        with pytest.raises(PluginError, match="plugin strange"):
            layer_spec(competition="odd")
    finally:
        registry.use(None)
