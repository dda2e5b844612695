"""Memory that is declared and not used, in every family that has some, and the check that must catch it."""

from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip

from neuroplast import (
    Competition,
    ConfigurationError,
    Constraint,
    Dynamics,
    Memory,
    Normalisation,
    Rate,
    Rule,
    State,
    Step,
)
from neuroplast.functional import total
from neuroplast.testing import Claims, DynamicsClaims

USES = "changes and reads the memory that it declares"


def wide(value, u):
    return value.view(-1, *[1] * (u.dim() - 2))


class Threshold(Dynamics):
    """v = u - strength · θ; θ follows the mean of u."""

    kind: ClassVar[str] = "threshold"
    strength: float = 1.0
    step: float = 0.5
    theta = Memory("post")

    def integrate(self, u, memory):
        return u - self.strength * wide(memory.theta, u)

    def adapt(self, view):
        view.memory.theta.lerp_(total(view.u) / view.count, self.step)


class Conscience(Competition):
    """One wins; neurons that won often have a handicap, which may be small."""

    kind: ClassVar[str] = "conscience"
    bias: float = 1.0
    share = Memory("post")

    def check(self, fit):
        if fit.response_shape[0] < 2:
            raise ConfigurationError("nobody to compete with")

    def compete(self, v, memory):
        handicapped = v - self.bias * wide(memory.share, v)
        return torch.zeros_like(v).scatter(1, handicapped.argmax(1, keepdim=True), 1.0)

    def adapt(self, view):
        view.memory.share.lerp_(total(view.g) / view.count, 0.1)


class Wins(Rate):
    """1 over the wins so far, and one."""

    kind: ClassVar[str] = "wins"
    wins = Memory("post")

    def at(self, view, progress):
        return 1 / (1 + view.memory.wins)

    def adapt(self, view):
        view.memory.wins.add_(total((view.g > 0).to(view.g.dtype)))


class Sliding(Rule):
    """Δ = Σ g (g - θ) x; θ follows g²."""

    kind: ClassVar[str] = "sliding"
    uses: ClassVar[set[str]] = {"pre", "post"}
    theta = Memory("post", init=1.0)

    def delta(self, view):
        theta = wide(view.memory.theta.clone(), view.g)
        view.memory.theta.lerp_(total(view.g.square()) / view.count, 0.5)
        return view.outer(view.g * (view.g - theta))


class Momentum(Step):
    """w ← w + m, m ← m / 2 + η Δ."""

    kind: ClassVar[str] = "momentum"
    m = Memory("weights")

    def apply(self, w, delta, eta, memory):
        memory.m.mul_(0.5).add_((delta * eta).tensor())
        w.add_(memory.m)


class Masked(Constraint):
    """A share of the synapses, drawn at the start, stays at zero: memory that changes once."""

    kind: ClassVar[str] = "masked"
    there = Memory("weights")

    def start(self, w, context):
        drawn = torch.rand(w.shape, generator=context.rng) < 0.5
        context.memory.there.copy_(drawn)
        self.enforce(w, context)

    def enforce(self, w, context):
        gone = (context.memory.there == 0) & (w != 0)
        w.mul_(context.memory.there)
        return gone.sum()


class Centred(Normalisation):
    """x - m, m the mean of all so far."""

    kind: ClassVar[str] = "centred"
    signed: ClassVar[bool] = True
    mean = Memory("pre")

    def normalise(self, x, memory, adapting):
        if adapting:
            memory.mean.lerp_(x.transpose(0, 1).flatten(1).mean(1), 0.5)
        return x - wide(memory.mean, x)


SOUND = (Threshold, Conscience, Wins, Sliding, Momentum, Masked, Centred)


@pytest.mark.parametrize("part", SOUND)
def test_memory_in_use_passes(part):
    hold(part(), USES)


@pytest.mark.parametrize("bias", [1e-6, 1e6])
def test_a_small_or_overwhelming_part_of_a_hard_choice_is_seen(bias):
    hold(Conscience(bias=bias), USES)


@pytest.mark.parametrize("part", SOUND)
def test_memory_that_nothing_reads_is_caught(part):
    """A second memory, which counts."""

    def counting(name):
        def counted(self, *given, **named):
            memory = [getattr(g, "memory", g) for g in given]
            next(m for m in memory if isinstance(m, State)).steps.add_(1)
            return getattr(part, name)(self, *given, **named)

        return counted

    changing = {
        "dynamics": "adapt",
        "competition": "adapt",
        "rate": "adapt",
        "rule": "delta",
        "step": "apply",
        "constraint": "enforce",
        "normalisation": "normalise",
    }[part.family]
    counted = type("Counted", (part,), {"steps": Memory(), changing: counting(changing)})
    assert "memory steps makes no difference to" in catch(counted(), USES, Claims())


@pytest.mark.parametrize("part", SOUND)
def test_memory_that_stays_is_caught(part):
    constant = type("Constant", (part,), {"constant": Memory(init=2.0)})
    assert "memory constant does not change in 100 steps" in catch(constant(), USES, Claims())


def test_without_claims_nobody_says_what_memory_is_for():
    constant = type("Constant", (Threshold,), {"constant": Memory(init=2.0)})
    assert "no claims say what threshold keeps it for" in skip(constant(), USES)


def test_one_memory_may_matter_through_another():
    class Accelerating(Threshold):
        """θ follows the faster, the more steps there were."""

        steps = Memory()

        def adapt(self, view):
            view.memory.steps.add_(1)
            share = 1 - 1 / (1 + view.memory.steps)
            view.memory.theta.lerp_(total(view.u) / view.count, share)

    hold(Accelerating(), USES)


def test_memory_that_changes_now_and_then_is_in_use():
    class Seldom(Threshold):
        """θ moves in every sixtieth step."""

        steps = Memory()

        def adapt(self, view):
            view.memory.steps.add_(1)
            if view.memory.steps % 60 == 0:
                super().adapt(view)

    hold(Seldom(), USES)


def test_a_value_that_breaks_the_part_was_read():
    class Placed(Threshold):
        """Takes the entry of a table that memory points at."""

        at = Memory()

        def integrate(self, u, memory):
            return super().integrate(u, memory) + (1.0, 2.0, 3.0)[int(memory.at)] * 0

        def adapt(self, view):
            super().adapt(view)
            view.memory.at.add_(1).remainder_(3)

    hold(Placed(), USES)


def test_what_one_case_does_not_use_another_may():
    class Claimed(DynamicsClaims):
        of = "threshold"
        cases = ({"strength": 0.0}, {"step": 0.0}, {"strength": 1.0})

    told = skip(Threshold(strength=0.0), USES, Claimed())
    assert "makes no difference to v" in told
    assert "but with threshold(" in told
    assert "does not change" in skip(Threshold(step=0.0), USES, Claimed())
    Claimed.cases = ({"strength": 0.0}, {})
    assert "makes no difference" in skip(Threshold(strength=0.0), USES, Claimed())
    Claimed.cases = ({"strength": 0.0},)
    assert "makes no difference" in catch(Threshold(strength=0.0), USES, Claimed())


def test_memory_may_matter_late():
    class Late(Threshold):
        """What is in store comes up after forty steps, and is overwritten before."""

        steps = Memory()
        store = Memory("post")

        def integrate(self, u, memory):
            return super().integrate(u, memory) - wide(memory.store, u) * (memory.steps > 40)

        def adapt(self, view):
            super().adapt(view)
            view.memory.steps.add_(1)
            if view.memory.steps < 40:
                view.memory.store.copy_(view.memory.theta)

    hold(Late(), USES)
