"""What can be wrong with claims themselves: told of the claims, all at once, and never of the part."""

from types import SimpleNamespace
from typing import ClassVar

import pytest
from support.growths import FORMULA, Claimed, GrowthClaims, growths

from neuroplast import Memory, hookimpl
from neuroplast.registry import Registry
from neuroplast.testing import (
    Claims,
    CompetitionClaims,
    ConstraintClaims,
    Example,
    RuleClaims,
    ScalingClaims,
    SynapseClaims,
    check_part,
    holds,
)
from neuroplast.testing.faults import faults

GIVEN = {"w": [[1.0]], "x": [[2.0]], "g": [[3.0]]}


class Sound(RuleClaims):
    of = "claimed"
    cases = ({}, {"gain": 2.0})
    examples = (
        Example(GIVEN, [[6.0]]),
        Example(GIVEN, [[0.0]], {"gain": 0.0}),
    )
    exceptions: ClassVar[dict[str, str]] = {f"{FORMULA} [somewhere]": "of one setting"}
    _factor = 1.0

    def change(self, rule, s):
        return rule.gain * s.g * s.x * self._factor

    def _helper(self):
        """Nobody's business."""

    @holds
    def something(self, rule):
        """A statement may have any name."""


class Remembering(Claimed):
    """The same, with memory of neurons and of synapses."""

    theta = Memory("post")
    traces = Memory("weights")


def told(change, part=Claimed):
    """The faults of sound claims with something changed."""
    return faults(part, type("Changed", (Sound,), change)(), [FORMULA, "another check"])


def test_sound_claims_have_no_fault():
    assert told({}) == []
    assert told({"remember": lambda self, rule, n: n.memory}, Remembering) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"remeber": lambda self, rule, n: {}}, "claims of a rule state; did you mean 'remember'?"),
        (
            {"example": ()},
            "'example' is nothing that claims of a rule state; did you mean 'examples'?",
        ),
        ({"synpase": 3}, "'synpase' is nothing that claims of a rule state; known: "),
        (
            {"change": lambda self, s: 0.0},
            "(too many positional arguments); write change(self, rule, s)",
        ),
        ({"change": lambda self, rule, s, more: 0.0}, "(missing a required argument: 'more')"),
        ({"change": 3.0}, "'change' cannot be called"),
        (
            {"noarg": holds(lambda self: None)},
            "(too many positional arguments); write noarg(self, part)",
        ),
        ({"change": RuleClaims.change}, "states no 'change'; write change(self, rule, s)"),
        ({"remember": lambda self, rule, n: {}}, "declares no such memory (declared: none)"),
        ({"cases": {"gain": 2.0}}, "cases is {'gain': 2.0}; make it a tuple of tables"),
        ({"cases": ()}, "cases is (); make it a tuple of tables"),
        (
            {"cases": ({}, {"gian": 1.0})},
            "case 2, {'gian': 1.0}: gian: unknown key; did you mean 'gain'?",
        ),
        (
            {"cases": ({}, {"gain": "much"})},
            "case 2, {'gain': 'much'}: gain: found 'much'; should be a valid number",
        ),
        (
            {"exceptions": [FORMULA]},
            "exceptions is ['equals its formula, looped']; make it a table",
        ),
        (
            {"exceptions": {"equals its fromula, looped": ""}},
            "of this part; did you mean 'equals its formula, looped'?",
        ),
        (
            {"examples": Sound.examples[0]},
            "examples is an Example; make it a tuple: examples = (Example(...),)",
        ),
        ({"examples": ({"w": 1},)}, "example 1: is {'w': 1}; make it an Example"),
        ({"examples": (Example({}, 0, [1.0]),)}, "example 1: parameters is [1.0]; make it a table"),
        (
            {"examples": (Example({}, 0, {"gain": "much"}),)},
            "parameters {'gain': 'much'}: gain: found 'much'",
        ),
        (
            {"examples": (*Sound.examples, Example({**GIVEN, "x": [[1.0, 2.0]]}, [[6.0]]))},
            "example 3: x has 2 pre where w has 1",
        ),
    ],
)
def test_each_fault_is_told_with_a_remedy(change, fault):
    (found,) = told(change)
    assert fault in found


def test_memory_of_other_axes_than_declared_is_a_fault():
    (found,) = told({"remember_input": lambda self, rule, n: {}}, Remembering)
    assert found == (
        "states 'remember_input', and claimed declares no such memory (declared: theta, traces)"
    )


def test_methods_for_memory_that_is_there_are_no_fault():
    stated = {
        "remember": lambda self, rule, n: {},
        "remember_synapse": lambda self, rule, s: {},
        "unclaimed": {"theta": "chance decides"},
    }
    assert not told(stated, Remembering)

    class Shared(Claimed):
        recent = Memory(("post", 3))
        here = Memory("positions")
        last = Memory((4, "pre"))

    assert not told({"remember": stated["remember"]}, Shared)
    (found,) = told({"remember_input": lambda self, rule, n: {}}, Shared)
    assert "declares no such memory" in found


