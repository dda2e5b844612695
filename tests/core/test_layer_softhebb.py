"""A layer of built-in parts against SoftHebb written down from its published equations, step after step."""

import pytest
import torch
import torch.nn.functional as F
from support.numbers import assert_near, normal

from neuroplast.build import build_layer
from neuroplast.layer import Adapts


class Published:
    """One layer of Journé et al. (2023), without a line of neuroplast, in float64.

    Batch norm in training form, reflect padding, convolution, softmax with anti-Hebbian losers, the
    weight gradient as a convolution with batch and channels swapped, decay by activity times drive,
    the change by its largest entry, a rate for each neuron by its norm, Triangle, pool.
    """

    def __init__(self, w, inverse_temperature, eta, q, power, pool, hard=False):
        self.w, self.pool, self.hard = w.double().clone(), pool, hard
        self.inverse_temperature, self.eta, self.q, self.power = inverse_temperature, eta, q, power
        self.mean = torch.zeros(w.shape[1], dtype=torch.float64)
        self.variance = torch.ones(w.shape[1], dtype=torch.float64)

    def normalise(self, x, training):
        mean, variance = self.mean, self.variance
        if training:
            n = x.numel() / x.shape[1]
            mean = x.mean((0, 2, 3))
            variance = (x - mean.view(1, -1, 1, 1)).square().mean((0, 2, 3))
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.variance = 0.9 * self.variance + 0.1 * variance * n / (n - 1)
        return (x - mean.view(1, -1, 1, 1)) / (variance.view(1, -1, 1, 1) + 1e-5).sqrt()

    def drive(self, x, training):
        p = (self.w.shape[-1] - 1) // 2
        x = F.pad(self.normalise(x.double(), training), (p, p, p, p), mode="reflect")
        return x, F.conv2d(x, self.w)

    def answer(self, u):
        return self.pool((u - u.mean(1, keepdim=True)).clamp(min=0) ** self.power)

    def activity(self, u):
        won = F.one_hot(u.argmax(1), u.shape[1]).permute(0, 3, 1, 2).double()
        if self.hard:
            return won
        powers = (self.inverse_temperature * (u - u.amax(1, keepdim=True))).exp()
        s = powers / powers.sum(1, keepdim=True)
        return s * (2 * won - 1)

    def learn(self, x):
        x, u = self.drive(x, training=True)
        g = self.activity(u)
        swapped = F.conv2d(x.transpose(0, 1), g.transpose(0, 1))
        dw = swapped.transpose(0, 1) - (g * u).sum((0, 2, 3)).view(-1, 1, 1, 1) * self.w
        dw = dw / (dw.abs().max() + 1e-30)
        norms = self.w.square().sum((1, 2, 3)).sqrt()
        eta = self.eta * ((norms - 1).abs() + 1e-10) ** self.q
        self.w = self.w + eta.view(-1, 1, 1, 1) * dw
        return self.answer(u)

    def respond(self, x):
        return self.answer(self.drive(x, training=False)[1])


def pooled(kind, size, stride, padding):
    by = F.max_pool2d if kind == "max" else F.avg_pool2d
    return lambda y: by(y, size, stride, padding)


# synapse, temperature, rate, power of the rate, power of the answer, pool
NETWORK = {
    "first layer": (
        {"neurons": 12, "kernel": 5},
        (3, 10, 10),
        1.0,
        0.08,
        0.5,
        0.7,
        ("max", 4, 2, 1),
    ),
    "second layer": (
        {"neurons": 16, "kernel": 3},
        (8, 6, 6),
        0.65,
        0.005,
        0.5,
        1.4,
        ("max", 4, 2, 1),
    ),
    "last layer, few positions": (
        {"neurons": 20, "kernel": 3},
        (16, 3, 3),
        0.25,
        0.01,
        0.75,
        1.0,
        ("average", 2, 1, 0),
    ),
}


