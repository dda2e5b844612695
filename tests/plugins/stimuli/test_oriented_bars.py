import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.testing import assert_close

from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli.oriented_bars import OrientedBars


def load(seed=0, **parameters):
    rng = torch.Generator().manual_seed(seed)
    return load_stimuli(OrientedBars(**parameters), "/nowhere", rng)


def one_of_each(**parameters):
    """The images of one stimulus of each orientation, in the order of the labels."""
    found = load(train=parameters["orientations"], jitter=0, **parameters)
    return found.train.x[found.train.y.argsort(), 0]


def test_thin_bars_by_hand():
    """Thickness 1: pixels on the line are 1, one pixel off 1/2 + 1/2 - 1 = 0, on the next diagonal 1 - 1/√2."""
    flat, rising, upright, _ = one_of_each(orientations=4, side=3, thickness=1.0)
    e = 1 - 0.5**0.5
    assert_close(flat, torch.tensor([[0.0, 0, 0], [1, 1, 1], [0, 0, 0]]), atol=1e-6, rtol=0)
    assert_close(upright, torch.tensor([[0.0, 1, 0], [0, 1, 0], [0, 1, 0]]), atol=1e-6, rtol=0)
    # row 0 is the top: anticlockwise from the horizontal, a bar rises to the right
    assert_close(rising, torch.tensor([[0, e, 1], [e, 1, e], [1, e, 0]]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("thickness", [1.0, 2.5, 4.0])
def test_a_bar_across_has_its_thickness(thickness):
    """The brightness along any line that crosses the bar squarely adds up to its thickness."""
    flat, upright = one_of_each(orientations=2, side=11, thickness=thickness)
    assert_close(flat.sum(0), torch.full((11,), thickness))
    assert_close(upright.sum(1), torch.full((11,), thickness))


def test_contrast_scales_the_bar():
    full = one_of_each(orientations=2, side=5)
    assert_close(one_of_each(orientations=2, side=5, contrast=0.25), full / 4)


@given(jitter=st.floats(0, 3), seed=st.integers(0, 1000))
def test_bars_stay_within_their_jitter(jitter, seed):
    """The mean row of a horizontal bar is that of its line, from -jitter to jitter around the middle."""
    found = load(seed, orientations=1, side=15, thickness=2.0, jitter=jitter, train=20)
    rows = torch.arange(15.0) - 7
    column = found.train.x[:, 0, :, 0]
    middle = (column * rows).sum(1) / column.sum(1)
    assert middle.abs().max() <= jitter + 1e-4
    if jitter > 0.5:
        assert middle.max() > 0 > middle.min()


def test_noise_is_added_and_cut_to_what_pixels_can_hold():
    """At contrast 1/2 inside a thick bar, noise of 0.05 is never cut: 10,000 pixels, s.e. 0.00035 of the s.d."""
    found = load(
        orientations=1, side=10, thickness=20.0, jitter=0, contrast=0.5, noise=0.05, train=100
    )
    assert abs(found.train.x.std().item() - 0.05) < 6 * 0.00036
    assert abs(found.train.x.mean().item() - 0.5) < 6 * 0.0005
    loud = load(noise=1.0, train=20).train.x
    assert loud.min() == 0
    assert loud.max() == 1


def test_labels_are_balanced_and_named():
    found = load(orientations=4, train=10, test=4)
    assert sorted(found.train.y.bincount().tolist()) == [2, 2, 3, 3]
    assert sorted(found.test.y.tolist()) == [0, 1, 2, 3]
    assert found.classes == ("0 degrees", "45 degrees", "90 degrees", "135 degrees")
    assert_close(found.truth["angles"], torch.pi * torch.tensor([0, 0.25, 0.5, 0.75]))
    assert found.train.x.shape[1:] == OrientedBars(orientations=4).shape("/nowhere")


def test_a_seed_decides_everything_and_counts_shift_nothing_else():
    one, same, longer, other = load(1), load(1), load(1, train=9), load(2)
    assert one.train.x.equal(same.train.x)
    assert one.train.y.equal(same.train.y)
    assert one.test.x.equal(longer.test.x)
    assert not one.train.x.equal(other.train.x)


def test_bars_outside_the_image_are_refused():
    with pytest.raises(ValidationError, match=r"jitter of 9.0 pixels.*; set jitter to 8.0 or less"):
        OrientedBars(jitter=9.0)
