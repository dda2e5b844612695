"""Shares of stimuli in which neurons are active, alone and in pairs, counted by hand."""

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.coactivity import Coactivity


def measured(responses, **parameters):
    """Of a layer that answers just this: each neuron hears an input of its own."""
    x = torch.tensor(responses)
    neurons = x.shape[1]
    network = Network([layer_spec(synapse={"kind": "dense", "neurons": neurons})], (neurons,))
    network.layers["layer1"].w.copy_(torch.eye(neurons))
    return Coactivity(**parameters).measure(network, x)


def test_by_hand():
    """Shares 2/4, 2/4, 1/4. Pairs: 01 once, 02 once, 12 never: (1/4 + 1/4 + 0) / 3. Products: 1/4, 1/8, 1/8."""
    found = measured([[1.0, 1.0, 0.0], [1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [-1.0, 0.0, 0.0]])
    assert found["activity"] == pytest.approx(5 / 12)
    assert found["together"] == pytest.approx(1 / 6)
    assert found["independent"] == pytest.approx(1 / 6)


def test_always_together():
    found = measured([[1.0, 1.0], [0.0, 0.0]])
    assert found == pytest.approx({"activity": 0.5, "together": 0.5, "independent": 0.25})


def test_never_together():
    found = measured([[1.0, 0.0], [0.0, 1.0]])
    assert found == pytest.approx({"activity": 0.5, "together": 0.0, "independent": 0.25})


def test_active_is_above_the_threshold():
    found = measured([[0.5, 0.6], [0.4, 0.7]], active=0.5)
    assert found == pytest.approx({"activity": 0.5, "together": 0.0, "independent": 0.0})


def test_one_neuron_has_no_pairs():
    with pytest.raises(ConfigurationError, match="the layer has one neuron"):
        measured([[1.0], [0.0]])
