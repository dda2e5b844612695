import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import ConstraintContext
from neuroplast_plugins.constraints.unit_norm import UnitNorm

CONTEXT = ConstraintContext(torch.Generator())


def test_by_hand():
    w = torch.tensor([[3.0, 4.0], [0.0, -0.5], [0.6, 0.8]])
    corrected = UnitNorm().enforce(w, CONTEXT)
    assert_close(w, torch.tensor([[0.6, 0.8], [0.0, -1.0], [0.6, 0.8]]))
    assert corrected.item() == 2
    assert corrected.dim() == 0


def test_a_neuron_without_weights_stays_at_zero_and_does_not_count():
    w = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    assert UnitNorm().enforce(w, CONTEXT).item() == 0
    assert_close(w, torch.tensor([[0.0, 0.0], [1.0, 0.0]]))


@given(seed=st.integers(0, 10_000), last=st.booleans())
def test_all_incoming_weights_together_come_to_unit_length(seed, last):
    w = normal(4, 3, 2, 2, seed=seed)
    w = w.contiguous(memory_format=torch.channels_last) if last else w
    before, address = w.clone(), w.data_ptr()
    UnitNorm().enforce(w, CONTEXT)
    assert w.data_ptr() == address
    lengths = w.square().sum((1, 2, 3))
    assert_close(lengths, torch.ones_like(lengths))
    assert_close(w * before.flatten(1).norm(dim=1)[:, None, None, None], before)


def test_enforced_twice_is_enforced_once():
    w = normal(4, 5)
    UnitNorm().enforce(w, CONTEXT)
    once = w.clone()
    assert UnitNorm().enforce(w, CONTEXT).item() == 0
    assert_close(w, once)


def test_initial_weights_are_brought_to_unit_length():
    w = normal(4, 5)
    UnitNorm().start(w, CONTEXT)
    assert_close(w.norm(dim=1), torch.ones(4, dtype=w.dtype))
