"""What is caught of rules, and of geometries, that give another change when it is computed in another way."""

from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip
from support.rules_in_kit import (
    SOUND,
    Double,
    Sliding,
    broken,
    computed,
    registry_with,
    registry_with_convolutions,
)

from neuroplast.delta import Delta
from neuroplast.testing import SynapseClaims
from neuroplast.testing.bench import Plain
from neuroplast.testing.devices import NO_GPU

REFERENCE = "fast lowering equals the reference"
FOLDED = "folded equals term by term"
FLOAT32 = "float32 is near float64"
MEMORY_ORDER = "takes tensors in any memory order"
DEVICE = "CPU and GPU agree"


@pytest.mark.parametrize("name", SOUND)
def test_sound_rules_give_one_change_however_it_is_computed(name):
    for check in (REFERENCE, FOLDED, FLOAT32, MEMORY_ORDER):
        hold(SOUND[name][0](), check, registry=registry_with_convolutions())


class Skewed(Plain):
    """A geometry whose fast sum forgets the last position."""

    kind: ClassVar[str] = "skewed"

    def outer(self, post, pre, w):
        return super().outer(post[..., :-1], pre[..., :-1], w)


class SkewedClaims(SynapseClaims):
    of = "skewed"
    cases = ({"neurons": 2},)
    shapes = ((3, 4),)


def test_a_fast_sum_that_is_another_than_the_slow_one_is_caught():
    hold(Double(), REFERENCE)
    said = catch(Double(), REFERENCE, registry=registry_with(Skewed, SkewedClaims))
    assert "dw, fast against the reference" in said


class Forgetful(Delta):
    """A Delta that is another when it is added to weights than when it is computed."""

    def add_to(self, w):
        super().add_to(w)
        w.add_(1e-3)


def test_a_change_that_is_another_when_it_is_added_to_w_is_caught():
    def delta(self, view):
        right = Double.delta(self, view)
        return Forgetful(right.geometry, right.w_e, right.terms)

    assert "dw added in place to w" in catch(broken(delta), FOLDED)


def test_a_change_that_scales_by_its_neighbours_number_is_caught():
    class Rolled(Delta):
        def __mul__(self, factor):
            return super().__mul__(factor.roll(1) if isinstance(factor, torch.Tensor) else factor)

    def delta(self, view):
        right = Double.delta(self, view)
        return Rolled(right.geometry, right.w_e, right.terms)

    assert "times a number per neuron" in catch(broken(delta), FOLDED)


def test_a_change_that_is_computed_twice_when_folded_is_caught():
    class Twice(Delta):
        def tensor(self):
            return super().tensor() * len(self.terms)

    def delta(self, view):
        right = Double.delta(self, view)
        return Twice(right.geometry, right.w_e, right.terms)

    assert "folded, against term by term" in catch(broken(delta), FOLDED)


def test_half_precision_on_the_way_is_caught():
    def delta(self, view):
        return view.outer(view.g.to(torch.bfloat16).to(view.g.dtype))

    hold(broken(delta), FLOAT32)  # it rounds alike from both
    lost = broken(lambda self, view: view.outer((view.g + 1e5) - 1e5))
    assert "dw in float32: off by" in catch(lost, FLOAT32)


def test_a_change_of_another_dtype_is_caught():
    rule = broken(lambda self, view: computed(view, Double.delta(self, view).tensor().double()))
    assert "gave dtype torch.float64, expected torch.float32" in catch(rule, FLOAT32)


def test_memory_that_float32_does_not_hold_is_caught():
    def delta(self, view):
        change = Sliding.delta(self, view)
        view.memory.theta.add_(1e5).sub_(1e5)
        return change

    assert "memory theta in float32" in catch(broken(delta, Sliding), FLOAT32)


def test_numbers_read_by_where_they_lie_are_caught():
    def by_storage(self, view):
        g = view.g
        laid = g.as_strided(g.shape, g.new_empty(g.shape).stride(), g.storage_offset())
        return view.outer(laid)

    said = catch(broken(by_storage), MEMORY_ORDER)
    assert "dw of tensors channels last in memory" in said
    flat = broken(lambda self, view: view.outer(view.g.view(-1).view(view.g.shape)))
    assert "in memory: raised RuntimeError: view size" in catch(flat, MEMORY_ORDER)


def test_channels_last_images_are_tried():
    def delta(self, view):
        last = view.x.dim() == 4 and view.x.is_contiguous(memory_format=torch.channels_last)
        return view.outer(view.g) * (1.0 if last else 2.0)

    catch(broken(delta), MEMORY_ORDER, registry=registry_with_convolutions())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_without_a_gpu_the_reason_is_said():
    assert skip(Double(), DEVICE) == NO_GPU


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_rule_that_computes_on_another_device_is_caught():
    hold(Double(), DEVICE)
    rule = broken(lambda self, view: computed(view, Double.delta(self, view).tensor().cpu()))
    catch(rule, DEVICE)
