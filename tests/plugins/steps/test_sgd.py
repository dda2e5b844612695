"""Momentum, Nesterov and weight decay, against torch's own optimiser."""

import pytest
import torch
from pydantic import ValidationError
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast import State
from neuroplast_plugins.steps.momentum import Momentum
from neuroplast_plugins.steps.nesterov import Nesterov
from neuroplast_plugins.steps.plain import Plain
from neuroplast_plugins.steps.weight_decay import WeightDecay

SETTINGS = [
    (Momentum(momentum=0.8), {"momentum": 0.8}),
    (Momentum(momentum=0.5, weight_decay=0.1), {"momentum": 0.5, "weight_decay": 0.1}),
    (Nesterov(), {"momentum": 0.9, "nesterov": True}),
    (
        Nesterov(momentum=0.6, weight_decay=0.2),
        {"momentum": 0.6, "weight_decay": 0.2, "nesterov": True},
    ),
    (WeightDecay(weight_decay=0.3), {"weight_decay": 0.3}),
]
every_setting = pytest.mark.parametrize(("step", "options"), SETTINGS, ids=str)


def memory(step, w):
    return State({name: torch.zeros_like(w) for name in step.memories()})


@every_setting
def test_does_what_torch_does(step, options):
    w = normal(3, 2, 3, 3).contiguous(memory_format=torch.channels_last)
    parameter = torch.nn.Parameter(w.clone())
    optimiser, kept = torch.optim.SGD([parameter], lr=0.05, **options), memory(step, w)
    for n in range(6):
        view = conv_view(w, normal(2, 2, 6, 6, seed=n), normal(2, 3, 4, 4, seed=n + 50))
        delta = view.outer(view.g) - view.decay(view.g * view.v)
        parameter.grad = -delta.tensor()
        step.apply(w, delta, 0.05, kept)
        optimiser.step()
        assert_near(w, parameter.detach())
    assert w.is_contiguous(memory_format=torch.channels_last)


@every_setting
def test_each_neuron_has_its_rate(step, options):
    eta = torch.tensor([0.1, 0.0, 0.4], dtype=torch.float64)
    together = normal(3, 4)
    alone = [together[i : i + 1].clone() for i in range(3)]
    kept = [memory(step, w) for w in (together, *alone)]
    for n in range(3):
        x, g = normal(5, 4, seed=n), normal(5, 3, seed=n + 9)
        view = dense_view(together, x, g)
        parts = [dense_view(w, x, g[:, i : i + 1]) for i, w in enumerate(alone)]
        step.apply(together, view.outer(g) - view.decay(g), eta, kept[0])
        for i, part in enumerate(parts):
            delta = part.outer(part.g) - part.decay(part.g)
            step.apply(alone[i], delta, float(eta[i]), kept[i + 1])
    assert_near(together, torch.cat(alone))


def test_without_momentum_and_decay_they_are_plain():
    for step in (Momentum(momentum=0), Nesterov(momentum=0), WeightDecay(weight_decay=0)):
        results = []
        for part in (step, Plain()):
            w = normal(2, 3)
            kept = memory(part, w)
            for n in range(3):
                view = dense_view(w, normal(4, 3, seed=n), normal(4, 2, seed=n + 5))
                part.apply(w, view.outer(view.g) - view.decay(view.g), 0.1, kept)
            results.append(w)
        assert_near(results[0], results[1])


def test_a_steady_change_comes_to_the_full_velocity():
    w, kept = torch.zeros(1, 1), State({"velocity": torch.zeros(1, 1)})
    view = dense_view(torch.zeros(1, 1), torch.ones(1, 1), torch.full((1, 1), 2.0))
    for _ in range(200):
        Momentum(momentum=0.75).apply(w, view.outer(view.g), 1.0, kept)
    assert_close(kept.velocity, torch.tensor([[8.0]]))  # 2 / (1 - 0.75)


def test_weights_decay_without_a_change_and_by_their_own_rate():
    w = torch.tensor([[4.0], [4.0]])
    view = dense_view(w, torch.zeros(1, 1), torch.zeros(1, 2))
    WeightDecay(weight_decay=0.5).apply(w, view.outer(view.g), torch.tensor([1.0, 0.5]), State({}))
    assert_close(w, torch.tensor([[2.0], [3.0]]))


@pytest.mark.parametrize("wrong", [{"momentum": 1.0}, {"momentum": -0.1}, {"weight_decay": -1.0}])
@pytest.mark.parametrize("part", [Momentum, Nesterov])
def test_out_of_range_is_refused(part, wrong):
    with pytest.raises(ValidationError):
        part(**wrong)
