import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.mean_alignment import MeanAlignment

X = torch.tensor([[2.0, 5.0], [4.0, 3.0]])
"""Their mean is (3, 4)."""


def found(w, x=X, **parameters):
    made = Network([layer_spec(synapse={"kind": "dense", "neurons": len(w)})], (2,))
    made.layers["layer1"].w.copy_(torch.tensor(w))
    return MeanAlignment(**parameters).measure(made, x)["cosine"]


@pytest.mark.parametrize(
    ("w", "cosine"), [([6.0, 8.0], 1), ([-0.3, -0.4], 1), ([4.0, -3.0], 0), ([2.0, 0.0], 0.6)]
)
def test_cosine(w, cosine):
    assert found([w]) == pytest.approx(cosine, abs=1e-7)


def test_of_another_neuron():
    assert found([[4.0, -3.0], [0.0, 1.0]], neuron=1) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("x", "parameters", "told"),
    [
        (X, {"layer": "layer2"}, "no layer 'layer2'"),
        (X, {"neuron": 1}, "one of its neurons"),
        (torch.ones(3, 4), {}, "the stimuli have 4 values"),
        (torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), {}, "mean is zero"),
    ],
)
def test_what_cannot_be_measured(x, parameters, told):
    with pytest.raises(ConfigurationError, match=told):
        found([[1.0, 0.0]], x, **parameters)
