"""Excitation and inhibition of a layer whose weights and inputs are small whole numbers."""

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.drive_balance import DriveBalance

X = torch.tensor([[1.0, 2.0], [3.0, 0.0]])


def dense(neurons, **more):
    return {"synapse": {"kind": "dense", "neurons": neurons}, **more}


def test_one_projection_with_both_signs():
    made = Network([layer_spec(**dense(2))], (2,))
    made.layers["layer1"].w.copy_(torch.tensor([[1.0, -1.0], [2.0, 0.0]]))
    # stimulus 1: E 1, 2, I 2, 0, u -1, 2; stimulus 2: E 3, 6, I 0, 0, u 3, 6
    found = DriveBalance().measure(made, X)
    assert found["excitation"] == pytest.approx(3)  # (1 + 2 + 3 + 6) / 4
    assert found["inhibition"] == pytest.approx(0.5)
    assert found["mean"] == pytest.approx(2.5)
    assert found["spread"] == pytest.approx(6.25**0.5)  # (1 + 4 + 9 + 36) / 4 - 2.5² = 6.25
    assert found["gain"] == pytest.approx(12.5 / 3.5)  # over (1 + 4 + 9) / 4


def test_inhibition_by_a_layer_of_its_own():
    specs = [
        layer_spec(name="i", **dense(1), population="relu"),
        layer_spec(
            name="e", projections=[dense(1) | {"from": "stimuli"}, dense(1) | {"from": "i"}]
        ),
    ]
    made = Network(specs, (2,))
    made.layers["i"].w.copy_(torch.tensor([[0.5, 0.5]]))  # answers 1.5 and 1.5
    excitation, inhibition = made.layers["e"].projections
    excitation.w.copy_(torch.tensor([[1.0, 1.0]]))  # 3 and 3
    inhibition.w.copy_(torch.tensor([[-2.0]]))
    found = DriveBalance().measure(made, X)
    assert found["excitation"] == pytest.approx(3)
    assert found["inhibition"] == pytest.approx(3)
    assert found["mean"] == found["spread"] == found["gain"] == pytest.approx(0)


def test_the_first_stimuli_alone():
    made = Network([layer_spec(**dense(1))], (2,))
    made.layers["layer1"].w.copy_(torch.tensor([[1.0, 1.0]]))
    assert DriveBalance(stimuli=1).measure(made, 2 * X)["mean"] == pytest.approx(6)


@pytest.mark.parametrize(
    ("entries", "layer", "told"),
    [
        (dense(2), "layer2", "no layer 'layer2'"),
        (dense(2, similarity="cosine"), None, "is no sum of what comes from below"),
    ],
)
def test_what_cannot_be_measured(entries, layer, told):
    with pytest.raises(ConfigurationError, match=told):
        DriveBalance(layer=layer).measure(Network([layer_spec(**entries)], (2,)), X)
