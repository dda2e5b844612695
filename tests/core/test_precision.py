"""In bfloat16 what is multiplied is rounded, and nothing else; what cannot be had is refused."""

import pytest
import torch
from support.geometries import every_geometry
from support.numbers import assert_near

from neuroplast import ConfigurationError, DataError
from neuroplast.computing import computing
from neuroplast.precision import Half, lowered, precision_of
from neuroplast_plugins.synapses.conv2d import Conv2d
from neuroplast_plugins.synapses.dense import Dense

STEP = 2.0**-8
"""The distance of neighbours in bfloat16, relative to their size; a result is rounded by at most half of it."""


def rounded(t):
    return t.bfloat16().float()


@every_geometry
def test_sums_are_those_of_rounded_numbers(case):
    """Each product of two bfloat16 is exact in float32, so only the sum's last rounding is left."""
    half, x, w, post = Half(case.synapse), case.x(torch.float32), case.w(torch.float32), case.post()
    post = post.float()
    x = case.synapse.prepare(x)
    u, dw = half.drive(x, w), half.outer(post, x, w)
    assert u.dtype == dw.dtype == torch.float32
    assert_near(u, case.synapse.drive(rounded(x), rounded(w)), STEP)
    assert_near(dw, case.synapse.outer(rounded(post), rounded(x), rounded(w)), STEP)
    assert not torch.equal(u, case.synapse.drive(x, w))


@every_geometry
def test_what_is_not_a_product_is_exact(case):
    half, x, w, post = Half(case.synapse), case.x(torch.float32), case.w(torch.float32), case.post()
    x = case.synapse.prepare(x)
    assert torch.equal(half.energy(x, w), case.synapse.energy(x, w))
    assert torch.equal(half.total(post), case.synapse.total(post))
    assert torch.equal(half.events(post), case.synapse.events(post))


def test_small_changes_are_not_lost_in_large_weights():
    """1e-4 added to 1 a hundred times: in bfloat16 the weight would not move."""
    half, w = Half(Dense(neurons=1)), torch.ones(1, 1)
    for _ in range(100):
        half.add_outer(w, torch.tensor([[1e-4]]), torch.ones(1, 1))
    assert w.item() == pytest.approx(1.01, abs=1e-4)


def test_a_changed_input_is_rounded_again():
    half, x, w = Half(Dense(neurons=1)), torch.ones(1, 1), torch.ones(1, 1)
    assert half.drive(x, w).item() == 1
    x.fill_(2.0)
    assert half.drive(x, w).item() == 2
    assert half.drive(torch.full((1, 1), 3.0), w).item() == 3


def test_gradients_flow_to_inputs_and_weights():
    half = Half(Conv2d(neurons=2, kernel=1))
    x, w = torch.ones(1, 1, 2, 2), torch.ones(2, 1, 1, 1, requires_grad=True)
    half.drive(x, w)  # of the same x without a gradient, which must not be taken for the next
    x.requires_grad_()
    half.drive(x, w).sum().backward()
    assert x.grad.tolist() == [[[[2.0, 2.0], [2.0, 2.0]]]]
    assert w.grad.flatten().tolist() == [4.0, 4.0]


def test_only_bf16_needs_another_geometry():
    dense = Dense(neurons=1)
    assert lowered(dense, "fp32") is lowered(dense, "tf32") is dense
    assert isinstance(lowered(dense, "bf16"), Half)


def test_what_is_not_here_is_refused():
    with pytest.raises(ConfigurationError, match="--precision fp16: choose from fp32, tf32, bf16"):
        computing("cpu", None, "fp16").__enter__()
    with pytest.raises(ConfigurationError, match=r"--precision tf32: is of GPUs, .* on cpu"):
        computing("cpu", None, "tf32").__enter__()


def test_a_gpu_rounds_only_where_that_is_asked_and_as_before_afterwards():
    places = torch.backends.cuda.matmul, torch.backends.cudnn.conv
    before = [place.fp32_precision for place in places]
    with computing("cpu", None, "fp32"):
        assert [place.fp32_precision for place in places] == ["ieee", "ieee"]
    assert [place.fp32_precision for place in places] == before


def test_the_precision_of_a_record():
    assert precision_of({}) == "fp32"  # made before there was a choice
    assert precision_of({"precision": "bf16"}) == "bf16"
    with pytest.raises(DataError, match="precision is 'int4', not one of fp32, tf32, bf16"):
        precision_of({"precision": "int4"})
