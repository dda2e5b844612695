from math import sqrt

import pytest
import torch
from pydantic import ValidationError

from neuroplast import build_layer
from neuroplast_plugins.initialisations.normal import Normal
from neuroplast_plugins.initialisations.uniform import Uniform

SHAPE = (200, 25, 4, 5)  # 200 neurons with 500 synapses each, 100,000 weights
N, COUNT = 500, 100_000


def draw(part, seed=0, shape=SHAPE):
    fan_in = torch.Size(shape[1:]).numel()
    return part.draw(shape, fan_in, torch.Generator().manual_seed(seed), None)


def standard_error(deviation):
    """Of the mean of all weights; six of them is beyond chance."""
    return 6 * deviation / sqrt(COUNT)


@pytest.mark.parametrize("radius", [1.0, 25.0])
def test_normal_weights_have_the_radius(radius):
    w = draw(Normal(radius=radius)).double()
    sigma = radius / sqrt(N)
    assert abs(float(w.mean())) < standard_error(sigma)
    # the standard error of a variance estimate is sigma² √(2 / n)
    assert abs(float(w.var()) / sigma**2 - 1) < 6 * sqrt(2 / COUNT)
    # normal, not uniform: the fourth moment is 3 sigma⁴, with standard error sigma⁴ √(96 / n)
    assert abs(float((w / sigma).pow(4).mean()) - 3) < 6 * sqrt(96 / COUNT)
    # |w_i|² is radius² times chi squared over N, so each length is within 6 / √(2 N) of the radius
    lengths = w.flatten(1).norm(dim=1) / radius
    assert float((lengths - 1).abs().max()) < 6 / sqrt(2 * N)


@pytest.mark.parametrize("positive", [False, True])
def test_uniform_weights_have_the_radius(positive):
    w = draw(Uniform(radius=2.0, positive=positive)).double()
    bound = 2.0 * sqrt(3 / N)
    low = 0.0 if positive else -bound
    assert low <= float(w.min()) < low + 1e-3 * bound
    assert (1 - 1e-3) * bound < float(w.max()) <= bound
    deviation = (bound - low) / sqrt(12)
    assert abs(float(w.mean()) - (bound + low) / 2) < standard_error(deviation)
    assert abs(float(w.std()) / deviation - 1) < 0.01
    # E w² = bound² / 3 either way, so that |w_i| is about the radius
    lengths = w.flatten(1).norm(dim=1)
    assert float((lengths / 2.0 - 1).abs().max()) < 6 / sqrt(2 * N)


@pytest.mark.parametrize("part", [Normal(radius=3.0), Uniform(), Uniform(positive=True)])
def test_weights_come_from_the_stream_alone(part):
    state = torch.random.get_rng_state()
    w = draw(part)
    assert torch.equal(torch.random.get_rng_state(), state), "the global stream moved"
    assert w.shape == SHAPE
    assert w.dtype == torch.float32
    assert torch.equal(draw(part), w)
    assert not torch.equal(draw(part, seed=1), w)
    torch.manual_seed(99)
    assert torch.equal(draw(part), w)


def test_the_radius_scales_the_same_numbers():
    torch.testing.assert_close(draw(Normal(radius=25.0)), draw(Normal(radius=1.0)) * 25)


@pytest.mark.parametrize("part", [Normal, Uniform])
def test_a_radius_is_positive(part):
    for radius in (0, -1, float("inf")):
        with pytest.raises(ValidationError):
            part(radius=radius)


def test_the_published_depthwise_spread_is_a_radius():
    """25 / √(C·k·k) for each weight, as if all C channels fed a neuron, is the radius 25 / √C at a fan-in of k·k."""
    layer = build_layer(
        (384, 4, 4),
        synapse={"kind": "depthwise", "kernel": 3},
        initialisation={"kind": "normal", "radius": 1.276},
    )
    # 25 / √(384·9) = 0.4253, of 3,456 draws within 3 %
    assert layer.w.std().item() == pytest.approx(0.4253, rel=0.03)
