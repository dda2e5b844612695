"""Mechanisms between drive and competition that are broken on purpose, and the checks that must catch them."""

from typing import ClassVar

import pytest
from support.asking import catch, hold, skip
from support.sound import sound

from neuroplast import Dynamics, Memory, Refusal
from neuroplast.testing import DynamicsClaims, Example

FORMULA = "equals its formula, looped"
REMEMBERS = "remembers as its formula does"
HAND = "gives the numbers worked by hand"
APART = "integrates each stimulus alone"
ALONE = "changes nothing it is handed"
ADAPTS = "adapts its own memory and nothing else"
AGAIN = "adapts in the same way when asked again"
USES = "changes and reads the memory that it declares"
SETTLES = "settles as its formula does"
LEAKS = "depends on the inner step before if it says so"


def wide(value, u):
    return value.view(-1, *[1] * (u.dim() - 2))


def events(post):
    """(post, stimuli times positions)."""
    return post.transpose(0, 1).flatten(1)


class Threshold(Dynamics):
    """v = u - θ; θ moves a tenth of the way to the neuron's mean squared v."""

    kind = "threshold"
    theta = Memory("post", init=0.5)

    def integrate(self, u, memory):
        return u - wide(memory.theta, u)

    def adapt(self, view):
        view.memory.theta.lerp_(events(view.v).square().mean(1), 0.1)


class ThresholdClaims(DynamicsClaims):
    of = "threshold"
    examples = (
        Example({"u": [1.0, 2.0]}, [0.5, 1.5]),
        Example({"u": [1.0, 2.0], "memory": {"theta": [1.0, -1.0]}}, [0.0, 3.0]),
    )

    def integrate(self, dynamics, u, memory):
        return [[x - theta for x in row] for row, theta in zip(u, memory["theta"], strict=True)]

    def remember(self, dynamics, n):
        mean = sum(v * v for v in n.v) / len(n.v)
        return {"theta": 0.9 * n.memory["theta"] + 0.1 * mean}


class Surround(Dynamics):
    """v = u - mean over the channels of a position."""

    kind = "surround"

    def integrate(self, u, memory):
        return u - u.mean(1, keepdim=True)


class SurroundClaims(DynamicsClaims):
    of = "surround"
    examples = (Example({"u": [1.0, 3.0]}, [-1.0, 1.0]),)

    def integrate(self, dynamics, u, memory):
        means = [sum(column) / len(column) for column in zip(*u, strict=True)]
        return [[x - mean for x, mean in zip(row, means, strict=True)] for row in u]


def test_sound_dynamics_pass():
    sound(Threshold(), "dynamics", ThresholdClaims(), but=(SETTLES,))
    without_memory = (REMEMBERS, USES, ADAPTS, AGAIN)
    sound(Surround(), "dynamics", SurroundClaims(), but=(SETTLES, *without_memory))
    sound(Leaky(), "dynamics", LeakyClaims(), but=without_memory)
    sound(OnMaps(), "dynamics", OnMapsClaims(), but=(SETTLES, *without_memory))
    assert "does not adapt" in skip(Surround(), ADAPTS)
    assert "no claims say what surround does" in skip(Surround(), FORMULA)
    assert "no claims say what becomes of memory theta" in skip(
        Threshold(), REMEMBERS, SurroundClaims()
    )


class Added(Threshold):
    def integrate(self, u, memory):
        return u + wide(memory.theta, u)


class Deaf(Threshold):
    """Reads no memory but its first value."""

    def integrate(self, u, memory):
        return u - 0.5


class OverPositions(Surround):
    def integrate(self, u, memory):
        return u - u.mean(-1, keepdim=True)


@pytest.mark.parametrize(
    ("part", "claims"),
    [
        (Added(), ThresholdClaims()),
        (Deaf(), ThresholdClaims()),
        (OverPositions(), SurroundClaims()),
    ],
)
def test_another_v_is_caught(part, claims):
    assert "off by" in catch(part, FORMULA, claims)


def test_another_v_is_seen_by_hand():
    assert "expected = [0.5, 1.5]" in catch(Added(), HAND, ThresholdClaims())
    assert "expected = [0.0, 3.0]" in catch(Deaf(), HAND, ThresholdClaims())


class OfTheDrive(Threshold):
    def adapt(self, view):
        view.memory.theta.lerp_(events(view.u).square().mean(1), 0.1)


class Summed(Threshold):
    def adapt(self, view):
        view.memory.theta.lerp_(events(view.v).square().sum(1), 0.1)


class Hasty(Threshold):
    def adapt(self, view):
        view.memory.theta.lerp_(events(view.v).square().mean(1), 0.9)


class Still(Threshold):
    def adapt(self, view):
        """Learns nothing."""


class Shared(Threshold):
    """One threshold for all neurons."""

    def adapt(self, view):
        view.memory.theta.lerp_(events(view.v).square().mean(), 0.1)


@pytest.mark.parametrize("part", [OfTheDrive(), Summed(), Hasty(), Still(), Shared()])
def test_another_memory_is_caught(part):
    assert "memory theta after step 1" in catch(part, REMEMBERS, ThresholdClaims())


