import math

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.quantisation_error import QuantisationError

X = torch.tensor([[2.0, 0.0], [0.0, 4.0], [-2.0, 0.0], [0.0, -4.0]])
"""Around a mean of zero, with a mean square of (4 + 16 + 4 + 16) / 4 = 10."""


def found(w, x=X, **entries):
    spec = layer_spec(synapse={"kind": "dense", "neurons": len(w)}, **entries)
    made = Network([spec], tuple(x.shape[1:]))
    made.layers["layer1"].w.copy_(torch.tensor(w))
    return QuantisationError().measure(made, x)


def test_a_prototype_for_each_stimulus():
    told = found(X.tolist(), similarity="distance")
    assert told == pytest.approx(
        {"error": 0, "winner_error": 0, "angle_error": 0, "silent": 0}, abs=1e-9
    )


def test_one_prototype_at_the_mean():
    assert found([[0.0, 0.0], [99.0, 0.0]])["error"] == pytest.approx(1)


def test_errors_by_hand():
    """Nearest to (2, 0), (0, 4), (-2, 0), (0, -4) of (1, 0) and (0, 3): the first, the second, the first, the first."""
    told = found([[1.0, 0.0], [0.0, 3.0]], similarity="distance")
    # 1 + 1 + 9 + 17 = 28, over four stimuli 7, of 10
    assert told["error"] == told["winner_error"] == pytest.approx(0.7)
    # cosines 1, 1, 0 and 0
    assert told["angle_error"] == pytest.approx(0.5)
    assert told["silent"] == 0


def test_the_winner_by_another_similarity():
    """By w·x a long prototype wins where it is not the nearest: (0, 9) at (0, 4), and at the two others w·x is 0."""
    told = found([[1.0, 0.0], [0.0, 5.0], [0.0, 9.0]])
    # nearest: 1 + 1 + 9 + 17 = 28; winners: (1, 0), (0, 9), (0, 5) by index, (1, 0): 1 + 25 + 29 + 17 = 72
    assert told["error"] == pytest.approx(28 / 40)
    assert told["winner_error"] == pytest.approx(72 / 40)
    assert told["silent"] == 0


def test_neurons_that_win_nothing():
    assert found([[1.0, 1.0], [0.0, 0.0], [-9.0, -9.0], [-1.0, -1.0]])["silent"] == 0.5


def test_layers_that_are_not_dense():
    spec = layer_spec(synapse={"kind": "conv2d", "neurons": 2, "kernel": 3})
    made = Network([spec], (1, 5, 5))
    with pytest.raises(ConfigurationError, match="name a dense layer"):
        QuantisationError().measure(made, torch.zeros(2, 1, 5, 5))


def test_layers_on_other_layers():
    dense = layer_spec(synapse={"kind": "dense", "neurons": 2})
    with pytest.raises(ConfigurationError, match="from the stimuli"):
        QuantisationError(layer="layer2").measure(Network([dense, dense], (2,)), X)


def test_a_kernel_as_large_as_the_image_is_as_good_as_a_dense_layer():
    synapse = {"kind": "conv2d", "neurons": 2, "kernel": 2, "padding": 0}
    made = Network([layer_spec(synapse=synapse)], (1, 2, 2))
    made.layers["layer1"].w.copy_(torch.eye(4)[:2].view(2, 1, 2, 2))
    told = QuantisationError().measure(made, torch.eye(4)[:2].view(2, 1, 2, 2))
    assert (told["error"], told["winner_error"], told["silent"]) == (0, 0, 0)


def test_weights_of_length_0_have_no_angle():
    assert math.isnan(found([[0.0, 0.0]])["angle_error"])


def test_stimuli_that_are_all_alike():
    with pytest.raises(ConfigurationError, match="all training stimuli are alike"):
        found([[1.0, 0.0]], X[[0, 0]])
