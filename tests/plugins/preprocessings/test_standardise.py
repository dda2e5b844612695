from math import sqrt

import pytest
import torch
from torch.testing import assert_close

from neuroplast import State
from neuroplast_plugins.preprocessings.standardise import Standardise


def standardised(per, train, x=None):
    part = Standardise(per=per)
    return part.apply(train if x is None else x, State(part.fit(train)), torch.Generator())


def test_per_feature_by_hand():
    """1, 3, 5: mean 3, s.d. 2. What does not vary becomes 0, in other stimuli too."""
    train = torch.tensor([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]])
    assert_close(standardised("feature", train), torch.tensor([[-1.0, 0], [0, 0], [1, 0]]))
    assert_close(
        standardised("feature", train, torch.tensor([[9.0, 8.0]])), torch.tensor([[3.0, 0.0]])
    )


def test_per_channel_by_hand():
    """Channel 0 has 0, 0, 2, 2 (mean 1, s.d. sqrt(4/3)), channel 1 has 1, 2, 3, 4 (mean 2.5, s.d. sqrt(5/3))."""
    train = torch.tensor([[[[0.0, 0.0]], [[1.0, 2.0]]], [[[2.0, 2.0]], [[3.0, 4.0]]]])
    y = standardised("channel", train)
    first, second = 1 / sqrt(4 / 3), 1 / sqrt(5 / 3)
    assert_close(y[:, 0, 0], first * torch.tensor([[-1.0, -1], [1, 1]]))
    assert_close(y[:, 1, 0], second * torch.tensor([[-1.5, -0.5], [0.5, 1.5]]))


def test_features_are_one_channel():
    """1, 3, 5, 7: mean 4, s.d. sqrt(20/3)."""
    y = standardised("channel", torch.tensor([[1.0, 3.0], [5.0, 7.0]]))
    assert_close(y, torch.tensor([[-3.0, -1], [1, 3]]) / sqrt(20 / 3))


def test_per_stimulus_by_hand():
    """0, 3, 6: s.d. 3; each by itself, whatever was trained on; a constant one becomes 0, not rounding."""
    x = torch.tensor([[0.0, 3.0, 6.0], [50.0, 40.0, 30.0], [0.1, 0.1, 0.1]])
    y = standardised("stimulus", torch.rand(5, 3), x)
    assert_close(y, torch.tensor([[-1.0, 0, 1], [1, 0, -1], [0, 0, 0]]))


@pytest.mark.parametrize("per", ["feature", "channel"])
def test_many_stimuli_are_learned_from_in_blocks(per):
    train = 1000 + torch.randn(5000, 2, 2, 2, generator=torch.Generator().manual_seed(0))
    axes = (0,) if per == "feature" else (0, 2, 3)
    y = standardised(per, train)
    assert_close(y.mean(axes), torch.zeros_like(y.mean(axes)), atol=2e-4, rtol=0)
    assert_close(y.std(axes), torch.ones_like(y.std(axes)), atol=1e-3, rtol=0)