class Updating(Threshold):
    """Adapts while it integrates."""

    def integrate(self, u, memory):
        memory.theta.add_(0.1)
        return super().integrate(u, memory)


class InPlace(Threshold):
    def integrate(self, u, memory):
        return u.sub_(wide(memory.theta, u))


class Rewriting(Threshold):
    def adapt(self, view):
        super().adapt(view)
        view.w.mul_(0.99)


class Dividing(Threshold):
    def adapt(self, view):
        view.memory.theta.div_(view.memory.theta * 0)


class Stepping(Threshold):
    steps: ClassVar = [0]

    def adapt(self, view):
        self.steps[0] += 1
        view.memory.theta.add_(self.steps[0])


def test_memory_is_read_by_integrate_and_changed_by_adapt():
    assert "changed memory.theta" in catch(Updating(), ALONE)
    assert "changed u" in catch(InPlace(), ALONE)
    assert "changed w" in catch(Rewriting(), ADAPTS)
    assert "memory theta is not finite" in catch(Dividing(), ADAPTS)
    assert "gave other memory" in catch(Stepping(), AGAIN)


class OverStimuli(Surround):
    def integrate(self, u, memory):
        return u - u.mean(0, keepdim=True)


class Declared(OverStimuli):
    couples_batch: ClassVar[bool] = True


class Boasting(Surround):
    couples_batch: ClassVar[bool] = True


def test_stimuli_are_alone_unless_declared():
    assert "stimulus 0 alone" in catch(OverStimuli(), APART)
    hold(Declared(), APART)
    assert "leave the declaration out" in catch(Boasting(), APART)


class Leaky(Dynamics):
    """A tenth of the way to the drive at each inner step."""

    kind = "leaky"
    leaks: ClassVar[bool] = True

    def integrate(self, u, memory):
        return 0.1 * u

    def settle(self, u, before, memory):
        return before + 0.1 * (u - before)


class LeakyClaims(DynamicsClaims):
    of = "leaky"
    examples = (Example({"u": [1.0, 3.0]}, [0.1, 0.3]),)

    def integrate(self, dynamics, u, memory):
        return [[0.1 * x for x in row] for row in u]

    def settle(self, dynamics, u, before, memory):
        rows = zip(u, before, strict=True)
        return [[0.9 * v + 0.1 * x for x, v in zip(*row, strict=True)] for row in rows]


class Adding(Leaky):
    """Sums its drives up, and so agrees in the first step alone."""

    def settle(self, u, before, memory):
        return before + 0.1 * u


class Forgetful(Leaky):
    def settle(self, u, before, memory):
        return 0.1 * u


class Undeclared(Leaky):
    leaks: ClassVar[bool] = False


class Overwriting(Leaky):
    def settle(self, u, before, memory):
        return before.lerp_(u, 0.1)


class LeakingOver(Leaky):
    """One stimulus is heard in the others once there is a step before."""

    def settle(self, u, before, memory):
        return before.mean(0, keepdim=True) + 0.1 * (u - before)


def test_inner_steps_are_held_to_their_formula():
    assert "v at inner step 2" in catch(Adding(), SETTLES, LeakyClaims())
    assert "v at inner step 2" in catch(Forgetful(), SETTLES, LeakyClaims())
    assert "does not leak" in skip(Surround(), SETTLES, SurroundClaims())
    assert "state its formula" in skip(Leaky(), SETTLES, ThresholdClaims())


def test_what_leaks_says_so():
    assert "leave the declaration out" in catch(Forgetful(), LEAKS)
    assert "without leaks" in catch(Undeclared(), LEAKS)


def test_inner_steps_have_the_manners_of_all_others():
    assert "changed before" in catch(Overwriting(), ALONE)
    assert "settle(u, before, memory)" in catch(LeakingOver(), APART)


class OnMaps(Dynamics):
    """v = u less what is above it in the map; without positions it has no meaning."""

    kind = "on_maps"

    def check(self, fit):
        if len(fit.response_shape) != 3:
            raise Refusal("without_map", "on_maps: there is no map")

    def integrate(self, u, memory):
        v = u.clone()
        v[..., 1:, :] -= u[..., :-1, :]
        return v


class OnMapsClaims(DynamicsClaims):
    of = "on_maps"
    examples = (Example({"u": [[[1.0, 2.0], [5.0, 9.0]]]}, [[[1.0, 2.0], [4.0, 7.0]]]),)

    def integrate(self, dynamics, u, memory):
        raise AssertionError("a part that refuses responses without a map is not asked of any")

    def integrate_on(self, dynamics, u, memory, positions):
        width = positions[1]
        above = [[0.0] * width + row[:-width] for row in u]
        return [[x - y for x, y in zip(*rows, strict=True)] for rows in zip(u, above, strict=True)]


class Aside(OnMaps):
    """What is on the left instead of above."""

    def integrate(self, u, memory):
        v = u.clone()
        v[..., 1:] -= u[..., :-1]
        return v


def test_a_map_turned_around_is_caught():
    assert "off by" in catch(Aside(), FORMULA, OnMapsClaims())
    assert "off by" in catch(Aside(), HAND, OnMapsClaims())
