import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.testing import assert_close

from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli.gaussian import Gaussian

N = 20_000


def load(seed=0, **parameters):
    rng = torch.Generator().manual_seed(seed)
    return load_stimuli(Gaussian(**parameters), "/nowhere", rng)


@pytest.mark.parametrize(
    ("parameters", "variances"),
    [
        ({"scales": [3.0, 1.0]}, [9, 1]),
        ({"scales": [1.0, 2.0, 0.5]}, [4, 1, 0.25]),
        ({"inputs": 4}, [1, 1 / 2, 1 / 3, 1 / 4]),
        ({"inputs": 3, "exponent": 2}, [1, 1 / 4, 1 / 9]),
        ({"inputs": 3, "exponent": 0}, [1, 1, 1]),
        ({"inputs": 3, "ratio": 0.5}, [1, 1 / 2, 1 / 4]),
    ],
)
def test_the_sample_has_the_spectrum_along_the_known_components(parameters, variances):
    """A sample variance has standard error σ² sqrt(2/N) = 0.01 σ², a covariance σ_i σ_j / sqrt(N)."""
    found = load(train=N, **parameters)
    assert_close(found.truth["variances"], torch.tensor(variances, dtype=torch.float32))
    along = (found.train.x.double() @ found.truth["components"].double().T).numpy()
    s = np.sqrt(np.array(variances, float))
    correlations = np.cov(along.T) / np.outer(s, s)
    expected = np.eye(len(s))
    standard_error = np.where(expected == 1, np.sqrt(2 / N), np.sqrt(1 / N))
    assert np.abs((correlations - expected) / standard_error).max() < 6
    assert np.abs(along.mean(0) / s * np.sqrt(N)).max() < 6  # zero mean


def test_the_mean_has_the_length_asked_for_and_shifts_nothing_else():
    found, centred = (load(3, inputs=5, train=N, offset=o) for o in (2.0, 0.0))
    mean = found.truth["mean"].double()
    assert float(mean.norm()) == pytest.approx(2)
    assert centred.truth["mean"].tolist() == [0] * 5
    shift = found.train.x.double() - centred.train.x.double()
    assert_close(shift, mean.expand(N, 5), atol=1e-6, rtol=0)
    other = load(4, inputs=5, train=1, offset=2.0).truth["mean"].double()
    assert abs(float(mean @ other)) / 4 < 0.99


@given(seed=st.integers(0, 2**32 - 1), inputs=st.integers(1, 20))
def test_components_are_orthonormal(seed, inputs):
    components = load(seed, inputs=inputs, train=1).truth["components"].double()
    assert_close(components @ components.T, torch.eye(inputs).double(), atol=1e-6, rtol=0)


def test_components_are_turned_unless_told_not_to():
    turned = load(scales=[1.0, 3.0]).truth["components"]
    assert turned.abs().min() > 0.01
    straight = load(scales=[1.0, 3.0], rotate=False).truth["components"]
    assert straight.tolist() == [[0, 1], [1, 0]]  # the second axis varies most


def test_rotations_are_uniform():
    """Each entry of a uniform rotation of 4 axes has mean 0 and variance 1/4, its square 1/16; 400 drawn."""
    drawn = torch.stack([load(seed, inputs=4, train=1).truth["components"] for seed in range(400)])
    assert drawn.mean(0).abs().max() < 6 * 0.5 / 20
    assert_close(drawn.square().mean(0), torch.full((4, 4), 0.25), atol=6 * 0.25 / 20, rtol=0)


def test_a_seed_decides_everything():
    one, same, other = (load(seed, inputs=3, train=50, test=50) for seed in (1, 1, 2))
    assert one.train.x.equal(same.train.x)
    assert one.test.x.equal(same.test.x)
    assert not one.train.x.equal(one.test.x)
    assert not one.train.x.equal(other.train.x)
    assert not one.truth["components"].equal(other.truth["components"])


def test_how_many_are_drawn_shifts_nothing_else():
    few, many = load(inputs=3, train=10, test=20), load(inputs=3, train=99, test=20)
    assert few.truth["components"].equal(many.truth["components"])
    assert few.test.x.equal(many.test.x)


def test_counts_and_shapes():
    found = load(inputs=3, train=7)
    assert found.train.x.shape == (7, 3)
    assert found.train.y is None
    assert found.test is None
    assert Gaussian(inputs=3).shape("/nowhere") == (3,)
    assert Gaussian(scales=[1.0, 2.0]).shape("/nowhere") == (2,)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({}, "has neither scales nor inputs; give one of them"),
        ({"scales": [1.0], "inputs": 1}, "has both scales and inputs"),
        ({"scales": [1.0], "exponent": 1.0}, "has both scales and exponent"),
        ({"scales": [1.0, 0.0]}, "greater than 0"),
        ({"scales": []}, "at least 1"),
        ({"inputs": 0}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(parameters, told):
    with pytest.raises(ValidationError, match=told):
        Gaussian(**parameters)


def test_parameters_survive_a_dump():
    for part in (Gaussian(scales=[3.0, 1.0], rotate=False), Gaussian(inputs=20, exponent=1.0)):
        table = part.model_dump()
        assert table.pop("kind") == "gaussian"
        assert Gaussian(**table) == part