def test_a_reason_for_memory_that_is_not_there_is_a_fault():
    (found,) = told({"unclaimed": {"tetha": "chance decides"}}, Remembering)
    assert (
        "unclaimed names 'tetha', which is no memory of claimed (declared: theta, traces)" in found
    )
    (found,) = told({"unclaimed": ["theta"]}, Remembering)
    assert "make it a table of reasons by memory" in found


def test_all_faults_are_told_at_once():
    change = {"cases": ({"gian": 1.0}, {}), "chnage": 1, "exceptions": {"no check": ""}}
    assert len(told(change)) == 3


def test_plain_claims_will_do_where_a_family_adds_nothing_to_them():
    part = type("Part", (), {"family": "readout", "kind": "part", "memories": dict})
    claims = type("Plain", (Claims,), {"family": "readout", "of": "part", "cases": ({},)})
    assert faults(part, claims(), []) == []


@pytest.mark.parametrize("base", [Claims, CompetitionClaims])
def test_claims_of_another_family_are_no_claims(base):
    claims = type("Stray", (base,), {"family": "rule", "of": "claimed"})()
    assert faults(Claimed, claims, []) == [
        "Stray is no RuleClaims; make it a subclass of testing.RuleClaims"
    ]


@pytest.mark.parametrize(
    ("base", "change", "fault"),
    [
        (ConstraintClaims, {"counts": "synapses"}, "counts is 'synapses'; make it 'values' or"),
        (ConstraintClaims, {"sizes": 1.0}, "sizes is 1.0; make it a tuple of positive numbers"),
        (
            ScalingClaims,
            {"magnitudes": (0.0,)},
            "magnitudes is (0.0,); make it a tuple of positive",
        ),
        (SynapseClaims, {"shapes": (3, 8, 8)}, "shapes is (3, 8, 8); make it a tuple of shapes"),
        (SynapseClaims, {"shapes": ((3,), (4,))}, "shapes has 2 where there are 1 cases"),
        (SynapseClaims, {"examples": ()}, "'examples' is nothing that claims of a synapse state"),
    ],
)
def test_options_of_a_family_are_held_to_what_they_may_be(base, change, fault):
    stated = {
        name: value
        for name, value in vars(base).items()
        if callable(value) and not name.startswith("_")
    }
    sound = {name: lambda self, *given: None for name in stated} | {"shapes": ((3,),)}
    if base is not SynapseClaims:
        del sound["shapes"]
    claims = type("Given", (base,), {**sound, **change})()
    part = type("Part", (), {"family": base.family, "kind": "part", "memories": dict})
    (found,) = faults(part, claims, [])
    assert fault in found


def test_a_fault_is_one_failure_of_the_claims_and_nothing_else_is_asked():
    class Misspelt(GrowthClaims):
        of = "unclaimed"
        remmeber = None

    known = growths()
    known.add(SimpleNamespace(__name__="more", claims=hookimpl(lambda: [Misspelt])))
    (part,) = [e.part for e in known.entries("rule") if e.part.kind == "unclaimed"]
    (outcome,) = check_part(part, known).outcomes
    assert (outcome.check, outcome.result) == ("has claims that can be read", "failed")
    assert "did you mean 'remember'?" in outcome.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda self, rule, s: None, "its claims: change returned None; return what it states"),
        (lambda self, rule, s: s.nope, "its claims raised AttributeError: 'Site' object has no"),
    ],
)
def test_what_a_formula_does_wrong_is_told_of_the_claims(change, message):
    claims = type("Broken", (GrowthClaims,), {"of": "claimed", "change": change})
    known = Registry()
    hooks = {"rules": hookimpl(lambda: [Claimed]), "claims": hookimpl(lambda: [claims])}
    known.add(SimpleNamespace(__name__="one", **hooks))
    (outcome,) = check_part(Claimed, known, only=FORMULA).outcomes
    assert outcome.result == "failed"
    assert outcome.message.startswith(message)


def test_memory_that_the_part_does_not_have_is_told_of_the_claims():
    class Ghostly(GrowthClaims):
        of = "claimed"

        def remember(self, rule, n):
            return {"tehta": 0.0}

    known = Registry()
    hooks = {"rules": hookimpl(lambda: [Remembering]), "claims": hookimpl(lambda: [Ghostly])}
    known.add(SimpleNamespace(__name__="one", **hooks))
    (outcome,) = check_part(Remembering, known, only=FORMULA).outcomes
    assert outcome.result == "failed"
    assert outcome.message == (
        "its claims: remember names 'tehta', no memory of claimed; did you mean 'theta'?"
    )
