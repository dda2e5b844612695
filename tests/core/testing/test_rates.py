from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, hold_all

from neuroplast import Memory, Rate
from neuroplast.testing import Example, RateClaims

FORMULA = "equals its formula, neuron by neuron"
EXAMPLE = "gives the numbers worked by hand"
REMEMBERS = "remembers as its formula does"
FORM = "is a number or one per neuron, finite and not negative"
HANDS = "leaves alone what it is handed, and gives the same again"
INPUT = "does not read the input, nor the signals"
OTHERS = "of a neuron does not read the other neurons"


class Double(Rate):
    """A rate."""

    kind: ClassVar[str] = "double"
    eta: float = 0.5


class Falling(Double):
    """η = eta (1 - step / steps)."""

    def at(self, view, progress):
        return self.eta * (1 - progress.step / progress.steps)


class FallingClaims(RateClaims):
    of = "double"
    examples = (Example({"step": 1, "steps": 4}, 0.375), Example({"step": 3, "steps": 4}, 0.125))

    def at(self, rate, n, step, steps, epoch, epochs):
        return rate.eta * (steps - step) / steps


class ByLength(Double):
    """η_i = eta | |w_i| - 1 |."""

    def at(self, view, progress):
        return self.eta * (view.w.flatten(1).norm(dim=1) - 1).abs()


class ByLengthClaims(RateClaims):
    of = "double"
    examples = (Example({"w": [3.0, 4.0]}, 2.0), Example({"w": [0.0]}, 0.5))

    def at(self, rate, n, step, steps, epoch, epochs):
        return rate.eta * abs(sum(v * v for v in n.w) ** 0.5 - 1)


class Tired(Double):
    """η_i = eta / (1 + s_i), s_i the sum of g² in steps before."""

    spent = Memory("post")

    def at(self, view, progress):
        return self.eta / (1 + view.memory.spent)

    def adapt(self, view):
        view.memory.spent.add_(view.g.square().transpose(0, 1).flatten(1).sum(1))


class TiredClaims(RateClaims):
    of = "double"
    examples = (Example({"memory": {"spent": 4.0}}, 0.1), Example({"g": [9.0]}, 0.5))

    def at(self, rate, n, step, steps, epoch, epochs):
        return rate.eta / (1 + n.memory["spent"])

    def remember(self, rate, n):
        return {"spent": n.memory["spent"] + sum(g * g for g in n.g)}


def rate(compute, name="Broken"):
    """A rate that is this function of itself, the view and the progress."""
    return type(name, (Double,), {"at": lambda self, view, p: compute(self, view, p)})()


@pytest.mark.parametrize(
    ("part", "claims"), [(Falling(), FallingClaims()), (ByLength(), ByLengthClaims())]
)
def test_sound_rates_pass_everything(part, claims):
    hold_all(part, "rates", claims, but=(REMEMBERS,))


def test_a_sound_rate_with_memory_passes_everything():
    hold_all(Tired(), "rates", TiredClaims())


def tired(at=None, adapt=None):
    """The rate with memory, with one of its methods replaced."""
    methods = {"at": at or Tired.at, "adapt": adapt or Tired.adapt}
    return type("Broken", (Tired,), methods)()


def test_forgetting_is_caught():
    found = catch(tired(adapt=lambda r, v: None), REMEMBERS, TiredClaims())
    assert "memory spent after step 1" in found


def test_counting_one_step_is_caught_in_the_next():
    def only_this(r, v):
        v.memory.spent.copy_(v.g.square().transpose(0, 1).flatten(1).sum(1))

    assert "after step 2" in catch(tired(adapt=only_this), REMEMBERS, TiredClaims())


def test_a_rate_that_does_not_read_its_memory_is_caught():
    assert "w = " in catch(tired(at=lambda r, v, p: r.eta), FORMULA, TiredClaims())
    assert "0.1" in catch(tired(at=lambda r, v, p: r.eta), EXAMPLE, TiredClaims())


