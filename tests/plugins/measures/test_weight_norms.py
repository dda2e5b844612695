import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.weight_norms import WeightNorms


def found(w, x, p=2.0, **entries):
    entries = {"competition": "none", **entries}
    made = Network([layer_spec(synapse={"kind": "dense", "neurons": len(w)}, **entries)], (2,))
    made.layers["layer1"].w.copy_(torch.tensor(w))
    return WeightNorms(p=p).measure(made, torch.tensor(x))


def test_norms_and_shares():
    told = found([[3.0, 4.0], [0.6, 0.8], [0.0, 0.5], [1.0, 0.0]], [[1.0, 1.0]])
    assert (told["shortest"], told["longest"]) == pytest.approx((0.5, 5))
    assert (told["above"], told["below"]) == (0.25, 0.25)
    assert told["drawn"] == 1  # g = v, so S = Σ v²
    assert told["drawn_near"] == 0.5
    assert told["drawn_farthest"] == pytest.approx(4)


def test_another_norm():
    """(1³ + 2³)^⅓ = 9^⅓ = 2.080"""
    assert found([[1.0, -2.0]], [[1.0, 0.0]], p=3.0)["median"] == pytest.approx(9 ** (1 / 3))


def test_who_is_drawn():
    """Ranked: at (1, 0) the first neuron wins, g = 1, v = 2, and the second is punished, g = -1, v = 1; at (0, 1) the
    third wins and the fourth is punished, with v = 0.5: S = 2, -1, 3, -0.5."""
    told = found(
        [[2.0, -9.0], [1.0, -9.0], [-9.0, 3.0], [-9.0, 0.5]],
        [[1.0, 0.0], [0.0, 1.0]],
        competition={"kind": "ranked", "k": 2, "delta": 1.0},
    )
    assert told["drawn"] == 0.5


def test_where_nobody_is_drawn_nothing_is_told_of_those():
    told = found([[1.0, 0.0]], [[0.0, 1.0]])
    assert told["drawn"] == 0
    assert not {"drawn_near", "drawn_farthest"} & set(told)


def test_layers_on_other_layers():
    dense = layer_spec(synapse={"kind": "dense", "neurons": 2})
    with pytest.raises(ConfigurationError, match="from the stimuli"):
        WeightNorms(layer="layer2").measure(Network([dense, dense], (2,)), torch.zeros(1, 2))


def test_neurons_that_do_not_share_weights_are_neurons_each():
    """Four positions of one pixel, weights 1, 1, 2 and 0: norms of their own; without a drive nobody is drawn."""
    synapse = {"kind": "locally_connected", "neurons": 1, "kernel": 1}
    made = Network([layer_spec(synapse=synapse, competition="none")], (1, 2, 2))
    made.layers["layer1"].w.copy_(torch.tensor([1.0, 1.0, 2.0, 0.0]).view(4, 1, 1, 1))
    told = WeightNorms().measure(made, torch.ones(3, 1, 2, 2))
    assert (told["drawn"], told["above"], told["below"]) == (0.75, 0.25, 0.25)
    assert told["drawn_near"] == pytest.approx(2 / 3)
