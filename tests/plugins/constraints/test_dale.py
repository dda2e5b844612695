"""Dale's principle in whole networks: signs along the presynaptic axis, and where they have no meaning."""

import pytest
import torch
from support.numbers import normal

from neuroplast import ConfigurationError, Network, Refusal, build_layer
from neuroplast.build import layer_spec
from neuroplast.layer import PLASTIC

POPULATION = {"kind": "excitatory_inhibitory", "excitatory": 0.75}
LEARNING = {
    "competition": "none",
    "rule": "hebb",
    "scaling": "largest",
    "rate": {"kind": "constant", "eta": 0.05},
}


def network(shape, *layers):
    return Network(
        [layer_spec(name=f"layer{i}", **entries) for i, entries in enumerate(layers, 1)], shape
    )


def learned(net, steps=8):
    """The last projection of a network that was presented so many batches."""
    net.adapt(dict.fromkeys(net.layers, PLASTIC))
    for step in range(steps):
        net.learn(normal(5, *net.input_shape, seed=step).float())
    return list(net.layers.values())[-1].projections[-1]


def anti_hebbian(**entries):
    """A layer that takes weights across zero where nothing holds them."""
    return {**LEARNING, "rule": "anti_hebb", "constraints": ["dale"], **entries}


def test_no_weight_of_a_presynaptic_neuron_has_the_other_sign():
    """Eight neurons, of which 6 excite: 6 columns without a negative weight, 2 without a positive one, always."""
    first = {"synapse": {"kind": "dense", "neurons": 8}, "population": POPULATION, **LEARNING}
    net = network((5,), first, anti_hebbian(synapse={"kind": "dense", "neurons": 7}))
    net.adapt(dict.fromkeys(net.layers, PLASTIC))
    layer = net.layers["layer2"]
    before = layer.w.clone()
    for step in range(200):
        net.learn(normal(5, 5, seed=step).float())
        assert (layer.w[:, :6] >= 0).all()
        assert (layer.w[:, 6:] <= 0).all()
    assert layer.state["constraints.0.signs"].tolist() == [1.0] * 6 + [-1.0] * 2
    assert not torch.equal(layer.w, before)
    assert int(layer.projections[0].corrected) > 0
    assert (layer.w != 0).any()


def test_initial_weights_keep_their_size():
    free = build_layer((20,), synapse={"kind": "dense", "neurons": 30}, seed=3)
    held = build_layer(
        (20,),
        synapse={"kind": "dense", "neurons": 30},
        seed=3,
        constraints=[{"kind": "dale", "ratio": 0.8}],
    )
    assert torch.equal(free.w.abs(), held.w.abs())
    signs = held.state["constraints.0.signs"]
    assert int((signs == 1).sum()) == 16
    assert torch.equal(held.w.sign(), signs.expand(30, 20))


def conv(**more):
    return {"synapse": {"kind": "conv2d", "neurons": 8, "kernel": 3, **more}}


@pytest.mark.parametrize("pool", ["none", {"kind": "max", "size": 2, "stride": 2}])
def test_signs_of_channels(pool):
    first = {**conv(), "population": POPULATION, "pool": pool, **LEARNING}
    net = network((2, 8, 8), first, anti_hebbian(**conv()))
    w = learned(net).w
    assert (w[:, :6] >= 0).all()
    assert (w[:, 6:] <= 0).all()
    assert (w[:, :6] > 0).any()
    assert (w[:, 6:] < 0).any()


def test_signs_of_channels_by_group():
    """Of two groups neurons 1 to 4 see channels that excite, and the others four of which the last two inhibit."""
    first = {**conv(), "population": POPULATION, **LEARNING}
    net = network((2, 8, 8), first, anti_hebbian(**conv(groups=2)))
    projection = learned(net)
    w = projection.w
    assert w.shape == (8, 4, 3, 3)
    assert (w[:4] >= 0).all()
    assert (w[4:, :2] >= 0).all()
    assert (w[4:, 2:] <= 0).all()
    assert (w[4:, 2:] < 0).any()
    assert int(projection.corrected) > 0


