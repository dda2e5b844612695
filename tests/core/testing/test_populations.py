"""Populations that are broken on purpose, and the checks that must catch them."""

from typing import ClassVar

import pytest
from support.asking import catch, hold, skip
from support.sound import sound

from neuroplast import Population, RisingPopulation
from neuroplast.testing import Example, PopulationClaims

FORMULA = "equals its formula, looped"
HAND = "gives the numbers worked by hand"
APART = "lets each stimulus and each position respond alone"
READS = "declares truly whether it reads g"
SIGNED = "declares truly whether it is signed"
SIGNS = "gives each neuron a sign, or none"
FINITE = "stays finite at large drives"
RISES = "rises with its level, where it says so"


class Above(Population):
    """y = max(v - mean over channels, 0)."""

    kind = "above"

    def respond(self, v, g):
        return (v - v.mean(1, keepdim=True)).clamp_min(0)


class AboveClaims(PopulationClaims):
    of = "above"
    examples = (Example({"v": [1.0, 2.0, 6.0]}, [0.0, 0.0, 3.0]),)

    def respond(self, population, v, g):
        mean = sum(v) / len(v)
        return [x - mean if x > mean else 0.0 for x in v]


class Gated(Population):
    """y = v g."""

    kind = "gated"
    reads_g: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    def respond(self, v, g):
        return v * g

    def signs(self, n_post):
        return [1] * (n_post - 1) + [-1]


class GatedClaims(PopulationClaims):
    of = "gated"
    examples = (Example({"v": [1.0, 2.0], "g": [3.0, -4.0]}, [3.0, -8.0]),)

    def respond(self, population, v, g):
        return [a * b for a, b in zip(v, g, strict=True)]


def test_sound_populations_pass():
    sound(Above(), "populations", AboveClaims())
    sound(Gated(), "populations", GatedClaims())
    assert "no claims say what above does" in skip(Above(), FORMULA)


class OverPositions(Above):
    def respond(self, v, g):
        return (v - v.mean(-1, keepdim=True)).clamp_min(0)


class OverStimuli(Above):
    def respond(self, v, g):
        return (v - v.mean(0, keepdim=True)).clamp_min(0)


class OverAll(Above):
    def respond(self, v, g):
        return (v - v.mean(list(range(1, v.dim())), keepdim=True)).clamp_min(0)


class Below(Above):
    def respond(self, v, g):
        return (v.mean(1, keepdim=True) - v).clamp_min(0)


class Swapped(Gated):
    def respond(self, v, g):
        return v


class SumOfBoth(Gated):
    def respond(self, v, g):
        return v + g


@pytest.mark.parametrize(
    ("part", "claims", "name", "told"),
    [
        (OverPositions(), AboveClaims(), FORMULA, "off by"),
        (OverPositions(), AboveClaims(), APART, "position (0,"),
        (OverStimuli(), AboveClaims(), APART, "stimulus 0 alone"),
        (OverAll(), AboveClaims(), FORMULA, "off by"),
        (OverAll(), AboveClaims(), APART, "other positions"),
        (Below(), AboveClaims(), HAND, "expected = [0.0, 0.0, 3.0]"),
        (SumOfBoth(), GatedClaims(), FORMULA, "g = "),
        (SumOfBoth(), GatedClaims(), HAND, "expected = [3.0, -8.0]"),
    ],
)
def test_another_response_is_caught(part, claims, name, told):
    assert told in catch(part, name, claims)


class Secret(Above):
    """Reads g where it gets one."""

    def respond(self, v, g):
        return v.clamp_min(0) if g is None else g.clamp_min(0)


def test_whether_g_is_read_must_be_declared():
    assert "declare reads_g = True" in catch(Secret(), READS)
    assert "leave reads_g out" in catch(Swapped(), READS)


class Plain(Above):
    def respond(self, v, g):
        return v


class Proud(Above):
    signed: ClassVar[bool] = True


def test_whether_a_response_may_be_negative_must_be_declared():
    assert "declare signed = True" in catch(Plain(), SIGNED)
    assert "leave signed out" in catch(Proud(), SIGNED)


class Signs(Above):
    given: tuple[int, ...] = (1,)

    def signs(self, n_post):
        return list(self.given * n_post)[:n_post]


class OneSign(Above):
    def signs(self, n_post):
        return [1]


class Moody(Above):
    turn: ClassVar = [1]

    def signs(self, n_post):
        self.turn[0] *= -1
        return self.turn * n_post


def test_signs_are_one_for_each_neuron_and_lasting():
    hold(Signs(given=(1, -1)), SIGNS)
    assert "signs(1) gave [0]" in catch(Signs(given=(0, 1)), SIGNS)
    assert "signs(2) gave [1]" in catch(OneSign(), SIGNS)
    assert "then" in catch(Moody(), SIGNS)


class Exponential(Above):
    def respond(self, v, g):
        return v.exp() / v.exp().sum(1, keepdim=True)


def test_overflow_is_caught():
    assert "drives of 100 is not finite" in catch(Exponential(), FINITE)


class Cubic(RisingPopulation):
    kind = "cubic"
    signed: ClassVar[bool] = True

    def rise(self, level):
        return level**3


class Folded(Cubic):
    def rise(self, level):
        return level.abs()


class Ranked(Cubic):
    def rise(self, level):
        return level.argsort(-1).argsort(-1).to(level.dtype)


class TwoAnswers(Cubic):
    def respond(self, v, g):
        return v


def test_what_says_that_it_rises_is_held_to_it():
    hold(Cubic(), RISES)
    hold(Above(), RISES)
    assert "rise falls where its level rises" in catch(Folded(), RISES)
    assert "rise of each level alone" in catch(Ranked(), RISES)
    assert "rise(level(v, g))" in catch(TwoAnswers(), RISES)
