"""Selective, silent and unselective neurons, of weights whose responses are known."""

import math

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.selectivity import Selectivity

X = torch.eye(4)
"""Four stimuli, one input each: the response of a rectified neuron to the k-th is its k-th weight, if positive."""


def measured(*weights, x=X, **parameters):
    spec = layer_spec(synapse={"kind": "dense", "neurons": len(weights)}, population="relu")
    network = Network([spec], (4,))
    network.layers["layer1"].w.copy_(torch.tensor(weights))
    return Selectivity(**parameters).measure(network, x)


@pytest.mark.parametrize(
    ("weights", "index", "peak"),
    [
        ([4.0, 0.0, 0.0, 0.0], 0.75, 4.0),  # one of K alone: 1 - 1/4
        ([2.0, 2.0, 2.0, 2.0], 0.0, 2.0),  # all alike
        ([4.0, 2.0, 0.0, -9.0], 0.625, 4.0),  # 1 - (6/4)/4; below zero it does not answer
    ],
)
def test_index_and_peak(weights, index, peak):
    found = measured(weights)
    assert found["index"] == pytest.approx(index)
    assert found["peak"] == pytest.approx(peak)


def test_who_is_selective():
    """K = 4: a peak above 2 and an index from 0.73 to 0.77; silent under a peak of 0.4."""
    found = measured(
        [4.0, 0.0, 0.0, 0.0],  # selective, for the first
        [0.0, 2.1, 0.0, 0.1],  # selective, for the second: 1 - (2.2/4)/2.1 = 0.738
        [0.0, 2.1, 0.0, 0.3],  # not: 1 - (2.4/4)/2.1 = 0.714
        [0.0, 0.0, 1.9, 0.0],  # too weak
        [3.0, 0.0, 0.0, 0.0],  # selective, for the first again
        [0.0, 0.0, 0.0, 0.39],  # silent
        [0.0, 0.0, 0.0, 0.41],  # not silent, and too weak
    )
    assert found["selective"] == 3
    assert found["preferred"] == 2
    assert found["silent"] == 1


def test_silence_is_no_preference():
    """Whatever is asked of a peak: under a tenth of K it is no preference, though the index is perfect."""
    found = measured([0.3, 0.0, 0.0, 0.0], strong=0.01)
    assert found["index"] == pytest.approx(0.75)
    assert (found["silent"], found["selective"], found["preferred"]) == (1, 0, 0)


def test_neurons_that_never_answer():
    found = measured([-1.0, -1.0, -1.0, 0.0])
    assert math.isnan(found["index"])
    assert (found["peak"], found["silent"], found["selective"]) == (0, 1, 0)


def test_how_often_a_stimulus_is_shown_does_not_matter():
    often = torch.cat([X, X[:1], X[:1], X[2:]])
    assert measured([4.0, 2.0, 0.0, 0.0], x=often) == measured([4.0, 2.0, 0.0, 0.0])


def test_one_stimulus_alone_cannot_be_preferred():
    with pytest.raises(ConfigurationError, match="all training stimuli are alike"):
        measured([1.0, 0.0, 0.0, 0.0], x=X[[0, 0]])


def test_an_unknown_layer():
    with pytest.raises(ConfigurationError, match="no layer 'other'"):
        measured([1.0, 0.0, 0.0, 0.0], layer="other")
