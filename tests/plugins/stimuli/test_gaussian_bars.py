import math

import pytest
import torch
from pydantic import ValidationError
from torch.testing import assert_close

from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli.gaussian_bars import GaussianBars


def load(seed=0, **parameters):
    rng = torch.Generator().manual_seed(seed)
    return load_stimuli(GaussianBars(**parameters), "/nowhere", rng)


def test_a_lying_bar_by_hand():
    """Side 3: corners, √2 from the middle, are inside; rows are e, 1, e with e = exp(-1/2), and |x|² = 3 + 6 e²."""
    bars = load(orientations=2, side=3, sigma=1.0, train=2).truth["bars"]
    e = math.exp(-0.5)
    lying = torch.tensor([e, e, e, 1, 1, 1, e, e, e]) / math.sqrt(3 + 6 * e**2)
    assert_close(bars[0], lying)
    assert_close(bars[1], lying.view(3, 3).T.flatten())


def test_the_disc():
    """Side 11: 97 pixels within 5.5 of the middle are lit by a bar that is wide enough."""
    bars = load(sigma=100.0).truth["bars"]
    assert ((bars > 0).sum(1) == 97).all()


def test_bars_overlap_less_the_further_they_are_turned():
    bars = load().truth["bars"].double()
    overlap = bars @ bars[0]
    assert_close(overlap[0], torch.tensor(1.0).double(), rtol=0, atol=1e-6)
    assert (overlap[:6].diff() < 0).all()
    assert_close(overlap[1:], overlap[1:].flip(0), rtol=0, atol=1e-6)  # as far to either side


def test_images_are_the_bars_of_their_labels():
    found = load(train=30, test=12)
    assert_close(found.train.x.flatten(1), found.truth["bars"][found.train.y], rtol=0, atol=0)
    assert sorted(found.train.y.bincount().tolist()) == [2] * 6 + [3] * 6
    assert sorted(found.test.y.tolist()) == list(range(12))
    assert found.classes[1] == "15 degrees"
    assert found.train.x.shape[1:] == GaussianBars().shape("/nowhere")


def test_a_seed_decides_the_order_and_counts_shift_nothing_else():
    one, same, longer, other = (
        load(1, test=50),
        load(1, test=50),
        load(1, test=50, train=9),
        load(2),
    )
    assert one.train.y.equal(same.train.y)
    assert one.test.y.equal(longer.test.y)
    assert not one.train.y.equal(other.train.y)


@pytest.mark.parametrize("wrong", [{"sigma": 0.01}, {"side": 1}, {"orientations": 0}, {"train": 0}])
def test_what_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        GaussianBars(**wrong)


@pytest.mark.parametrize("side", [2, 3, 10])
def test_the_thinnest_bars_are_seen(side):
    """Half a pixel from the middle line, the nearest that an even side has, is five σ away."""
    bars = load(side=side, sigma=0.1, orientations=5).truth["bars"]
    assert_close(bars.norm(dim=1), torch.ones(5))
