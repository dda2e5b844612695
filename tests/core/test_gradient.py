"""Backprop through a whole network, against the library's own modules and optimiser."""

import pytest
import torch
from support.numbers import normal
from torch import nn
from torch.testing import assert_close

from neuroplast import Network, Progress
from neuroplast.build import layer_spec
from neuroplast.gradient import GradientLearning
from neuroplast.layer import Adapts
from neuroplast.scenario import PhaseSpec

X = normal(24, 2, 8, 8, dtype=torch.float32) * 3 + 1
Y = torch.arange(24) % 3
BATCHES = [*zip(X.split(8), Y.split(8), strict=True)] * 2
BOTH = Adapts(weights=True, statistics=True)


def layer(neurons, **changes):
    return layer_spec(
        **{
            "normalisation": "batch_norm",
            "synapse": {"kind": "conv2d", "neurons": neurons, "kernel": 3, "border": "reflect"},
            "initialisation": {"kind": "uniform", "radius": 2**0.5},
            "population": "relu",
            "pool": {"kind": "max", "size": 2, "stride": 2},
            **changes,
        }
    )


def network():
    return Network([layer(4), layer(5)], (2, 8, 8), seed=3)


def twin_of(ours, head):
    """The same network in modules of the library, with copies of our weights."""
    modules = []
    for (neurons, channels), own in zip([(4, 2), (5, 4)], ours.layers.values(), strict=True):
        convolution = nn.Conv2d(channels, neurons, 3, padding=1, padding_mode="reflect", bias=False)
        convolution.weight.data.copy_(own.w)
        norm = nn.BatchNorm2d(channels, affine=False)
        modules += [norm, convolution, nn.ReLU(), nn.MaxPool2d(2, 2)]
    linear = nn.Linear(5 * 2 * 2, 3)
    linear.weight.data.copy_(head[0])
    linear.bias.data.copy_(head[1])
    return nn.Sequential(*modules, nn.Flatten(), linear)


def train(ours, learning, batches=BATCHES, epochs=1):
    for step, (x, y) in enumerate(batches):
        ours.adapt(dict.fromkeys(ours.layers, BOTH))
        learning.learn(x, y, Progress(step, len(batches), step * epochs // len(batches), epochs))
    learning.finish()


def begun(ours, classes=3, groups=BOTH, names=(), **gradient):
    ours.adapt(dict.fromkeys(names or ours.layers, groups))
    phase = PhaseSpec(name="p", learning="gradient", gradient=gradient)
    return GradientLearning(ours, phase, classes, seed=5)


@pytest.mark.parametrize("eta", [1e-3, 1e-2])
def test_the_library_s_own_network_comes_to_the_same_weights(eta):
    ours = network()
    learning = begun(ours, eta=eta)
    twin = twin_of(ours, [t.detach().clone() for t in learning.head])
    before = ours.layers["layer2"].w.detach().clone()
    adam = torch.optim.Adam(twin.parameters(), lr=eta)
    twin.train()
    for x, y in BATCHES:
        adam.zero_grad()
        nn.functional.cross_entropy(twin(x), y).backward()
        adam.step()
    train(ours, learning)
    assert (ours.layers["layer2"].w - before).abs().max() > eta
    for own, convolution in zip(ours.layers.values(), (twin[1], twin[5]), strict=True):
        assert_close(own.w, convolution.weight.detach(), rtol=1e-4, atol=1e-5)
    assert_close(learning.head[0].detach(), twin[9].weight.detach(), rtol=1e-4, atol=1e-5)
    for own, norm in zip(ours.layers.values(), (twin[0], twin[4]), strict=True):
        assert_close(own.state["normalisation.mean"], norm.running_mean, rtol=1e-4, atol=1e-5)
        assert_close(own.state["normalisation.variance"], norm.running_var, rtol=1e-4, atol=1e-5)
    twin.eval()
    ours.freeze()
    assert_close(ours.features(X), nn.Sequential(*twin[:9])(X).detach(), rtol=1e-3, atol=1e-4)


def test_weights_ask_for_no_gradient_afterwards():
    ours = network()
    learning = begun(ours)
    assert all(own.w.requires_grad for own in ours.layers.values())
    train(ours, learning, BATCHES[:1])
    for own in ours.layers.values():
        assert not own.w.requires_grad
        assert own.w.grad is None


def test_layers_that_do_not_adapt_are_left_alone():
    """Their weights and statistics; the gradient passes through them."""
    ours = network()
    learning = begun(ours, names=["layer1"])
    before = {n: {k: t.detach().clone() for k, t in s.items()} for n, s in ours.state().items()}
    learning.learn(X[:8], Y[:8], Progress())
    learning.finish()
    after = ours.state()
    assert all(after["layer2"][k].equal(t) for k, t in before["layer2"].items())
    assert not any(after["layer1"][k].equal(t) for k, t in before["layer1"].items())


def test_statistics_stay_where_only_weights_adapt():
    ours = network()
    learning = begun(ours, groups=Adapts(weights=True))
    learning.learn(X[:8], Y[:8], Progress())
    state = ours.state()["layer1"]
    assert state["normalisation.mean"].tolist() == [0, 0]
    assert state["normalisation.variance"].tolist() == [1, 1]


def test_the_head_is_drawn_from_a_stream_of_its_own():
    """Uniform within one over the root of the features, 20 of them here."""
    heads = [begun(network()).head for _ in range(2)]
    assert [tuple(t.shape) for t in heads[0]] == [(3, 20), (3,)]
    assert all(a.equal(b) for a, b in zip(*heads, strict=True))
    largest = float(heads[0][0].detach().abs().max())
    assert 0.8 * 20**-0.5 < largest <= 20**-0.5


def test_the_rate_is_halved_where_that_is_asked():
    """On the published schedule of 20 epochs: at epochs 10 and 15."""
    for halve, expected in ((True, [8.0, 8.0, 4.0, 4.0, 2.0]), (False, [8.0] * 5)):
        learning = begun(network(), halve=halve, eta=8.0)
        rates = []
        for epoch in (0, 9, 10, 14, 15):
            learning.learn(X[:8], Y[:8], Progress(epoch, 20, epoch, 20))
            rates.append(learning.adam.param_groups[0]["lr"])
        assert rates == expected


def test_dropout_is_drawn_by_the_seed_alone():
    found = []
    for dropout in (0.5, 0.5, 0.0):
        ours = network()
        torch.manual_seed(len(found))
        train(ours, begun(ours, dropout=dropout))
        found.append(ours.layers["layer1"].w.clone())
    assert found[0].equal(found[1])
    assert not found[0].equal(found[2])
