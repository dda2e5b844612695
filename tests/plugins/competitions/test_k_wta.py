import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import ConfigurationError, Fit
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.hard_wta import HardWta
from neuroplast_plugins.competitions.k_wta import KWta


def compete(v, k, **parameters):
    part, kept = KWta(k=k, **parameters), v.clone()
    g = part.compete(v, NO_STATE)
    assert torch.equal(v, kept), "the drive was changed"
    assert g.shape == v.shape
    assert g.dtype == v.dtype
    return g


def test_by_hand():
    v = torch.tensor([[0.2, 3.0, -1.0, 1.0], [5.0, 4.0, 4.5, -2.0]])
    assert_close(compete(v, 2), torch.tensor([[0.0, 3.0, 0.0, 1.0], [5.0, 0.0, 4.5, 0.0]]))
    binary = compete(v, 3, activity="binary")
    assert_close(binary, torch.tensor([[1.0, 1.0, 0.0, 1.0], [1.0, 1.0, 1.0, 0.0]]))


def test_anti_hebbian_losers_by_hand():
    v = torch.tensor([[0.2, 3.0, -1.0, 1.0]])
    g = compete(v, 2, anti_hebbian=True)
    assert_close(g, torch.tensor([[-0.2, 3.0, 1.0, 1.0]]))
    binary = compete(v, 2, anti_hebbian=True, activity="binary")
    assert_close(binary, torch.tensor([[-1.0, 1.0, -1.0, 1.0]]))


@given(seed=st.integers(0, 10_000), neurons=st.integers(1, 12), data=st.data())
def test_equals_sorting_with_ties_to_the_lowest_index(seed, neurons, data):
    k = data.draw(st.integers(1, neurons))
    v = normal(2, neurons, 3, seed=seed).round()  # few different values, so many ties
    g = compete(v, k, activity="binary")
    for b in range(2):
        for t in range(3):
            drives = v[b, :, t].tolist()
            winners = sorted(range(neurons), key=lambda i: (-drives[i], i))[:k]
            assert g[b, :, t].tolist() == [float(i in winners) for i in range(neurons)]


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("value", [0.0, -3.0, 3.0])
def test_of_equal_drives_the_first_k_win(k, value):
    g = compete(torch.full((2, 5, 3, 3), value), k, activity="binary")
    assert (g[:, :k] == 1).all()
    assert (g[:, k:] == 0).all()


def test_negative_drives_win_where_there_are_no_others():
    v = torch.tensor([[-3.0, -1.0, -2.0]])
    assert_close(compete(v, 2), torch.tensor([[0.0, -1.0, -2.0]]))


def test_k_of_all_neurons_leaves_all_active():
    v = normal(3, 4, 2, 2)
    assert torch.equal(compete(v, 4), v)
    assert torch.equal(compete(v, 4, activity="binary"), torch.ones_like(v))


@pytest.mark.parametrize("axis", ["channels", "space"])
def test_one_of_k_is_the_hard_winner(axis):
    v = normal(3, 5, 4, 4).round()
    hard = HardWta(activity="drive", axis=axis).compete(v, NO_STATE)
    assert torch.equal(compete(v, 1, axis=axis), hard)


def test_one_neuron():
    v = normal(3, 1)
    assert torch.equal(compete(v, 1), v)


def test_among_the_positions_of_a_channel():
    v = torch.tensor([[[[1.0, 5.0], [2.0, 5.0]], [[-1.0, -4.0], [-0.5, -2.0]]]])
    g = compete(v, 3, axis="space", activity="binary")
    assert_close(g, torch.tensor([[[[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]]]]))


@given(seed=st.integers(0, 10_000), axis=st.sampled_from(["channels", "space"]))
def test_reordered_neurons_stimuli_or_positions_win_the_same(seed, axis):
    v = normal(4, 5, 3, 3, seed=seed)
    shuffle = torch.Generator().manual_seed(seed)
    for dim in (0, 1, 2, 3):
        order = torch.randperm(v.shape[dim], generator=shuffle)
        reordered = compete(v.index_select(dim, order), 3, axis=axis)
        assert torch.equal(reordered, compete(v, 3, axis=axis).index_select(dim, order))


def test_channels_last_input_competes_alike():
    v = normal(2, 4, 3, 5)
    for axis in ("channels", "space"):
        last = compete(v.contiguous(memory_format=torch.channels_last), 2, axis=axis)
        assert torch.equal(last, compete(v, 2, axis=axis))


def test_more_winners_than_there_are_to_choose_from_are_refused():
    KWta(k=4).check(Fit((4,)))
    KWta(k=4).check(Fit((4, 2, 2)))
    KWta(k=6, axis="space").check(Fit((1, 2, 3)))
    with pytest.raises(ConfigurationError, match=r"5 winners asked of 4 .*set k to 4"):
        KWta(k=5).check(Fit((4, 9, 9)))
    with pytest.raises(ConfigurationError, match=r"7 winners asked of 6"):
        KWta(k=7, axis="space").check(Fit((9, 2, 3)))
    with pytest.raises(ConfigurationError, match="channels"):
        KWta(k=1, axis="space").check(Fit((5,)))


@pytest.mark.parametrize("k", [0, -1, 1.5])
def test_k_is_a_positive_whole_number(k):
    with pytest.raises(ValidationError):
        KWta(k=k)
