"""White noise: its mean, variance and independence, its seeds and shapes."""

from pathlib import Path

import pytest
import torch

from neuroplast_plugins.stimuli.white_noise import WhiteNoise


def load(seed=0, **parameters):
    return WhiteNoise(**parameters).load(Path(), torch.Generator().manual_seed(seed))


def test_shapes():
    found = load(side=4, channels=3, train=5, test=2)
    assert found.train.x.shape == (5, 3, 4, 4)
    assert found.test.x.shape == (2, 3, 4, 4)
    assert WhiteNoise(side=4, channels=3).shape(Path()) == (3, 4, 4)
    assert load(train=1).test is None


def test_pixels_are_standard_and_independent():
    """Of 40,000 images: entries of the second moments are within five standard errors, 1 / 200, of the identity's."""
    x = load(side=3, train=40_000).train.x.flatten(1).double()
    assert float(x.mean(0).abs().max()) < 5 / 200
    moments = x.T @ x / len(x)
    assert float((moments - torch.eye(9)).abs().max()) < 5 * 2**0.5 / 200


def test_parts_and_seeds_differ():
    one, other = load(0, train=2, test=2), load(1, train=2, test=2)
    assert not one.train.x.equal(other.train.x)
    assert not one.train.x.equal(one.test.x)
    assert one.train.x.equal(load(0, train=2, test=9).train.x)


def test_none_is_asked_for():
    with pytest.raises(ValueError, match="train"):
        WhiteNoise(train=0)
