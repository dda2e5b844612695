"""Signals that are broken on purpose, and the checks that must catch them."""

from typing import ClassVar

import pytest
import torch
import torch.nn.functional as F
from support.asking import catch, hold, skip
from support.sound import sound

from neuroplast import Signal
from neuroplast.testing import Example, SignalClaims

FORMULA = "equals its formula, looped"
HAND = "gives the numbers worked by hand"
APART = "judges each stimulus alone"
FORM = "keeps shape, dtype and device"


class Reward(Signal):
    """1 where the neuron with the label answers most, else -1."""

    kind = "reward_of_a_test"

    def signal(self, labels, response):
        right = response.flatten(2).sum(2) if response.dim() > 2 else response
        return torch.where(right.argmax(1) == labels, 1.0, -1.0).to(response.dtype)


class RewardClaims(SignalClaims):
    of = "reward_of_a_test"
    examples = (
        Example({"label": 1, "y": [0.0, 2.0]}, 1.0),
        Example({"label": 0, "y": [0.0, 2.0]}, -1.0),
    )

    def signal(self, signal, label, y):
        return 1.0 if y.index(max(y)) == label else -1.0


class Teacher(Signal):
    """1 for the neuron with the label, 0 for the others."""

    kind = "teacher_of_a_test"

    def signal(self, labels, response):
        return F.one_hot(labels, response.shape[1]).to(response.dtype)


class TeacherClaims(SignalClaims):
    of = "teacher_of_a_test"
    examples = (Example({"label": 1, "y": [0.0, 2.0, 1.0]}, [0.0, 1.0, 0.0]),)

    def signal(self, signal, label, y):
        return [1.0 if i == label else 0.0 for i in range(len(y))]


def test_sound_signals_pass():
    sound(Reward(), "signals", RewardClaims())
    sound(Teacher(), "signals", TeacherClaims())
    assert "no claims say what reward_of_a_test does" in skip(Reward(), FORMULA)


class Punishment(Reward):
    def signal(self, labels, response):
        return -super().signal(labels, response)


class Always(Reward):
    def signal(self, labels, response):
        return torch.ones_like(super().signal(labels, response))


class NextLabel(Teacher):
    def signal(self, labels, response):
        return super().signal((labels + 1) % response.shape[1], response)


@pytest.mark.parametrize(
    ("part", "claims"),
    [
        (Punishment(), RewardClaims()),
        (Always(), RewardClaims()),
        (NextLabel(), TeacherClaims()),
    ],
)
def test_another_signal_is_caught(part, claims):
    assert "off by" in catch(part, FORMULA, claims)
    assert "off by" in catch(part, HAND, claims)


class Relative(Reward):
    """The reward over that of the batch."""

    def signal(self, labels, response):
        reward = super().signal(labels, response)
        return reward - reward.mean()


class Declared(Relative):
    couples_batch: ClassVar[bool] = True


def test_signals_that_couple_the_batch_must_say_so():
    assert "alone, against the same in a batch" in catch(Relative(), APART)
    hold(Declared(), APART)


class OneNumber(Reward):
    def signal(self, labels, response):
        return super().signal(labels, response).sum()


class Whole(Reward):
    def signal(self, labels, response):
        return super().signal(labels, response).long()


def test_a_signal_is_a_number_for_each_stimulus():
    assert "gave shape ()" in catch(OneNumber(), FORM)
    assert "gave dtype torch.int64" in catch(Whole(), FORM)


class Relabelling(Teacher):
    def signal(self, labels, response):
        return super().signal(labels.clamp_(max=0), response)


def test_labels_are_not_changed():
    assert "changed labels" in catch(Relabelling(), "changes nothing it is handed")
