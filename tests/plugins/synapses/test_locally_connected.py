"""Weights of their own at every position; the conformance kit holds it to its fields and to every rule."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from neuroplast import ConfigurationError, build_layer
from neuroplast.functional import per_neuron
from neuroplast_plugins.synapses.conv2d import Conv2d
from neuroplast_plugins.synapses.locally_connected import LocallyConnected

SYNAPSE = LocallyConnected(neurons=2, kernel=2, padding=0)
X = torch.arange(12.0).view(1, 1, 3, 4)


def test_shared_by_hand_it_is_a_convolution():
    kernels = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]], [[[0.0, -1.0], [1.0, 0.5]]]])
    w = kernels.repeat(6, 1, 1, 1)  # 2 x 3 positions, one after the other
    assert_close(SYNAPSE.drive(X, w), F.conv2d(X, kernels))
    post = torch.rand(1, 2, 2, 3)
    shared = Conv2d(neurons=2, kernel=2, padding=0).outer(post, X, kernels)
    assert_close(SYNAPSE.outer(post, X, w).view(6, 2, 1, 2, 2).sum(0), shared)


def test_one_weight_moves_one_place():
    w = torch.zeros(12, 1, 2, 2)
    w[2 * 4 + 1, 0, 1, 0] = 1.0  # position 4 (row 1, column 1), neuron 1, lower left of its field
    u = SYNAPSE.drive(X, w)
    assert u[0, 1, 1, 1] == X[0, 0, 2, 1]
    assert u.count_nonzero() == 1


def test_a_value_of_each_row_meets_its_own_activity():
    value = torch.arange(12.0)
    spread = per_neuron(value, torch.zeros(2, 2, 3))
    assert spread[1, 1, 1] == value[2 * 4 + 1]
    assert_close(SYNAPSE.total(spread[None]), value)
    assert_close(SYNAPSE.events(spread[None])[:, 0], value)


def test_a_layer_learns_only_where_it_is_stimulated():
    layer = build_layer(
        (1, 3, 4),
        synapse={"kind": "locally_connected", "neurons": 2, "kernel": 1},
        competition="none",
        rule="hebb",
        scaling="sum",
        rate={"kind": "constant", "eta": 1.0},
        population="relu",
        pool={"kind": "max", "size": 2, "stride": 1},
    )
    before = layer.w.clone()
    x = torch.zeros(5, 1, 3, 4)
    x[:, 0, 1, 2] = 1.0
    assert layer.learn(x).shape == (5, 2, 2, 3)
    changed = (layer.w != before).flatten(1).any(1).nonzero().flatten()
    assert changed.tolist() == [2 * 6, 2 * 6 + 1]  # position 6 is row 1, column 2


@pytest.mark.parametrize(
    ("parameters", "shape", "told"),
    [
        ({"kernel": 3}, (5,), r"found \(5,\)"),
        ({"kernel": 9}, (4, 3, 3), "4 pixels of reflect padding do not fit"),
        ({"kernel": 2}, (4, 3, 3), "has no centre"),
        ({"kernel": 4, "padding": 0}, (4, 3, 3), "a field of 4 pixels does not fit"),
    ],
)
def test_what_does_not_fit_is_said_by_the_geometry_that_was_named(parameters, shape, told):
    synapse = LocallyConnected(neurons=2, **parameters)
    for ask in (synapse.output_shape, synapse.weight_shape):
        with pytest.raises(ConfigurationError, match=f"^locally_connected: .*{told}"):
            ask(shape)