def pair(name, hard=False):
    synapse, shape, temperature, eta, q, power, (kind, size, stride, padding) = NETWORK[name]
    competition = {"kind": "hard_wta"} if hard else {"inverse_temperature": temperature}
    layer = build_layer(
        shape,
        use="hard_wta" if hard else "softhebb",
        synapse={"kind": "conv2d", **synapse},
        competition=competition,
        rate={"eta": eta, "power": q},
        population={"power": power},
        pool={"kind": kind, "size": size, "stride": stride, "padding": padding},
    )
    pool = pooled(kind, size, stride, padding)
    published = Published(layer.w, temperature, eta, q, power, pool, hard)
    return layer, published, shape


def batch(shape, step):
    gain = torch.linspace(0.2, 3, shape[0]).view(-1, 1, 1)
    return normal(4, *shape, seed=100 + step, dtype=torch.float32) * gain + gain


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
@pytest.mark.parametrize("name", NETWORK)
def test_steps_equal_the_published_equations(name, hard):
    layer, published, shape = pair(name, hard)
    initial = layer.w.clone()
    for step in range(6):
        x = batch(shape, step)
        expected = published.learn(x)  # by the weights before the change
        assert_near(layer.learn(x), expected, 1e-4)
        moved = published.w - initial
        assert_near(layer.w - initial, moved, 1e-4)
    assert_near(layer.state["normalisation.mean"], published.mean, 1e-5)
    assert_near(layer.state["normalisation.variance"], published.variance, 1e-5)
    layer.freeze()
    x = batch(shape, 50)
    assert_near(layer.respond(x), published.respond(x), 1e-4)


def test_the_published_radius_makes_norms_of_25():
    layer, *_ = pair("second layer")
    lengths = layer.w.flatten(1).norm(dim=1)
    assert abs(float(lengths.mean()) - 25) < 2


def test_calibration_adapts_the_statistics_alone():
    layer, published, shape = pair("first layer")
    layer.adapts = Adapts(statistics=True)
    w = layer.w.clone()
    for step in range(3):
        layer.learn(batch(shape, step))
        published.normalise(batch(shape, step).double(), training=True)
    assert torch.equal(layer.w, w)
    assert_near(layer.state["normalisation.mean"], published.mean, 1e-5)
    assert_near(layer.state["normalisation.variance"], published.variance, 1e-5)


def test_learning_with_frozen_statistics_uses_the_running_ones():
    layer, published, shape = pair("first layer")
    layer.learn(batch(shape, 0))
    published.learn(batch(shape, 0))
    mean, variance = published.mean, published.variance
    layer.adapts = Adapts(weights=True)
    normalise = published.normalise
    published.normalise = lambda x, training: normalise(x, training=False)
    assert_near(layer.learn(batch(shape, 1)), published.learn(batch(shape, 1)), 1e-4)
    assert_near(layer.w, published.w, 1e-4)
    assert torch.equal(published.mean, mean)
    assert torch.equal(published.variance, variance)
    assert_near(layer.state["normalisation.mean"], mean, 1e-5)


def test_norms_come_towards_one():
    """Neurons far above unit length shrink: the known limit of the rule."""
    layer = build_layer(
        (20,),
        use="softhebb",
        synapse={"kind": "dense", "neurons": 4},
        initialisation={"radius": 5.0},
        competition={"anti_hebbian": False, "inverse_temperature": 2.0},
        rate={"eta": 0.3, "power": 0.5},
    )
    centres = normal(4, 20, seed=3, dtype=torch.float32) * 2
    before = layer.w.norm(dim=1)
    for step in range(300):
        noise = normal(16, 20, seed=step, dtype=torch.float32) * 0.3
        layer.learn(centres[torch.arange(16) % 4] + noise)
    after = layer.w.norm(dim=1)
    assert (before > 3).all()
    assert ((after - 1).abs() < 0.1).all(), after
