"""Rules that do not mean by their loss, or by their sums, what they say, and rules that do."""

from dataclasses import replace
from typing import ClassVar

import pytest
import torch

from neuroplast import Delta, Rule
from neuroplast.functional import half_square
from neuroplast.registry import Registry
from neuroplast.testing import NotApplicable, Setting, Subject, Violation
from neuroplast.testing.bench import Plain
from neuroplast.testing.checks.autograd import (
    agrees_with_autograd,
    agrees_with_autograd_everywhere,
    agrees_with_its_surrogate,
    agrees_with_its_surrogate_everywhere,
    leaves_alone_what_its_loss_is_made_of,
)


class Sound(Rule):
    """Δ = Σ g (x - g w_e), and the same as a loss."""

    kind: ClassVar[str] = "sound"

    def delta(self, view):
        return view.outer(view.g) - view.decay(view.g * view.g)

    def surrogate(self, u, w, g):
        return u - half_square(w, u) * g


class OtherLoss(Sound):
    """Its loss decays by g, its equation by g²."""

    kind: ClassVar[str] = "other_loss"

    def surrogate(self, u, w, g):
        return u - half_square(w, u)


class WholeSquare(Sound):
    """Its loss forgets the half."""

    kind: ClassVar[str] = "whole_square"

    def surrogate(self, u, w, g):
        return u - 2 * half_square(w, u) * g


class Mixing(Sound):
    """Its loss decays every neuron by the mean square of all: right for one neuron alone."""

    kind: ClassVar[str] = "mixing"

    def surrogate(self, u, w, g):
        return u - half_square(w, u).mean() * g


class DecaysW(Sound):
    """Decays the weights themselves, not the effective ones."""

    kind: ClassVar[str] = "decays_w"

    def delta(self, view):
        return replace(super().delta(view), w_e=view.w)


class Twice(Delta):
    """A sum that forgets how it is computed."""

    def tensor(self):
        return 2 * super().tensor()


class OwnSum(Sound):
    """Brings a sum of its own."""

    kind: ClassVar[str] = "own_sum"

    def delta(self, view):
        sound = super().delta(view)
        return Twice(sound.geometry, sound.w_e, sound.terms)


class Factors(Rule):
    """Δ = Σ_i c_i (2 g x + v x / 4 - 3 w_e), with a factor for each neuron and numbers."""

    kind: ClassVar[str] = "factors"

    def delta(self, view):
        c = view.w.flatten(1).sum(1)
        return c * (2 * view.outer(view.g) + view.outer(view.v) / 4 - view.decay(3.0))


class Gated(Rule):
    """Has a term that no such loss descends to."""

    kind: ClassVar[str] = "gated"

    def delta(self, view):
        return view.outer(view.g) - view.gate(1.0)


class Traced(Rule):
    """Grows with something else than x."""

    kind: ClassVar[str] = "traced"

    def delta(self, view):
        return view.outer(view.g, view.x.square())


class OnlyALoss(Rule):
    """States no equation."""

    kind: ClassVar[str] = "only_a_loss"

    def surrogate(self, u, w, g):
        return u


class Slanted(Plain):
    """Its sums belong to another drive."""

    kind: ClassVar[str] = "slanted"

    def outer(self, post, pre, w):
        return super().outer(post, pre.roll(1, dims=1), w)


REGISTRY = Registry()
SETTING = Setting(Plain(neurons=3), (4, 2))


def subject(rule):
    return Subject(rule, {}, None, REGISTRY)


def asked(rule, everywhere, ladder):
    """Both forms of a check."""
    ladder(subject(rule))
    everywhere(subject(rule), SETTING)


def test_a_rule_that_means_the_same_by_both_passes():
    asked(Sound(), agrees_with_its_surrogate_everywhere, agrees_with_its_surrogate)


@pytest.mark.parametrize("rule", [Sound(), Factors()], ids=str)
def test_sums_and_decays_with_factors_pass(rule):
    asked(rule, agrees_with_autograd_everywhere, agrees_with_autograd)


