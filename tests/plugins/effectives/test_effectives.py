from math import exp

import pytest
import torch
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast import Refusal, build_layer
from neuroplast_plugins.effectives.absolute import Absolute
from neuroplast_plugins.effectives.presynaptic import Presynaptic
from neuroplast_plugins.effectives.presynaptic_inverse import PresynapticInverse

KERNELS = torch.arange(1.0, 17.0, dtype=torch.float64).view(2, 2, 2, 2)  # w[o, c, i, j]


@pytest.mark.parametrize(
    ("axis", "whole"),
    [
        ("output", KERNELS[0] + KERNELS[1]),  # 1 + 9, 2 + 10, ...
        ("input", (KERNELS[:, 0] + KERNELS[:, 1]).unsqueeze(1)),  # 1 + 5, ...
        ("spatial", torch.tensor([[10.0, 26.0], [42.0, 58.0]]).view(2, 2, 1, 1)),  # 1 + 2 + 3 + 4
        ("global", torch.tensor(136.0)),  # 16 · 17 / 2
    ],
)
def test_linear_shares_along_each_axis(axis, whole):
    w = KERNELS * torch.tensor([1.0, -1.0])  # every other weight is negative
    assert_close(Presynaptic(axis=axis).effective(w), w / (whole + 1e-6), check_dtype=False)


@pytest.mark.parametrize("axis", ["output", "input", "spatial", "global"])
@pytest.mark.parametrize("part", [Presynaptic, PresynapticInverse])
def test_what_shares_sum_to(part, axis):
    axes = {"output": 0, "input": 1, "spatial": (2, 3), "global": (0, 1, 2, 3)}[axis]
    w = normal(4, 3, 3, 3)
    softmax = part(axis=axis, form="softmax").effective(w).abs().sum(axes)
    assert_close(softmax, torch.ones_like(softmax))
    l2 = part(axis=axis, form="l2").effective(w).square().sum(axes)
    assert_close(l2, torch.ones_like(l2))


def test_the_published_form_favours_the_weak_and_loses_the_sign():
    w = torch.tensor([[1.0, -3.0]])
    share = Presynaptic(axis="input").effective(w)
    inverse = PresynapticInverse(axis="input", form="linear").effective(w)
    assert_close(share, torch.tensor([[0.25, -0.75]]), atol=1e-6, rtol=0)
    # 1 and 1/3 of 4/3
    assert_close(inverse, torch.tensor([[0.75, 0.25]]), atol=1e-5, rtol=0)


def test_the_published_softmax_by_hand():
    w = torch.tensor([[1.0, -0.5]], dtype=torch.float64)  # m is 1 and 2, less 1e-6 and 4e-6
    found = PresynapticInverse().effective(w)
    assert_close(found[0, 0].item(), 1 / (1 + exp(1)), atol=1e-5, rtol=0)


def test_the_published_form_stands_weights_of_zero():
    found = PresynapticInverse().effective(torch.tensor([[0.0, 1.0]]))  # m is 1e6 and 1
    assert_close(found, torch.tensor([[1.0, 0.0]]))


def test_a_weight_of_zero_stays_zero():
    for form in ("linear", "softmax", "l2"):
        assert Presynaptic(form=form).effective(torch.tensor([[0.0], [2.0]]))[0, 0] == 0


def test_memory_order_of_a_convolution_is_kept():
    w = torch.randn(4, 3, 3, 3).contiguous(memory_format=torch.channels_last)
    for part in (Presynaptic(), PresynapticInverse(axis="spatial"), Absolute()):
        assert part.effective(w).is_contiguous(memory_format=torch.channels_last)


def test_large_weights_do_not_overflow_the_softmax():
    found = Presynaptic(form="softmax").effective(torch.tensor([[500.0], [-499.0]]))
    assert_close(found, torch.tensor([[1.0], [-exp(-1)]]) / (1 + exp(-1)))


def layer(synapse, axis, shape=(4, 6, 6)):
    parts = {"rule": "instar", "scaling": "sum", "rate": {"kind": "constant", "eta": 0.01}}
    effective = {"kind": "presynaptic", "axis": axis}
    return build_layer(shape, synapse=synapse, effective=effective, **parts)


@pytest.mark.parametrize(
    ("synapse", "axis", "reason"),
    [
        ({"kind": "dense", "neurons": 3}, "spatial", "synapse_without_rivals"),
        ({"kind": "dense", "neurons": 1}, "output", "synapse_without_rivals"),
        ({"kind": "conv2d", "neurons": 3, "kernel": 1}, "spatial", "synapse_without_rivals"),
        ({"kind": "depthwise", "kernel": 3}, "input", "synapse_without_rivals"),
        ({"kind": "depthwise", "kernel": 3}, "output", "no_shared_input"),
        ({"kind": "conv2d", "neurons": 4, "kernel": 3, "groups": 2}, "output", "no_shared_input"),
        ({"kind": "locally_connected", "neurons": 4, "kernel": 3}, "output", "no_shared_input"),
    ],
)
def test_competition_without_rivals_is_refused(synapse, axis, reason):
    with pytest.raises(Refusal) as refused:
        layer(synapse, axis)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("synapse", "axis"),
    [
        ({"kind": "dense", "neurons": 3}, "output"),
        ({"kind": "conv2d", "neurons": 4, "kernel": 3, "groups": 2}, "input"),
        ({"kind": "depthwise", "kernel": 3}, "spatial"),
        ({"kind": "conv2d", "neurons": 4, "kernel": 3}, "output"),
        ({"kind": "locally_connected", "neurons": 4, "kernel": 3}, "input"),
    ],
)
def test_competition_with_rivals_is_not(synapse, axis):
    assert layer(synapse, axis).w.numel()


def test_absolute_is_the_size():
    assert torch.equal(
        Absolute().effective(torch.tensor([[-2.0, 0.5]])), torch.tensor([[2.0, 0.5]])
    )
    assert_near(Absolute().effective(-KERNELS), KERNELS)
