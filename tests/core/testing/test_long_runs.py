"""Parts that run away in the long run, rules that declare themselves other than they are, and sound ones."""

from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch
from support import doubles
from support.asking import catch, hold, skip

from neuroplast import (
    ConfigurationError,
    Constraint,
    Dynamics,
    Initialisation,
    Memory,
    Rule,
    hookimpl,
    registry,
)
from neuroplast.functional import norms, per_neuron
from neuroplast.testing import NotApplicable, Subject, SynapseClaims
from neuroplast.testing.asking import all_checks
from neuroplast.testing.checks.long_runs import stays_finite
from neuroplast.testing.trial import PLACES

FINITE = "stays finite for 1000 steps"
COMPANION = "stays finite for 10000 steps under its companion"
BOUNDED = "is bounded without a constraint, or not, as it declares"


class Idle(Constraint):
    """Holds nothing."""

    kind: ClassVar[str] = "idle"

    def enforce(self, w, context):
        return torch.tensor(0)


class OnASphere(Constraint):
    """|w_i| = 2."""

    kind: ClassVar[str] = "on_a_sphere"

    def enforce(self, w, context):
        w.mul_(per_neuron(2 / norms(w), w))
        return torch.tensor(len(w))


@pytest.fixture(scope="module")
def known():
    """The built-in parts and the constraints above."""
    plugin = SimpleNamespace(__name__="doubles", constraints=hookimpl(lambda: [Idle, OnASphere]))
    registry.use(registry.load())
    registry.current().add(plugin)
    yield registry.current()
    registry.use(None)


class Doubling(Dynamics):
    """A threshold that doubles with each step."""

    kind: ClassVar[str] = "doubling"
    theta = Memory(init=1e-30)

    def integrate(self, u, memory):
        return u - memory.theta

    def adapt(self, view):
        view.memory.theta.mul_(2)


class Grows(Rule):
    """Δ = Σ g x."""

    kind: ClassVar[str] = "grows"
    bounded: ClassVar[bool] = False
    companion: ClassVar[str] = "on_a_sphere"

    def delta(self, view):
        return view.outer(view.g)


class GrowsSilently(Grows):
    """Declares itself bounded."""

    kind: ClassVar[str] = "grows_silently"
    bounded: ClassVar[bool] = True


class GrowsEvenly(GrowsSilently):
    """The same at every step, Δ = Σ x: never infinite, and far after 10,000 steps."""

    kind: ClassVar[str] = "grows_evenly"

    def delta(self, view):
        return view.outer(torch.ones_like(view.g))


class Alone(Grows):
    """Names no companion."""

    kind: ClassVar[str] = "alone"
    companion: ClassVar[str] = ""


class BadlyHeld(Grows):
    """Names a companion that holds nothing."""

    kind: ClassVar[str] = "badly_held"
    companion: ClassVar[str] = "idle"


class Misnamed(Grows):
    """Names a companion that is not there."""

    kind: ClassVar[str] = "misnamed"
    companion: ClassVar[str] = "on_a_spere"


class Settles(Rule):
    """Δ = Σ g (x - g w)."""

    kind: ClassVar[str] = "settles"

    def delta(self, view):
        return view.outer(view.g) - view.decay(view.g * view.g)


class SettlesModestly(Settles):
    """Declares itself unbounded."""

    kind: ClassVar[str] = "settles_modestly"
    bounded: ClassVar[bool] = False
    companion: ClassVar[str] = "on_a_sphere"


def test_every_family_is_tried_for_long():
    assert {c.family for c in all_checks() if c.name == FINITE} == set(PLACES)


@pytest.mark.parametrize(
    "part",
    [Grows(), Settles(), doubles.Everyone(), doubles.Shift(by=-0.1), doubles.Fixed(eta=10.0)],
    ids=str,
)
def test_parts_that_stay_finite_pass(part, known):
    hold(part, FINITE, registry=known)


def test_a_memory_that_runs_away_is_caught(known):
    """1e-30 · 2^n passes the largest number of float32, 3.4e38, at step 228; steps 0, 100, 200, 300 are looked at."""
    told = catch(Doubling(), FINITE, registry=known)
    assert "dynamics.0.theta is not finite at step 300" in told


def test_a_companion_that_holds_passes(known):
    hold(Grows(), COMPANION, registry=known)


def test_a_bounded_rule_without_a_companion_needs_none(known):
    assert "declares itself bounded" in skip(Settles(), COMPANION, registry=known)


def test_an_unbounded_rule_without_a_companion_is_caught(known):
    assert 'set companion = "..."' in catch(Alone(), COMPANION, registry=known)


def test_a_companion_that_holds_nothing_is_caught(known):
    assert "under idle, its companion" in catch(BadlyHeld(), COMPANION, registry=known)


def test_a_companion_that_is_not_there_is_told(known):
    with pytest.raises(
        ConfigurationError, match="unknown constraint 'on_a_spere'; did you mean on_a_sphere"
    ):
        hold(Misnamed(), COMPANION, registry=known)


@pytest.mark.parametrize("rule", [Grows(), Alone(), Settles()], ids=str)
def test_rules_that_are_as_they_declare_pass(rule, known):
    hold(rule, BOUNDED, registry=known)


@pytest.mark.parametrize("rule", [GrowsSilently(), GrowsEvenly()], ids=str)
def test_growth_that_is_not_declared_is_caught(rule, known):
    told = catch(rule, BOUNDED, registry=known)
    assert f"{rule.kind}: declares itself bounded, and its weights grew" in told


def test_a_bounded_rule_that_declares_itself_unbounded_is_caught(known):
    told = catch(SettlesModestly(), BOUNDED, registry=known)
    assert "declares itself unbounded, and its weights grew no more than" in told


class FlatClaims(SynapseClaims):
    """Two numbers of neurons."""

    of = "matrix"
    cases = ({}, {"neurons": 3})
    shapes = ((4,), (4,))


def test_of_a_geometry_the_first_case_alone_runs_for_long(known):
    """It keeps no memory that could creep, so that another case shows no more."""
    first, second = (
        Subject(doubles.Matrix(**case), dict(case), FlatClaims(), known)
        for case in FlatClaims.cases
    )
    stays_finite(first)
    with pytest.raises(NotApplicable, match="its first case runs for long"):
        stays_finite(second)


class Nothing(Initialisation):
    """No weights at all."""

    kind: ClassVar[str] = "nothing"

    def draw(self, shape, fan_in, rng, inputs):
        return torch.zeros(shape)


def test_a_layer_without_weights_runs_for_long_too(known):
    hold(Nothing(), FINITE, registry=known)
