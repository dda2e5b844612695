"""Σ x² over what each neuron sees, by geometry, against the patches."""

import torch
from support.geometries import every_geometry
from support.numbers import assert_near

from neuroplast import Geometry
from neuroplast_plugins.synapses.conv2d import Conv2d
from neuroplast_plugins.synapses.dense import Dense


@every_geometry
def test_energy_is_the_sum_of_squares_of_each_patch(case):
    x, w, post = case.synapse.prepare(case.x()), case.w(), case.post()
    squares = case.synapse.patches(x).square().sum(3)  # (batch, positions, groups)
    of_neuron = torch.arange(len(w)) * squares.shape[2] // len(w)
    expected = squares[:, :, of_neuron].transpose(1, 2).reshape(post.shape)
    assert_near(case.synapse.energy(x, w).expand_as(post), expected)
    assert_near(Geometry.energy(case.synapse, x, w).expand_as(post), expected)


def test_neurons_that_see_the_same_share_one_sum():
    x = torch.ones(2, 3, 5, 5)
    conv = Conv2d(neurons=96, kernel=3, padding=0)
    assert conv.energy(x, torch.zeros(96, 3, 3, 3)).shape == (2, 1, 3, 3)
    assert Dense(neurons=10).energy(x.flatten(1), torch.zeros(10, 75)).shape == (2, 1)


def test_a_dark_patch_beside_a_bright_one_has_none():
    x = torch.zeros(1, 1, 6, 6)
    x[..., 4:] = 1e6
    energy = Conv2d(neurons=2, kernel=3, padding=0).energy(x, torch.zeros(2, 1, 3, 3))
    assert torch.equal(energy[..., :2], torch.zeros(1, 1, 4, 2))
