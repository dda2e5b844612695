"""What is caught of rules that change what they see, or keep to themselves what no layer knows."""

import random

import pytest
import torch
from support.asking import catch, hold
from support.rules_in_kit import SOUND, Double, Sliding, broken, computed

LIKE = "gives a change like the weights"
PURE = "changes nothing that it is handed"
OFTEN = "is computed as often as asked"
KEEPS = "keeps nothing between calls"


@pytest.mark.parametrize("name", SOUND)
def test_sound_rules_have_manners(name):
    for check in (LIKE, PURE, OFTEN, KEEPS):
        hold(SOUND[name][0](), check)


# -- what it gives -----------------------------------------------------------------------------------------------------


def test_a_delta_that_takes_no_view_is_told_plainly():
    for delta, signature in (
        (lambda self: None, "delta(self)"),
        (lambda self, x, w: None, "delta(self, x, w)"),
    ):
        said = catch(broken(delta), LIKE)
        assert f"double: {signature} cannot be called with a view" in said
        assert "write delta(self, view: View) -> Delta" in said


def test_a_tensor_for_a_delta_is_told_plainly():
    rule = broken(lambda self, view: Double.delta(self, view).tensor())
    said = catch(rule, LIKE)
    assert "double: delta gave Tensor, not a Delta; build it from view.outer" in said
    assert "x = [[[" in said


def test_a_change_of_another_shape_or_dtype_is_caught():
    column = broken(lambda self, view: computed(view, view.w.sum(1, keepdim=True)))
    assert "gave shape (1, 1), expected (1, 2)" in catch(column, LIKE)
    short = broken(lambda self, view: computed(view, view.w.float()))
    assert "gave dtype torch.float32, expected torch.float64" in catch(short, LIKE)


def test_a_nan_is_shown_with_the_smallest_view_that_has_it():
    """The spread over a batch of one is not a number; with two stimuli it would pass."""
    rule = broken(lambda self, view: view.outer(view.g / view.g.std(0)))
    with pytest.warns(UserWarning, match="degrees of freedom"):
        said = catch(rule, LIKE)
    assert "dw: gave a value that is not finite" in said
    assert "found = [[nan]]" in said


def test_a_memory_that_is_not_finite_is_caught():
    def delta(self, view):
        change = Sliding.delta(self, view)
        view.memory.theta.div_(0.0)
        return change

    assert "memory theta is not finite" in catch(broken(delta, Sliding), LIKE)


def test_an_error_of_the_rules_own_shows_the_view():
    rule = broken(lambda self, view: view.outer(view.g, view.x[:, 1:]))
    said = catch(rule, LIKE)
    assert "double: dw: raised ValueError: outer: presynaptic activity of shape" in said
    assert "g = [[[" in said


# -- what it leaves alone ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x", "w", "w_e", "u", "v", "g"])
def test_edits_in_place_are_caught(name):
    def delta(self, view):
        change = computed(view, Double.delta(self, view).tensor())
        getattr(view, name).mul_(2)
        return change

    said = catch(broken(delta), PURE)
    assert f"double: delta: changed {name}, which it was handed, in place" in said
    assert f"{name} before" in said


def test_an_edit_while_the_delta_is_computed_is_caught():
    def delta(self, view):
        return Double.delta(self, view) + computed(view, view.w) * 0.0

    def late(self, view):
        from dataclasses import replace

        from neuroplast.delta import Computed

        return replace(delta(self, view), terms=(Computed(lambda: view.w.mul_(2)),))

    hold(broken(delta), PURE)
    assert "changed w, which it was handed" in catch(broken(late), PURE)
    catch(broken(late), OFTEN)


def test_a_changed_signal_is_caught():
    def delta(self, view):
        view.signals["reward"].zero_()
        return Double.delta(self, view)

    said = catch(broken(delta, uses={"pre", "post", "weight", "reward"}), PURE)
    assert "changed signals_reward" in said


def test_global_randomness_is_caught():
    noise = broken(lambda self, view: view.outer(view.g * torch.rand_like(view.g)))
    assert "drew from torch's global generator" in catch(noise, PURE)
    assert "keep nothing between calls" in catch(noise, KEEPS)
    python = broken(lambda self, view: Double.delta(self, view) * random.random())
    assert "keep nothing between calls" in catch(python, KEEPS)


def test_memory_that_moves_while_the_delta_is_computed_is_caught():
    def delta(self, view):
        from dataclasses import replace

        from neuroplast.delta import Computed

        zero = Computed(lambda: view.memory.theta.add_(1).sum() * torch.zeros_like(view.w))
        return replace(view.outer(view.g), terms=(zero,))

    said = catch(broken(delta, Sliding), OFTEN)
    assert "memory theta changes when the Delta is computed" in said


# -- what it keeps -----------------------------------------------------------------------------------------------------


def test_a_hidden_counter_is_caught():
    calls = []

    def delta(self, view):
        calls.append(1)
        return Double.delta(self, view) * len(calls)

    said = catch(broken(delta), KEEPS)
    assert "dw or memory on call 2 is another for the same view" in said
    assert "first = [" in said


def test_raising_on_the_third_call_is_caught():
    calls = []

    def delta(self, view):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("enough")
        return Double.delta(self, view)

    said = catch(broken(delta), KEEPS)
    assert (
        "on call 3, with the arguments of call 1: double: dw: raised RuntimeError: enough" in said
    )
    assert "x = [[[" in said


def test_what_is_kept_of_the_view_before_is_caught():
    """It gives the same as long as nothing else is asked in between."""
    before = []

    def delta(self, view):
        mean = float(view.x.mean())
        previous = before[-1] if before else mean
        if not before or before[-1] != mean:
            before.append(mean)
        return Double.delta(self, view) * previous

    catch(broken(delta), KEEPS)


def test_what_an_instance_keeps_is_caught():
    def delta(self, view):
        return Double.delta(self, view) * float(id(self) % 1000)

    assert "of a new instance" in catch(broken(delta), KEEPS)


def test_hidden_memory_beside_the_declared_is_caught():
    hidden = torch.zeros(1, dtype=torch.float64)

    def delta(self, view):
        hidden.lerp_(view.g.mean().reshape(1), 0.1)
        return view.outer(view.g - hidden)

    catch(broken(delta), KEEPS)
