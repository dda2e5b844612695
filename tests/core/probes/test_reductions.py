"""Windows of values, by hand."""

import sys

import pytest
import torch

from neuroplast.probes.reductions import Accumulator, bin_edges, lower_edges
from neuroplast.recording.recorder import Statistic

VALUES = [[1.0, -2.0], [3.0, 0.0], [-1.0, 5.0]]


@pytest.mark.parametrize(
    ("reduce", "expected"),
    [
        ("last", [-1, 5]),
        ("sum", [3, 3]),
        ("mean", [1, 1]),
        ("min", [-1, -2]),
        ("max", [3, 5]),
    ],
)
def test_of_a_window_each_entry_by_itself(reduce, expected):
    window = Accumulator(Statistic(reduce))
    for value in VALUES:
        window.add(torch.tensor(value))
    assert window.take().tolist() == expected
    assert window.take() is None
    window.add(torch.tensor([7.0, 7.0]))
    assert window.take().tolist() == [7, 7]


def test_a_histogram_counts_all_entries_and_those_outside_at_its_ends():
    """Bins from -1 to 3, two wide; a lower edge belongs to its bin, what is not a number to none."""
    window = Accumulator(Statistic.histogram, bin_edges(2, (-1.0, 3.0)))
    for value in [*VALUES, [float("nan"), float("inf")]]:
        window.add(torch.tensor(value))
    # below -1: -2 | from -1: 0, -1 | from 1: 1 | from 3: 3, 5, inf
    assert window.take().tolist() == [1, 2, 1, 3]
    assert lower_edges(bin_edges(2, (-1.0, 3.0))) == (-sys.float_info.max, -1, 1, 3)


def test_counts_stay_whole():
    window = Accumulator(Statistic.sum)
    for _ in range(3):
        window.add(torch.tensor([2**24 + 1, 0]))
    assert window.take().tolist() == [3 * 2**24 + 3, 0]


def test_short_numbers_are_summed_as_long_ones():
    window = Accumulator(Statistic.sum)
    for _ in range(3):
        window.add(torch.tensor([1000.0, 0.25], dtype=torch.float16))
    window.add(torch.tensor([0.25, 0.25], dtype=torch.float16))
    assert window.take().tolist() == [3000.25, 1]


@pytest.mark.parametrize("reduce", [s for s in Statistic if s != Statistic.last])
def test_what_is_added_is_left_as_it_is(reduce):
    first = torch.tensor([1.0, 2.0])
    window = Accumulator(reduce, (0.0, 1.0))
    window.add(first)
    window.add(torch.tensor([5.0, 0.0]))
    assert first.tolist() == [1, 2]


@pytest.mark.parametrize("reduce", [s for s in Statistic if s != Statistic.last])
def test_a_window_goes_on_from_its_state(reduce):
    one, other = (Accumulator(reduce, (0.0, 1.0)) for _ in range(2))
    one.add(torch.tensor(VALUES[0]))
    state = one.state()
    other.load_state(state, torch.device("cpu"))
    for window in (one, other):
        window.add(torch.tensor(VALUES[1]))
    assert one.take().equal(other.take())
