from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, hold_all, skip

from neuroplast import Memory, Step
from neuroplast.testing import Example, StepClaims

FORMULA = "equals its formula over three steps, synapse by synapse"
EXAMPLE = "gives the numbers worked by hand"
PLACE = "changes w in place, and nothing else but its memory"
AGAIN = "gives the same again from the same memory"


class Double(Step):
    """A step."""

    kind: ClassVar[str] = "double"


class Adding(Double):
    """w ← w + η Δ."""

    def apply(self, w, delta, eta, memory):
        (delta * eta).add_to(w)


class AddingClaims(StepClaims):
    of = "double"
    examples = (Example({"w": 1.0, "dw": 2.0, "eta": 0.25}, 1.5),)

    def apply(self, step, w, dw, eta, memory):
        return w + eta * dw, {}


class Rolling(Double):
    """m ← 0.5 m + Δ, then w ← w + η m; counts its steps."""

    momentum = Memory("weights")
    each = Memory("post")
    steps = Memory()

    def apply(self, w, delta, eta, memory):
        dw = delta.tensor()
        memory.momentum.mul_(0.5).add_(dw)
        memory.each.add_(1)
        memory.steps.add_(1)
        rate = eta.view(-1, *[1] * (w.dim() - 1)) if isinstance(eta, torch.Tensor) else eta
        w.add_(memory.momentum * rate)


class RollingClaims(StepClaims):
    of = "double"
    examples = (Example({"w": 1.0, "dw": 2.0, "eta": 0.25, "memory": {"momentum": 4.0}}, 2.0),)

    def apply(self, step, w, dw, eta, memory):
        m = 0.5 * memory["momentum"] + dw
        kept = {"momentum": m, "each": memory["each"] + 1, "steps": memory["steps"] + 1}
        return w + eta * m, kept


def step(apply, base=Double):
    """A step that does this."""
    return type("Broken", (base,), {"apply": lambda self, *given: apply(*given)})()


@pytest.mark.parametrize(
    ("part", "claims"), [(Adding(), AddingClaims()), (Rolling(), RollingClaims())]
)
def test_sound_steps_pass_everything(part, claims):
    hold_all(part, "steps", claims)


def subtract(w, delta, eta, memory):
    (delta * eta).add_to(w.neg_())
    w.neg_()


def without_rate(w, delta, eta, memory):
    delta.add_to(w)


def rate_twice(w, delta, eta, memory):
    (delta * eta * eta).add_to(w)


def mean_rate(w, delta, eta, memory):
    (delta * float(torch.as_tensor(eta).mean())).add_to(w)


def one_decay_too_many(w, delta, eta, memory):
    w.mul_(0.999)
    (delta * eta).add_to(w)


@pytest.mark.parametrize(
    "apply", [subtract, without_rate, rate_twice, mean_rate, one_decay_too_many]
)
def test_another_step_is_caught(apply):
    assert "step = 1" in catch(step(apply), FORMULA, AddingClaims())


def test_a_rate_per_neuron_that_is_averaged_shows_with_two_neurons():
    assert "eta = [0.1, 0.4]" in catch(step(mean_rate), FORMULA, AddingClaims())


def momentum_after(w, delta, eta, memory):
    """The weights get the momentum from before this step."""
    dw = delta.tensor()
    rate = eta.view(-1, *[1] * (w.dim() - 1)) if isinstance(eta, torch.Tensor) else eta
    w.add_(memory.momentum * rate)
    memory.momentum.mul_(0.5).add_(dw)


def test_memory_that_is_updated_after_instead_of_before_is_caught():
    catch(step(momentum_after, Rolling), FORMULA, RollingClaims())


def test_memory_that_does_not_count_is_caught():
    def still(w, delta, eta, memory):
        kept = memory.steps.clone()
        Rolling().apply(w, delta, eta, memory)
        memory.steps.copy_(kept)

    assert "memory steps" in catch(step(still, Rolling), FORMULA, RollingClaims())


def test_memory_that_is_right_only_in_the_first_step_is_caught():
    def forgetful(w, delta, eta, memory):
        memory.momentum.zero_()
        Rolling().apply(w, delta, eta, memory)

    assert "step = 2" in catch(step(forgetful, Rolling), FORMULA, RollingClaims())


def test_memory_of_no_synapse_is_not_asked():
    class Tall(Rolling):
        other = Memory(3)

    assert "no synapse's own" in skip(Tall(), FORMULA, RollingClaims())


def test_examples_are_held():
    catch(step(rate_twice), EXAMPLE, AddingClaims())
    catch(step(without_rate, Rolling), EXAMPLE, RollingClaims())


def test_changing_an_activity_is_caught():
    def scaling_g(w, delta, eta, memory):
        delta.terms[0].post.mul_(eta.view(1, -1, *[1] * (w.dim() - 1))[..., :1])
        delta.add_to(w)

    assert "changed g" in catch(step(scaling_g), PLACE)


def test_changing_the_rate_is_caught():
    def halving(w, delta, eta, memory):
        (delta * eta.div_(2)).add_to(w)

    assert "changed eta" in catch(step(halving), PLACE)


def test_new_weights_in_place_of_changed_ones_are_caught():
    def returning(w, delta, eta, memory):
        return w + delta.tensor()

    assert "in place" in catch(step(returning), PLACE)
    hold(Adding(), PLACE)


def test_keeping_something_that_is_no_memory_is_caught():
    kept = []

    def hoarding(w, delta, eta, memory):
        kept.append(delta.tensor())
        w.add_(sum(kept))

    assert "second time" in catch(step(hoarding), AGAIN)


def test_memory_that_claims_leave_out_must_stay_unless_they_say_why():
    class Partly(RollingClaims):
        def apply(self, step, w, dw, eta, memory):
            new, kept = super().apply(step, w, dw, eta, memory)
            return new, {"momentum": kept["momentum"]}

    assert "memory each of synapse" in catch(Rolling(), FORMULA, Partly())
    Partly.unclaimed = {"each": "counted elsewhere", "steps": "counted elsewhere"}
    hold(Rolling(), FORMULA, Partly())
