"""The orientation index of neurons whose tuning is known."""

import math

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.orientation_index import OrientationIndex

SIDE = 13


def measured(*fields, **parameters):
    spec = layer_spec(synapse={"kind": "dense", "neurons": len(fields)}, population="relu")
    network = Network([spec], (1, SIDE, SIDE))
    network.layers["layer1"].w.copy_(torch.stack(fields).flatten(1).float())
    return OrientationIndex(**parameters).measure(network, torch.zeros(2, 1, SIDE, SIDE))["mean"]


def distance():
    offset = torch.arange(SIDE) - SIDE // 2
    return offset.view(-1, 1), offset.view(1, -1)


def round_field(width=1.0):
    rows, columns = distance()
    return (-(rows.square() + columns.square()) / (2 * width**2)).exp()


def gabor(angle, period=5.0, width=3.0):
    rows, columns = distance()
    across = columns * math.sin(angle) + rows * math.cos(angle)
    return round_field(width) * torch.cos(2 * math.pi * across / period)


def test_a_round_field_has_none():
    """A Gaussian is blind to orientation; what is left are the edges of the pixels' grid."""
    assert measured(round_field()) < 0.02


@pytest.mark.parametrize("angle", [0.0, 0.4, math.pi / 2, 2.5])
def test_a_gabor_has_much_of_whatever_orientation(angle):
    assert measured(gabor(angle)) > 0.8
    assert measured(-3 * gabor(angle)) == pytest.approx(measured(gabor(angle)), abs=1e-3)


def test_a_wide_gabor_by_its_law():
    """Response to a grating at angle a: exp(-s² |k_a - k_0|² / 2), and the index is the sum of these, turned."""
    k, s = 2 * math.pi / 5, 2.0
    angles = [math.pi * i / 16 for i in range(16)]
    r = [math.exp(-((s * 2 * k * math.sin(a / 2)) ** 2) / 2) for a in angles]
    r = [
        x + math.exp(-((s * 2 * k * math.cos(a / 2)) ** 2) / 2)
        for x, a in zip(r, angles, strict=True)
    ]
    across = sum(x * math.cos(2 * a) for x, a in zip(r, angles, strict=True)) / sum(r)
    assert measured(gabor(0.0, width=s), periods=(5.0,)) == pytest.approx(across, abs=0.02)


def test_two_orientations_at_right_angles_cancel():
    assert measured(gabor(0.0) + gabor(math.pi / 2)) < 0.1


def test_it_is_taken_at_the_period_that_is_answered_most():
    """Coarse and vertical, fine and horizontal but weaker: only the coarse gratings count."""
    mixed = gabor(math.pi / 2, period=8.0) + 0.3 * gabor(0.0, period=3.0)
    assert measured(mixed) == pytest.approx(measured(gabor(math.pi / 2, period=8.0)), abs=0.02)


def test_norm_does_not_matter():
    noise = torch.randn(SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    assert measured(20 * noise) == pytest.approx(measured(noise), rel=1e-4)
    assert 0 < measured(noise) < 1


def test_neurons_without_an_answer_are_left_out():
    assert measured(gabor(0.4), 0 * gabor(0.4)) == pytest.approx(measured(gabor(0.4)))
    assert math.isnan(measured(0 * gabor(0.4)))


def test_what_is_no_image_of_one_channel():
    network = Network([layer_spec(synapse={"kind": "dense", "neurons": 2})], (9,))
    with pytest.raises(ConfigurationError, match="give it images of one channel"):
        OrientationIndex().measure(network, torch.zeros(3, 9))