@pytest.mark.parametrize("rule", [OtherLoss(), WholeSquare(), Mixing()], ids=str)
def test_another_loss_than_the_equation_is_caught(rule):
    with pytest.raises(Violation, match="descent of its surrogate loss"):
        agrees_with_its_surrogate(subject(rule))
    with pytest.raises(Violation, match="descent of its surrogate loss"):
        agrees_with_its_surrogate_everywhere(subject(rule), SETTING)


@pytest.mark.parametrize(
    ("surrogate", "told"),
    [
        (lambda u, w, g: u.mul_(2), "changed u, which it was handed, in place"),
        (lambda u, w, g: u - half_square(w.mul_(0.5), u), "changed w, which it was handed"),
        (lambda u, w, g: u * g.clamp_(min=0), "changed g, which it was handed"),
        (lambda u, w, g: u + 0 * u.data.add_(1), "changed u"),
        (lambda u, w, g: u * torch.rand(1), "drew from torch's global generator"),
    ],
)
def test_a_loss_that_works_in_place_is_caught(surrogate, told):
    class InPlace(Rule):
        """States only a loss, which nothing else compares."""

        kind: ClassVar[str] = "in_place"

    InPlace.surrogate = lambda self, u, w, g: surrogate(u, w, g)
    InPlace.__abstractmethods__ = frozenset()
    with pytest.raises(Violation, match=f"^in_place: surrogate: {told}"):
        leaves_alone_what_its_loss_is_made_of(subject(InPlace()))


@pytest.mark.parametrize("rule", [Sound(), OnlyALoss()], ids=str)
def test_a_loss_that_changes_nothing_passes(rule):
    leaves_alone_what_its_loss_is_made_of(subject(rule))


def test_the_smallest_example_is_shown():
    with pytest.raises(Violation) as caught:
        agrees_with_its_surrogate(subject(OtherLoss()))
    assert len(caught.value.example.splitlines()) == 7
    assert "x = [[[" in caught.value.example  # one number of each
    with pytest.raises(Violation) as caught:
        agrees_with_its_surrogate(subject(Mixing()))
    assert caught.value.example.splitlines()[1].count(",") == 1  # w_e of two neurons with one input


@pytest.mark.parametrize("rule", [DecaysW(), OwnSum()], ids=str)
def test_other_sums_than_autograd_makes_are_caught(rule):
    with pytest.raises(Violation, match="autograd of its terms"):
        agrees_with_autograd(subject(rule))
    with pytest.raises(Violation, match="autograd of its terms"):
        agrees_with_autograd_everywhere(subject(rule), SETTING)


def test_a_geometry_whose_sums_belong_to_another_drive_is_caught():
    slanted = Setting(Slanted(neurons=3), (4, 2))
    with pytest.raises(Violation, match="autograd of its terms"):
        agrees_with_autograd_everywhere(subject(Sound()), slanted)
    with pytest.raises(Violation, match="surrogate"):
        agrees_with_its_surrogate_everywhere(subject(Sound()), slanted)


@pytest.mark.parametrize(
    ("check", "rule", "reason"),
    [
        (agrees_with_autograd, Gated(), "neither a sum of post · pre nor a decay"),
        (agrees_with_autograd, Traced(), "another presynaptic side than x"),
        (agrees_with_autograd, OnlyALoss(), "neither a sum"),
        (agrees_with_its_surrogate, OnlyALoss(), "only_a_loss states nothing but"),
        (leaves_alone_what_its_loss_is_made_of, Gated(), "gated states no surrogate loss"),
        (agrees_with_its_surrogate, Gated(), "gated states no surrogate loss"),
    ],
)
def test_what_cannot_be_asked_is_skipped_with_a_reason(check, rule, reason):
    with pytest.raises(NotApplicable, match=reason):
        check(subject(rule))