def test_signs_of_depthwise_channels():
    """One channel a neuron: whole kernels excite or inhibit."""
    first = {**conv(), "population": POPULATION, **LEARNING}
    second = anti_hebbian(synapse={"kind": "depthwise", "kernel": 3, "multiplier": 2})
    w = learned(network((2, 8, 8), first, second)).w
    assert w.shape == (16, 1, 3, 3)
    assert (w[:12] >= 0).all()
    assert (w[12:] <= 0).all()
    assert (w[12:] < 0).any()


def test_signs_of_a_map_that_is_flattened():
    """A dense layer sees 8 channels of 16 positions: inputs 1 to 96 excite, 97 to 128 inhibit."""
    first = {
        **conv(),
        "population": POPULATION,
        "pool": {"kind": "max", "size": 2, "stride": 2},
        **LEARNING,
    }
    second = anti_hebbian(synapse={"kind": "dense", "neurons": 5})
    w = learned(network((2, 8, 8), first, second)).w
    assert w.shape == (5, 128)
    assert (w[:, :96] >= 0).all()
    assert (w[:, 96:] <= 0).all()
    assert (w[:, 96:] < 0).any()


def test_signs_of_neurons_among_themselves():
    """By the population of the layer itself: neurons 1 to 6 excite the others, 7 and 8 inhibit them."""
    among = {"name": "among", "from": "self", "synapse": {"kind": "dense", "neurons": 8}}
    rule = {k: LEARNING[k] for k in ("scaling", "rate")} | {"rule": "anti_hebb"}
    net = network(
        (5,),
        {
            "projections": [
                {"name": "in", "synapse": {"kind": "dense", "neurons": 8}},
                {**among, **rule, "constraints": ["dale", "no_autapses"]},
            ],
            "population": POPULATION,
            "competition": "none",
            "settle": {"steps": 3},
        },
    )
    w = learned(net, steps=5).w
    assert (w[:, :6] >= 0).all()
    assert (w[:, 6:] <= 0).all()
    assert (w.diagonal() == 0).all()


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"normalisation": "batch_norm"}, "dale_on_signed_activity"),
        ({"normalisation": "z_score"}, "dale_on_signed_activity"),
    ],
)
def test_a_normalisation_that_centres_is_refused(entries, reason):
    first = {"synapse": {"kind": "dense", "neurons": 8}, "population": POPULATION}
    second = {"synapse": {"kind": "dense", "neurons": 5}, "constraints": ["dale"], **entries}
    with pytest.raises(Refusal) as refused:
        network((5,), first, second)
    assert refused.value.reason == reason


def test_signed_neurons_and_neurons_without_signs_are_refused():
    synapse = {"kind": "dense", "neurons": 8}
    for population, reason in (
        ("linear", "dale_on_signed_activity"),
        ("tanh", "dale_on_signed_activity"),
        ("relu", "dale_without_populations"),
    ):
        with pytest.raises(Refusal) as refused:
            network(
                (5,),
                {"synapse": synapse, "population": population},
                {"synapse": synapse, "constraints": ["dale"]},
            )
        assert refused.value.reason == reason
    with pytest.raises(Refusal) as refused:
        build_layer((5,), synapse=synapse, constraints=["dale"])
    assert refused.value.reason == "dale_without_populations"


def test_a_ratio_beside_a_population_is_told():
    synapse = {"kind": "dense", "neurons": 8}
    with pytest.raises(ConfigurationError, match="signs of its own"):
        network(
            (5,),
            {"synapse": synapse, "population": POPULATION},
            {"synapse": synapse, "constraints": [{"kind": "dale", "ratio": 0.5}]},
        )


def test_the_published_form_is_not_refused_on_signed_activity():
    layer = build_layer(
        (5,),
        synapse={"kind": "dense", "neurons": 4},
        normalisation="batch_norm",
        constraints=[{"kind": "non_negative", "form": "abs"}],
    )
    assert (layer.w > 0).all()
