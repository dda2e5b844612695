"""Started at its theoretical fixed point, a rule stays there; started elsewhere, it does not.

Whole layers in float64, presented a whole set of stimuli at every step. The fixed points are computed here, from the
theory of each rule, and share no code with the plugins.
"""

import pytest
import torch
from support.numbers import normal
from support.precise import patches, precise_layer
from torch.testing import assert_close

from neuroplast import Progress

GEOMETRIES = {
    "dense": ((6,), {"kind": "dense"}),
    "conv2d": ((2, 5, 5), {"kind": "conv2d", "kernel": 3, "padding": 0}),
}
STEPS = 300

geometries = pytest.mark.parametrize("geometry", GEOMETRIES)


def layer_of(geometry, neurons, **entries):
    """A layer that learns from the mean over stimuli and positions, unless other entries are given."""
    shape, synapse = GEOMETRIES[geometry]
    learning = {"competition": "none", "scaling": "mean", "rate": {"kind": "constant", "eta": 0.05}}
    return precise_layer(shape, synapse={**synapse, "neurons": neurons}, **{**learning, **entries})


def stimuli(geometry, count=40):
    """Stimuli with a mean, and with other variances along each axis."""
    x = normal(count, *GEOMETRIES[geometry][0])
    axes = torch.linspace(0.5, 2.0, x[0].numel(), dtype=torch.float64).view(x.shape[1:])
    return x * axes + 0.3


def learn(layer, x, steps=STEPS):
    for step in range(steps):
        layer.learn(x, progress=Progress(step, steps))


def hold_stays(layer, x, w):
    """From w it stays at w; from a place nearby it moves, so it is learning at all."""
    layer.w.copy_(w.view(layer.w.shape))
    before = {name: tensor.clone() for name, tensor in layer.state.items()}
    learn(layer, x)
    assert_close(layer.w.flatten(1), w, rtol=0, atol=1e-10)
    layer.load_state(before)
    layer.w.mul_(1.1).add_(0.05)
    start = layer.w.clone()
    learn(layer, x, steps=1)
    assert float((layer.w - start).abs().max()) > 1e-4


def components(rows):
    """Eigenvectors of Σ x xᵀ / n as rows, that of the largest eigenvalue first."""
    return torch.linalg.eigh(rows.T @ rows / len(rows)).eigenvectors.T.flip(0)


# Instar: w = Σ g x / Σ g


def nearest(rows, w):
    """One-hot: the row of w that is nearest to each row."""
    return torch.nn.functional.one_hot(torch.cdist(rows, w).argmin(1), len(w)).double()


def shares(rows, w):
    """Softmax over neurons of w·x."""
    exponentials = (rows @ w.T).exp()
    return exponentials / exponentials.sum(1, keepdim=True)


@geometries
@pytest.mark.parametrize(
    ("activity", "entries"),
    [
        (nearest, {"competition": "hard_wta", "similarity": "distance"}),
        (shares, {"competition": {"kind": "soft_wta", "anti_hebbian": False}}),
    ],
    ids=["hard", "soft"],
)
def test_instar(geometry, activity, entries):
    """Each neuron at the mean of what it sees, weighted by its own activity there."""
    layer = layer_of(geometry, 3, rule="instar", **entries)
    x = stimuli(geometry)
    rows = patches(layer, x)
    w = rows[:3].clone()
    for _ in range(5000):
        g, before = activity(rows, w), w
        w = g.T @ rows / g.sum(0)[:, None]
        if w.equal(before):
            break
    assert (g.sum(0) > 0).all()
    hold_stays(layer, x, w)


# Oja and Sanger: principal components


@geometries
@pytest.mark.parametrize("sign", [1, -1])
def test_oja(geometry, sign):
    """Every neuron at the first component, of length 1, in either direction."""
    layer = layer_of(geometry, 2, rule="oja")
    x = stimuli(geometry)
    first = components(patches(layer, x))[:1]
    hold_stays(layer, x, torch.cat([first, sign * first]))


@geometries
def test_sanger(geometry):
    """The first components in their order."""
    layer = layer_of(geometry, 4, rule="sanger")
    x = stimuli(geometry)
    hold_stays(layer, x, components(patches(layer, x))[:4])


@geometries
def test_sanger_does_not_stay_in_another_order(geometry):
    layer = layer_of(geometry, 2, rule="sanger")
    x = stimuli(geometry)
    first, second = components(patches(layer, x))[:2]
    swapped = torch.stack([second, first]) + 1e-6  # an unstable fixed point for the first neuron
    layer.w.copy_(swapped.view(layer.w.shape))
    learn(layer, x, steps=2000)
    assert float((layer.w.flatten(1) - swapped).abs().max()) > 0.1


# BCM: y = θ = K for one of K stimuli, which come equally often, and y = 0 for the others

BCM = {"kind": "bcm", "time_constant": 10.0}
SLOW = {"kind": "constant", "eta": 0.002}
"""The threshold has to be faster than the weights, or the fixed point is there and not stable."""


def test_bcm():
    """Each neuron answers to one stimulus alone, with K: then E[y²] = K² / K = K = θ, and y (y - θ) = 0 everywhere."""
    count = 4
    x = normal(count, 6)
    layer = layer_of("dense", 3, rule=BCM, rate=SLOW)
    preferred = torch.tensor([2, 0, 3])
    answers = count * torch.eye(count, dtype=torch.float64)[preferred]
    w = answers @ torch.linalg.pinv(x).T  # w·x_k = answers, since the stimuli are independent
    assert_close(x @ w.T, answers.T, rtol=0, atol=1e-9)
    layer.state["rule.theta"].fill_(count)
    hold_stays(layer, x, w)


def test_bcm_does_not_stay_where_its_threshold_is_wrong():
    x = normal(4, 6)
    layer = layer_of("dense", 1, rule=BCM, rate=SLOW)
    w = torch.eye(4, dtype=torch.float64)[:1] @ torch.linalg.pinv(x).T  # answers with 1, and K is 4
    layer.w.copy_(w)
    layer.state["rule.theta"].fill_(1)
    learn(layer, x, steps=1)  # θ is 1 still, and so is y: nothing changes
    assert_close(layer.w, w, rtol=0, atol=1e-10)
    learn(layer, x, steps=1)
    assert float((layer.w - w).abs().max()) > 1e-4
