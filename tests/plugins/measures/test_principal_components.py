import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.principal_components import PrincipalComponents

X = torch.tensor([[3.0, 0, 0], [-3, 0, 0], [0, 2, 0], [0, -2, 0], [0, 0, 1], [0, 0, -1]])
"""Components along the axes, of variances 3, 4/3 and 1/3."""


def network(w):
    made = Network([layer_spec(synapse={"kind": "dense", "neurons": len(w)})], (len(w[0]),))
    made.layers["layer1"].w.copy_(torch.tensor(w))
    return made


def found(w, x=X, **parameters):
    return PrincipalComponents(**parameters).measure(network(w), x)


def test_one_by_one_and_together():
    """Of the second axis only 0.6 is there, the rest along the third: an angle of acos 0.6 = 53.13 degrees."""
    told = found([[-2.0, 0, 0], [0, 0.6, 0.8]])
    assert told["cosine_1"] == pytest.approx(1)
    assert told["cosine_2"] == pytest.approx(0.6)
    assert told["smallest_cosine"] == pytest.approx(0.6)
    assert told["largest_angle"] == pytest.approx(53.130102, abs=1e-5)
    # 3 + 0.36 · 4/3 + 0.64 · 1/3 = 3.69333 of 3 + 4/3
    assert told["captured"] == pytest.approx(3.6933333 / 4.3333333)


def test_the_same_subspace_in_other_directions():
    """Turned by 45 degrees within the plane of the first two: every cosine is √½, the plane is the same."""
    told = found([[1.0, 1, 0], [1, -1, 0]])
    assert told["cosine_1"] == pytest.approx(0.5**0.5)
    assert told["smallest_cosine"] == pytest.approx(0.5**0.5)
    assert told["largest_angle"] == pytest.approx(0, abs=1e-4)
    assert told["captured"] == pytest.approx(1)


def test_a_direction_orthogonal_to_all():
    assert found([[1.0, 0, 0], [0, 0, 1]])["largest_angle"] == pytest.approx(90)


def test_only_the_first_neurons_count():
    told = found([[1.0, 0, 0], [0, 0, 1]], count=1)
    assert set(told) == {"cosine_1", "smallest_cosine", "largest_angle", "captured"}
    assert told["captured"] == pytest.approx(1)


def test_moments_about_the_mean():
    """Shifted along the third axis, that is the first component about zero, and the last about the mean."""
    shifted = X + torch.tensor([0.0, 0, 9])
    assert found([[0.0, 0, 1]], shifted, count=1)["cosine_1"] == pytest.approx(1)
    assert found([[1.0, 0, 0]], shifted, count=1, about="mean")["cosine_1"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [({"layer": "layer2"}, "no layer 'layer2'"), ({"count": 3}, "3 asked of layer1")],
)
def test_what_cannot_be_measured(parameters, told):
    with pytest.raises(ConfigurationError, match=told):
        found([[1.0, 0, 0], [0, 1, 0]], **parameters)


def test_weights_that_do_not_see_the_stimuli():
    with pytest.raises(ConfigurationError, match="the stimuli have 2 values"):
        found([[1.0, 0, 0], [0, 1, 0]], torch.ones(4, 2))
