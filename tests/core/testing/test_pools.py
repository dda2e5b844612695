"""Pools that are broken on purpose, and the checks that must catch them."""

from typing import ClassVar

import pytest
import torch
import torch.nn.functional as F
from support.asking import catch, skip
from support.sound import sound

from neuroplast import ConfigurationError, Pool
from neuroplast.testing import Example, PoolClaims

FORMULA = "equals its formula, looped"
HAND = "gives the numbers worked by hand"
SHAPE = "gives the shape that it promises"
APART = "pools each neuron and each stimulus alone"


class Largest(Pool):
    """The largest of each window of two by two, one position of padding, which never wins."""

    kind = "largest_of_two"

    def pool(self, y):
        return F.max_pool2d(y, 2, 2, 1)

    def output_shape(self, shape):
        if len(shape) != 3:
            raise ConfigurationError(f"needs a map, found {shape}")
        return shape[0], shape[1] // 2 + 1, shape[2] // 2 + 1


class LargestClaims(PoolClaims):
    of = "largest_of_two"
    examples = (
        Example({"y": [[-1.0, -2.0], [-3.0, -4.0]]}, [[-1.0, -2.0], [-3.0, -4.0]]),
        Example({"y": [[1.0]]}, [[1.0]]),
    )

    def pool(self, pool, y):
        starts = [range(-1, len(y), 2), range(-1, len(y[0]), 2)]
        return [[self.window(y, top, left) for left in starts[1]] for top in starts[0]]

    def window(self, y, top, left):
        places = [(i, j) for i in (top, top + 1) for j in (left, left + 1)]
        inside = [y[i][j] for i, j in places if i >= 0 and j >= 0 and i < len(y) and j < len(y[0])]
        return max(inside)


class Unit(Pool):
    """y, whatever its shape."""

    kind = "unit"

    def pool(self, y):
        return y

    def output_shape(self, shape):
        return shape


class Two(Pool):
    """The largest of two by two without padding: a map of one position does not fit."""

    kind = "two"

    def pool(self, y):
        return F.max_pool2d(y, 2, 2)

    def output_shape(self, shape):
        if len(shape) != 3 or min(shape[1:]) < 2:
            raise ConfigurationError(f"does not fit {shape}")
        return shape[0], shape[1] // 2, shape[2] // 2


def test_sound_pools_pass():
    sound(Largest(), "pools", LargestClaims())
    sound(Unit(), "pools", but=(FORMULA, HAND))
    sound(Two(), "pools", but=(FORMULA, HAND))
    assert "no claims say what unit does" in skip(Unit(), FORMULA)


class ZeroPadded(Largest):
    def pool(self, y):
        return F.max_pool2d(F.pad(y, (1, 1, 1, 1)), 2, 2)


class Mean(Largest):
    def pool(self, y):
        return F.avg_pool2d(y, 2, 2, 1)


class Turned(Largest):
    def pool(self, y):
        return super().pool(y.transpose(2, 3)).transpose(2, 3).flip(2)


@pytest.mark.parametrize("part", [ZeroPadded(), Mean(), Turned()])
def test_another_pool_is_caught(part):
    assert "off by" in catch(part, FORMULA, LargestClaims())


def test_numbers_by_hand_tell_that_padding_counted():
    assert "expected = [[-1.0, -2.0], [-3.0, -4.0]]" in catch(ZeroPadded(), HAND, LargestClaims())


class RoundsUp(Two):
    def output_shape(self, shape):
        super().output_shape(shape)
        return shape[0], -(-shape[1] // 2), -(-shape[2] // 2)


class Unrefusing(Two):
    def output_shape(self, shape):
        return shape[0], *(side // 2 for side in shape[1:])


class Strict(Two):
    def output_shape(self, shape):
        if len(shape) != 3 or min(shape[1:]) < 3:
            raise ConfigurationError(f"does not fit {shape}")
        return super().output_shape(shape)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (RoundsUp(), "promises (2, 1, 2) for a response (2, 2, 3), and gives (2, 1, 1)"),
        (Unrefusing(), "promises (2, 0, 0) for a response (2, 1, 1), and raises RuntimeError"),
        (Strict(), "refuses a response (2, 2, 2), which it can pool"),
    ],
)
def test_another_shape_than_promised_is_caught(part, told):
    assert told in catch(part, SHAPE)


class OverNeurons(Unit):
    def pool(self, y):
        return y - y.mean(1, keepdim=True)


class OverStimuli(Unit):
    def pool(self, y):
        return y - y.mean(0, keepdim=True)


class Ranked(Unit):
    def pool(self, y):
        places = torch.arange(y.shape[1], dtype=y.dtype, device=y.device)
        return y * places.view(-1, *[1] * (y.dim() - 2))


def test_neurons_and_stimuli_are_pooled_alone_and_alike():
    assert "neuron 0" in catch(OverNeurons(), APART)
    assert "stimulus 0 alone" in catch(OverStimuli(), APART)
    assert "rolled by one" in catch(Ranked(), "treats neurons alike")


class Mean(Unit):
    picks: ClassVar[bool] = True

    def pool(self, y):
        return y.mean((2, 3), keepdim=True).expand_as(y)


def test_a_pool_that_says_it_picks_must():
    assert "pooled cubes" in catch(Mean(), "declares truly whether it picks")
