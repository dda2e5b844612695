import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import ConfigurationError, Fit
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.hard_wta import HardWta


def compete(v, **parameters):
    part, kept = HardWta(**parameters), v.clone()
    g = part.compete(v, NO_STATE)
    assert torch.equal(v, kept), "the drive was changed"
    assert g.shape == v.shape
    assert g.dtype == v.dtype
    return g


def test_by_hand():
    v = torch.tensor([[0.2, 3.0, -1.0], [5.0, 4.0, 4.5]])
    assert_close(compete(v), torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
    assert_close(compete(v, activity="drive"), torch.tensor([[0.0, 3.0, 0.0], [5.0, 0.0, 0.0]]))


def test_anti_hebbian_losers_by_hand():
    v = torch.tensor([[0.2, 3.0, -1.0]])
    assert_close(compete(v, anti_hebbian=True), torch.tensor([[-1.0, 1.0, -1.0]]))
    # the published mode: +y at the winner, -y elsewhere, so a negative drive becomes positive
    g = compete(v, anti_hebbian=True, activity="drive")
    assert_close(g, torch.tensor([[-0.2, 3.0, 1.0]]))


@pytest.mark.parametrize("neurons", [2, 3, 17, 1000])
@pytest.mark.parametrize("positions", [(), (3, 5)], ids=["dense", "map"])
@pytest.mark.parametrize("value", [0.0, 2.5, -2.5])
def test_of_equal_drives_the_first_neuron_wins(neurons, positions, value):
    g = compete(torch.full((2, neurons, *positions), value))
    assert (g[:, 0] == 1).all()
    assert (g[:, 1:] == 0).all()


@given(seed=st.integers(0, 10_000), neurons=st.integers(2, 40))
def test_ties_go_to_the_lowest_index(seed, neurons):
    v = normal(3, neurons, 4, 2, seed=seed).round()  # few different values, so many ties
    g = compete(v)
    for b in range(3):
        for h in range(4):
            for w in range(2):
                drives = v[b, :, h, w].tolist()
                first = drives.index(max(drives))
                assert g[b, :, h, w].tolist() == [float(i == first) for i in range(neurons)]


def test_somebody_wins_where_all_are_negative():
    v = torch.tensor([[-3.0, -1.0, -2.0]])
    assert_close(compete(v), torch.tensor([[0.0, 1.0, 0.0]]))
    assert_close(compete(v, activity="drive"), torch.tensor([[0.0, -1.0, 0.0]]))


def test_one_neuron_always_wins():
    v = normal(4, 1, 2, 2)
    assert_close(compete(v), torch.ones_like(v))
    assert_close(compete(v, activity="drive"), v)


def test_among_the_positions_of_a_channel():
    v = torch.tensor([[[[1.0, 5.0], [2.0, 5.0]], [[-1.0, -4.0], [-0.5, -2.0]]]])
    g = compete(v, axis="space")
    assert_close(g, torch.tensor([[[[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]]]))


@pytest.mark.parametrize("axis", ["channels", "space"])
def test_one_winner_along_the_axis_and_no_other(axis):
    v = normal(3, 5, 4, 6).contiguous(memory_format=torch.channels_last)
    g = compete(v, axis=axis)
    over = 1 if axis == "channels" else (2, 3)
    assert (g.sum(over) == 1).all()
    assert torch.equal((g * v).sum(over), v.amax(over))


@given(seed=st.integers(0, 10_000), axis=st.sampled_from(["channels", "space"]))
def test_reordered_neurons_stimuli_or_positions_win_the_same(seed, axis):
    v = normal(4, 5, 3, 3, seed=seed)
    shuffle = torch.Generator().manual_seed(seed)
    for dim in (0, 1, 2, 3):
        order = torch.randperm(v.shape[dim], generator=shuffle)
        reordered = compete(v.index_select(dim, order), axis=axis, activity="drive")
        plain = compete(v, axis=axis, activity="drive").index_select(dim, order)
        assert torch.equal(reordered, plain)


def test_space_needs_positions():
    HardWta(axis="space").check(Fit((5, 3, 3)))
    HardWta(axis="channels").check(Fit((5,)))
    with pytest.raises(ConfigurationError, match="channels"):
        HardWta(axis="space").check(Fit((5,)))
