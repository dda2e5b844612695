import pytest
import torch
from torch.testing import assert_close

from neuroplast import ConfigurationError, State
from neuroplast_plugins.normalisations.batch_norm import BatchNorm
from neuroplast_plugins.normalisations.decorrelation import Decorrelation


def new(channels):
    return State({"mean": torch.zeros(channels), "covariance": torch.zeros(channels, channels)})


def mixed(n=500, channels=4, positions=6, seed=0):
    """Channels of which each has something of the others."""
    rng = torch.Generator().manual_seed(seed)
    mixing = torch.randn(channels, channels, generator=rng)
    z = torch.randn(n, channels, positions, generator=rng)
    return torch.einsum("ij,njt->nit", mixing, z) + 5 * torch.rand(channels, 1, generator=rng)


def covariance(x):
    return torch.cov(x.transpose(0, 1).flatten(1), correction=0)


def test_channels_come_out_white():
    y = Decorrelation(epsilon=1e-8).normalise(mixed(), new(4), adapting=True)
    assert_close(covariance(y), torch.eye(4), atol=1e-4, rtol=0)
    assert_close(y.mean((0, 2)), torch.zeros(4), atol=1e-4, rtol=0)


def test_uncorrelated_channels_are_batch_normalised():
    """(0 or 2) x (0 or 4), all four: without correlation nothing is turned, and batch norm does the same."""
    x = torch.tensor([[0.0, 0], [2, 0], [0, 4], [2, 4]])
    theirs = State({"mean": torch.zeros(2), "variance": torch.ones(2)})
    expected = BatchNorm(epsilon=0.5).normalise(x, theirs, adapting=True)
    assert_close(Decorrelation(epsilon=0.5).normalise(x, new(2), adapting=True), expected)


def test_running_statistics_decorrelate_new_stimuli():
    """After some 50 time constants of stimuli a frozen layer whitens others from the same source."""
    part, memory = Decorrelation(time_constant=200, epsilon=1e-8), new(4)
    train, test = mixed(12_000).split(10_000)
    for batch in train.split(20):
        part.normalise(batch, memory, adapting=True)
    kept = memory.covariance.clone()
    y = part.normalise(test, memory, adapting=False)
    assert_close(covariance(y), torch.eye(4), atol=0.25, rtol=0)
    assert memory.covariance.equal(kept)


def test_a_lone_stimulus_without_positions_is_refused_while_adapting():
    with pytest.raises(
        ConfigurationError, match=r"decorrelation: a batch of one .*; present larger"
    ):
        Decorrelation().normalise(torch.ones(1, 3), new(3), adapting=True)
    assert Decorrelation().normalise(torch.ones(1, 3), new(3), adapting=False).shape == (1, 3)
