"""The angle to the first principal component, on stimuli whose component is known by construction."""

import pytest
import torch
from torch.testing import assert_close

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.principal_component import PrincipalComponent


def network(*weights, shape=None):
    """Dense layers on the stimuli with these weights."""
    specs = [
        layer_spec(synapse={"kind": "dense", "neurons": len(w)}, input="stimuli") for w in weights
    ]
    made = Network(specs, shape or (len(weights[0][0]),))
    for layer, w in zip(made.layers.values(), weights, strict=True):
        layer.w.copy_(torch.tensor(w))
    return made


X = torch.tensor([[3.0, 4.0], [-6.0, -8.0], [0.4, -0.3], [-0.8, 0.6]])
"""Two stimuli along (3, 4), two along (4, -3), which is orthogonal: the first component is (0.6, 0.8)."""


@pytest.mark.parametrize(
    ("w", "cosine", "length"),
    [
        ([0.6, 0.8], 1.0, 1.0),
        ([-1.2, -1.6], 1.0, 2.0),
        ([0.8, -0.6], 0.0, 1.0),
        ([5.0, 0.0], 0.6, 5.0),
        ([0.0, -0.5], 0.8, 0.5),
    ],
)
def test_cosine_and_length(w, cosine, length):
    found = PrincipalComponent().measure(network([w]), X)
    assert set(found) == {"cosine", "length"}
    assert found["cosine"] == pytest.approx(cosine, abs=1e-6)
    assert found["length"] == pytest.approx(length)


def test_moments_are_taken_about_zero():
    """Around their mean these vary along (1, 0) only; about zero (0, 1) is far longer."""
    x = torch.tensor([[1.0, 9.0], [-1.0, 9.0], [0.5, 9.0], [-0.5, 9.0]])
    assert PrincipalComponent().measure(network([[0.0, 1.0]]), x)["cosine"] == pytest.approx(1.0)


def test_moments_about_the_mean():
    """Of the same stimuli: they vary along (1, 0) only."""
    x = torch.tensor([[1.0, 9.0], [-1.0, 9.0], [0.5, 9.0], [-0.5, 9.0]])
    about_mean = PrincipalComponent(about="mean")
    assert about_mean.measure(network([[0.0, 1.0]]), x)["cosine"] == pytest.approx(0.0, abs=1e-9)
    assert about_mean.measure(network([[2.0, 0.0]]), x)["cosine"] == pytest.approx(1.0)


def test_another_neuron_of_another_layer():
    made = network([[0.6, 0.8]], [[1.0, 0.0], [0.8, -0.6]])
    assert PrincipalComponent(layer="layer2", neuron=1).measure(made, X)["cosine"] < 1e-6
    assert PrincipalComponent(layer="layer2").measure(made, X)["cosine"] == pytest.approx(0.6)


def test_images_are_flattened():
    made = network([[0.6, 0.8]], shape=(1, 1, 2))
    found = PrincipalComponent().measure(made, X.view(4, 1, 1, 2))
    assert found["cosine"] == pytest.approx(1.0)


def test_it_changes_nothing():
    made = network([[0.6, 0.8]])
    before = made.layers["layer1"].w.clone()
    PrincipalComponent().measure(made, X)
    assert_close(made.layers["layer1"].w, before, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"neuron": 1}, "one of its neurons"),
        ({"layer": "layer3"}, "no layer 'layer3'; name one of the network's"),
    ],
)
def test_what_cannot_be_measured(part, told):
    with pytest.raises(ConfigurationError, match=told):
        PrincipalComponent(**part).measure(network([[0.6, 0.8]]), X)


def test_weights_that_do_not_see_the_stimuli():
    with pytest.raises(ConfigurationError, match="the stimuli have 3 values"):
        PrincipalComponent().measure(network([[0.6, 0.8]]), torch.zeros(4, 3))


def test_a_network_without_layers():
    with pytest.raises(ConfigurationError, match="no layer"):
        PrincipalComponent().measure(Network([], (2,)), X)
