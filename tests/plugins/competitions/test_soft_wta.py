from math import exp

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast import ConfigurationError, Fit
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.soft_wta import SoftWta


def compete(v, **parameters):
    part, kept = SoftWta(**parameters), v.clone()
    g = part.compete(v, NO_STATE)
    assert torch.equal(v, kept), "the drive was changed"
    assert g.shape == v.shape
    assert g.dtype == v.dtype
    return g


def test_by_hand():
    v = torch.log(torch.tensor([[1.0, 2.0, 5.0]]))
    s = torch.tensor([[0.125, 0.25, 0.625]])  # 1, 2, 5 over 8
    assert_close(compete(v, anti_hebbian=False), s)
    assert_close(compete(v), torch.tensor([[-0.125, -0.25, 0.625]]))


def test_the_inverse_temperature_multiplies_the_drive():
    v = torch.log(torch.tensor([[1.0, 2.0, 3.0]]))
    g = compete(v, inverse_temperature=2, anti_hebbian=False)
    assert_close(g, torch.tensor([[1.0, 4.0, 9.0]]) / 14)  # the shares squared


def scalar_softmax(drives, b):
    top = max(drives)
    powers = [exp(b * (d - top)) for d in drives]
    return [p / sum(powers) for p in powers]


@given(
    seed=st.integers(0, 10_000),
    neurons=st.integers(1, 8),
    b=st.floats(0.1, 20),
    anti=st.booleans(),
)
def test_equals_a_loop_over_positions(seed, neurons, b, anti):
    v = normal(2, neurons, 3, 2, seed=seed).mul(2).round().div(2)  # some ties
    g = compete(v, inverse_temperature=b, anti_hebbian=anti)
    for n in range(2):
        for h in range(3):
            for w in range(2):
                drives = v[n, :, h, w].tolist()
                s, first = scalar_softmax(drives, b), drives.index(max(drives))
                signs = [1 if i == first or not anti else -1 for i in range(neurons)]
                expected = torch.tensor([x * y for x, y in zip(s, signs, strict=True)])
                assert_close(g[n, :, h, w].float(), expected)


def test_among_the_positions_of_a_channel():
    v = torch.log(torch.tensor([[[[1.0, 2.0], [5.0, 2.0]], [[3.0, 3.0], [3.0, 1.0]]]]))
    shares = torch.tensor([[[[0.1, 0.2], [0.5, 0.2]], [[0.3, 0.3], [0.3, 0.1]]]])
    signs = torch.tensor([[[[-1.0, -1.0], [1.0, -1.0]], [[1.0, -1.0], [-1.0, -1.0]]]])
    assert_close(compete(v, axis="space", anti_hebbian=False), shares)
    assert_close(compete(v, axis="space"), shares * signs)


@pytest.mark.parametrize("neurons", [2, 7, 500])
def test_of_equal_drives_the_first_neuron_wins(neurons):
    g = compete(torch.full((2, neurons, 3, 3), -4.0))
    assert_close(g[:, 0], torch.full((2, 3, 3), 1 / neurons))
    assert_close(g[:, 1:], torch.full((2, neurons - 1, 3, 3), -1 / neurons))


@pytest.mark.parametrize("size", [1e3, 1e10, 1e30])
def test_drives_of_any_size_give_shares(size):
    """At the start of SoftHebb's learning the drives are far from zero."""
    v = torch.tensor([[1.0, 0.0, -1.0]]) * size
    g = compete(v, inverse_temperature=12.0, anti_hebbian=False)
    assert_close(g, torch.tensor([[1.0, 0.0, 0.0]]))
    assert_close(compete(-v.abs()), torch.tensor([[0.0, 1.0, 0.0]]))


def test_a_large_inverse_temperature_is_hard():
    v = normal(4, 6, 3)
    winner = torch.zeros_like(v).scatter_(1, v.argmax(1, keepdim=True), 1.0)
    assert_near(compete(v, inverse_temperature=1e9), winner, 1e-6)


def test_one_neuron_has_the_whole_share():
    v = normal(3, 1, 2, 2)
    assert_close(compete(v), torch.ones_like(v))


@given(seed=st.integers(0, 10_000), shift=st.floats(-50, 50))
def test_shares_are_of_one_and_a_common_drive_cancels(seed, shift):
    v = normal(3, 5, seed=seed)
    s = compete(v, anti_hebbian=False)
    assert_close(s.sum(1), torch.ones(3, dtype=v.dtype))
    assert_near(compete(v + shift, anti_hebbian=False), s, 1e-9)
    g = compete(v)
    assert torch.equal(g.abs(), s)
    assert torch.equal((g > 0).sum(1), torch.ones(3, dtype=torch.int64))
    assert torch.equal(g.argmax(1), v.argmax(1))


@given(seed=st.integers(0, 10_000), axis=st.sampled_from(["channels", "space"]))
def test_reordered_neurons_stimuli_or_positions_share_the_same(seed, axis):
    v = normal(4, 5, 3, 3, seed=seed)
    shuffle = torch.Generator().manual_seed(seed)
    for dim in (0, 1, 2, 3):
        order = torch.randperm(v.shape[dim], generator=shuffle)
        reordered = compete(v.index_select(dim, order), axis=axis)
        assert_near(reordered, compete(v, axis=axis).index_select(dim, order))


def test_channels_last_input_shares_alike():
    v = normal(2, 4, 3, 5)
    for axis in ("channels", "space"):
        last = compete(v.contiguous(memory_format=torch.channels_last), axis=axis)
        assert_near(last, compete(v, axis=axis))


def test_refused_parameters():
    for wrong in ({"inverse_temperature": 0}, {"inverse_temperature": -1}, {"axis": "batch"}):
        with pytest.raises(ValidationError):
            SoftWta(**wrong)
    with pytest.raises(ConfigurationError, match="channels"):
        SoftWta(axis="space").check(Fit((5,)))