def test_remembering_while_it_is_asked_is_caught():
    def counting(r, v, p):
        v.memory.spent.add_(1)
        return r.eta

    assert "changed spent" in catch(tired(at=counting), HANDS)


FALLING = {
    "one step ahead": lambda r, v, p: r.eta * (1 - (p.step + 1) / p.steps),
    "never reaches the end": lambda r, v, p: r.eta * (1 - p.step / (p.steps + 1)),
    "by epoch": lambda r, v, p: r.eta * (1 - p.epoch / p.epochs),
    "does not fall": lambda r, v, p: r.eta,
    "twice": lambda r, v, p: r.eta**2 * (1 - p.step / p.steps),
    "of the last step": lambda r, v, p: r.eta * (1 - p.step / max(p.steps - 1, 1)),
}
BY_LENGTH = {
    "norm along the wrong axis": lambda r, v, p: (
        r.eta * (v.w.norm(dim=0)[: len(v.w)].mean() - 1).abs().expand(len(v.w))
    ),
    "of all weights": lambda r, v, p: r.eta * float((v.w.norm() - 1).abs()),
    "of the effective weights": lambda r, v, p: r.eta * (v.w_e.flatten(1).norm(dim=1) - 1).abs(),
    "of the largest weight": lambda r, v, p: r.eta * (v.w.flatten(1).abs().amax(1) - 1).abs(),
    "floor at unit length": lambda r, v, p: r.eta * (v.w.flatten(1).norm(dim=1) - 1).abs() + 1e-9,
}


@pytest.mark.parametrize("compute", FALLING.values(), ids=FALLING.keys())
def test_another_schedule_is_caught(compute):
    assert "progress" in catch(rate(compute), FORMULA, FallingClaims())


@pytest.mark.parametrize("compute", BY_LENGTH.values(), ids=BY_LENGTH.keys())
def test_another_formula_is_caught(compute):
    assert "w = " in catch(rate(compute), FORMULA, ByLengthClaims())


def test_an_example_that_does_not_come_out_is_caught():
    assert "expected = 0.375" in catch(rate(FALLING["twice"]), EXAMPLE, FallingClaims())


FORMS = {
    "negative": (lambda r, v, p: 0.5 - p.step, "negative"),
    "not finite": (lambda r, v, p: 1 / v.w.flatten(1).norm(dim=1), "not finite"),
    "one per synapse": (lambda r, v, p: v.w.abs(), "one per neuron"),
    "a scalar tensor": (lambda r, v, p: torch.tensor(0.1), "one per neuron"),
    "whole numbers": (lambda r, v, p: torch.ones(len(v.w), dtype=torch.int64), "int64"),
    "text": (lambda r, v, p: "0.1", "not a number"),
}


@pytest.mark.parametrize(("compute", "said"), FORMS.values(), ids=FORMS.keys())
def test_what_is_no_rate_is_caught(compute, said):
    assert said in catch(rate(compute), FORM)


def test_changing_the_weights_is_caught():
    assert "changed w" in catch(rate(lambda r, v, p: v.w.abs_().flatten(1).sum(1)), HANDS)


def test_drawing_from_the_global_generator_is_caught():
    assert "global generator" in catch(rate(lambda r, v, p: float(torch.rand(()))), HANDS)


def test_counting_calls_in_place_of_steps_is_caught():
    calls = []

    def fewer(r, v, p):
        calls.append(1)
        return 1 / len(calls)

    assert "gave another result" in catch(rate(fewer), HANDS)


def test_reading_the_input_is_caught():
    assert "x before" in catch(rate(lambda r, v, p: float(v.x.abs().max())), INPUT)
    hold(rate(lambda r, v, p: float(v.g.abs().max())), INPUT)


def test_reading_other_neurons_is_caught():
    mean = rate(lambda r, v, p: v.w.abs().mean().expand(len(v.w)))
    assert "neuron 0 changed" in catch(mean, OTHERS)
    hold(mean, FORM)
