"""Columns of both signs, counted on weights that were written down."""

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.dale_violations import DaleViolations

X = torch.zeros(1, 2)
W = [[1.0, -2.0, 3.0, 0.0], [0.5, -1.0, -3.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
"""Columns: excitatory, inhibitory, both, none."""


def network(population, w=W, join="add"):
    """Four neurons on two inputs, and a dense layer with these weights on them."""
    below = {"synapse": {"kind": "dense", "neurons": 4}, "population": population}
    above = layer_spec(synapse={"kind": "dense", "neurons": len(w)}, join=join)
    made = Network([layer_spec(**below), above], (2,))
    made.layers["layer2"].w.copy_(torch.tensor(w))
    return made


def test_columns_are_counted():
    found = DaleViolations().measure(network("relu"), X)
    assert found == {"mixed": 1, "excitatory": 0.25, "inhibitory": 0.25}


@pytest.mark.parametrize(
    ("excitatory", "against"),
    [
        (0.5, 4),  # + + - -: two of column 2, and of column 3 the two that excite
        (0.25, 2),  # + - - -: the two positive synapses of column 3
        (1.0, 3),  # two of column 2, one of column 3
        (0.0, 4),  # two of column 1, two of column 3
    ],
)
def test_against_the_signs_of_the_population(excitatory, against):
    population = {"kind": "excitatory_inhibitory", "excitatory": excitatory}
    assert DaleViolations().measure(network(population), X)["against"] == against


def test_one_sign_against_the_populations_is_seen_too():
    """Weights that are not negative have no mixed columns, and their inhibitory neurons excite."""
    population = {"kind": "excitatory_inhibitory", "excitatory": 0.5}
    found = DaleViolations().measure(network(population, [[1.0, 1.0, 1.0, 1.0]]), X)
    assert found == {"mixed": 0, "excitatory": 1, "inhibitory": 0, "against": 2}


def test_kernels_have_the_sign_of_their_channel():
    """Two input channels, one map: channel 1 has both signs in one kernel, channel 2 one."""
    made = Network([layer_spec(synapse={"kind": "conv2d", "neurons": 1, "kernel": 3})], (2, 5, 5))
    made.layers["layer1"].w.fill_(1.0)
    made.layers["layer1"].w[0, 0, 1, 1] = -1.0
    found = DaleViolations().measure(made, torch.zeros(1, 2, 5, 5))
    assert found == {"mixed": 1, "excitatory": 0.5, "inhibitory": 0}


def test_channels_that_are_flattened_keep_their_sign():
    """Two maps of 2 x 2, the second inhibitory, into a dense layer: the last four of eight inputs inhibit."""
    population = {"kind": "excitatory_inhibitory", "excitatory": 0.5}
    conv = {"kind": "conv2d", "neurons": 2, "kernel": 1}
    specs = [
        layer_spec(synapse=conv, population=population),
        layer_spec(synapse={"kind": "dense", "neurons": 1}),
    ]
    made = Network(specs, (1, 2, 2))
    made.layers["layer2"].w.copy_(torch.tensor([[1.0, 1, 1, -1, -1, -1, -1, 1]]))
    assert DaleViolations().measure(made, torch.zeros(1, 1, 2, 2))["against"] == 2


def test_all_projections_count():
    """From the stimuli, which have no signs, and from an inhibitory layer."""
    specs = [
        layer_spec(
            name="i",
            synapse={"kind": "dense", "neurons": 1},
            population={"kind": "excitatory_inhibitory", "excitatory": 0.0},
        ),
        layer_spec(
            name="e",
            projections=[
                {"from": "stimuli", "synapse": {"kind": "dense", "neurons": 2}},
                {"from": "i", "synapse": {"kind": "dense", "neurons": 2}},
            ],
        ),
    ]
    made = Network(specs, (2,))
    excitation, inhibition = made.layers["e"].projections
    excitation.w.copy_(torch.tensor([[1.0, -1.0], [1.0, 1.0]]))
    inhibition.w.copy_(torch.tensor([[-1.0], [0.5]]))
    found = DaleViolations().measure(made, X)
    assert found == {
        "mixed": 2,
        "excitatory": pytest.approx(1 / 3),
        "inhibitory": 0,
        "against": 1,
    }


def test_a_layer_that_is_not_there():
    with pytest.raises(ConfigurationError, match="no layer 'layer3'"):
        DaleViolations(layer="layer3").measure(network("relu"), X)


def test_what_is_added_has_no_sign_of_its_own():
    """Maps of two layers are added and flattened: eight inputs, of which nobody can say whether they excite."""
    conv = {"synapse": {"kind": "conv2d", "neurons": 2, "kernel": 1}}
    population = {"kind": "excitatory_inhibitory", "excitatory": 0.5}
    specs = [
        layer_spec(name=name, input=["stimuli"], population=population, **conv) for name in "ab"
    ]
    above = layer_spec(
        name="c", input=["a", "b"], join="add", synapse={"kind": "dense", "neurons": 1}
    )
    made = Network([*specs, above], (1, 2, 2))
    assert "against" not in DaleViolations().measure(made, torch.zeros(1, 1, 2, 2))
