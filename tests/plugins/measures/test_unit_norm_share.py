"""Which neurons are near unit length, on weights whose lengths are known."""

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.unit_norm_share import UnitNormShare


def network(*weights):
    """Dense layers on two inputs with these weights."""
    specs = [
        layer_spec(synapse={"kind": "dense", "neurons": len(w)}, input="stimuli") for w in weights
    ]
    made = Network(specs, (2,))
    for layer, w in zip(made.layers.values(), weights, strict=True):
        layer.w.copy_(torch.tensor(w))
    return made


X = torch.zeros(1, 2)
W = [[0.6, 0.8], [0.0, -1.006], [3.0, 4.0], [0.0, 0.992]]
"""Lengths 1, 1.006, 5, 0.992."""


@pytest.mark.parametrize(
    ("tolerance", "share"), [(0.01, 0.75), (0.007, 0.5), (0.005, 0.25), (5, 1)]
)
def test_the_share_within_a_tolerance(tolerance, share):
    assert UnitNormShare(tolerance=tolerance).measure(network(W), X)["share"] == share


def test_lengths():
    found = UnitNormShare().measure(network(W), X)
    assert found["shortest"] == pytest.approx(0.992)
    assert found["longest"] == pytest.approx(5)
    assert found["median"] == pytest.approx(
        1
    )  # of an even number the lower middle, 1 and 1.006 here


def test_another_layer():
    made = network(W, [[3.0, 4.0]])
    assert UnitNormShare(layer="layer2").measure(made, X)["share"] == 0


def test_a_layer_that_is_not_there():
    with pytest.raises(ConfigurationError, match="no layer 'layer2'; name one of the network's"):
        UnitNormShare(layer="layer2").measure(network(W), X)
