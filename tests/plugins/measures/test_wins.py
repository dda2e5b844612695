"""Shares of wins, counted by hand."""

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.wins import Wins


def measured(x, neurons=4, **parameters):
    """Of neurons that hear an input each, the largest of which wins."""
    parts = {"competition": "hard_wta", "population": "winners"}
    spec = layer_spec(synapse={"kind": "dense", "neurons": neurons}, **parts)
    network = Network([spec], (neurons,))
    network.layers["layer1"].w.copy_(torch.eye(neurons))
    return Wins(**parameters).measure(network, torch.tensor(x))


X = [[3.0, 1.0, 0.0, 0.0], [2.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.5]]
"""Won by neurons 0, 0, 1, 0."""


def test_by_hand():
    assert measured(X) == pytest.approx({"largest": 0.75, "dead": 0.5})


def test_of_the_first_stimuli():
    assert measured(X, stimuli=2) == pytest.approx({"largest": 1.0, "dead": 0.75})
    assert measured(X, stimuli=99) == measured(X)


def test_positions_count():
    """A convolution of 1 x 1 over one channel: neuron 1 wins where the pixel is positive, 0 where it is not."""
    parts = {"competition": "hard_wta", "population": "winners"}
    spec = layer_spec(synapse={"kind": "conv2d", "neurons": 3, "kernel": 1}, **parts)
    network = Network([spec], (1, 1, 4))
    network.layers["layer1"].w.copy_(torch.tensor([-1.0, 1.0, 0.0]).view(3, 1, 1, 1))
    found = Wins().measure(
        network, torch.tensor([[[[-1.0, 2.0, 3.0, 4.0]]], [[[1.0, 1.0, -2.0, 5.0]]]])
    )
    assert found == pytest.approx({"largest": 6 / 8, "dead": 1 / 3})


def test_graded_responses_win_above_a_level():
    spec = layer_spec(synapse={"kind": "dense", "neurons": 2})
    network = Network([spec], (2,))
    network.layers["layer1"].w.copy_(torch.eye(2))
    x = torch.tensor([[0.6, 0.9], [0.4, 0.7]])
    assert Wins(active=0.5).measure(network, x) == pytest.approx({"largest": 2 / 3, "dead": 0.0})


def test_nobody_wins():
    with pytest.raises(
        ConfigurationError, match=r"no response of layer1 is above 1\.5; lower active"
    ):
        measured(X, active=1.5)
