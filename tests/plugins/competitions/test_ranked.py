import pytest
import torch
from pydantic import ValidationError
from support.numbers import normal

from neuroplast import ConfigurationError, Fit
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.outcomes import at_rank
from neuroplast_plugins.competitions.ranked import Ranked


def compete(v, **parameters):
    return Ranked(**parameters).compete(v, NO_STATE)


def test_by_hand():
    v = torch.tensor([[0.2, 3.0, -1.0, 1.0]], dtype=torch.float64)
    assert compete(v).tolist() == [[0.0, 1.0, 0.0, -0.4]]
    assert compete(v, k=3, delta=0.1).tolist() == [[-0.1, 1.0, 0.0, 0.0]]
    assert compete(v, k=4).tolist() == [[0.0, 1.0, -0.4, 0.0]]


def test_of_equal_drives_the_lowest_index_ranks_higher():
    v = torch.full((1, 4), -2.0, dtype=torch.float64)
    for k in (2, 3, 4):
        assert compete(v, k=k).tolist() == [
            [1.0] + [-0.4 if i == k - 1 else 0.0 for i in (1, 2, 3)]
        ]


def test_ranks_are_those_of_a_stable_sort():
    v = normal(3, 7, 5).round()  # few different values, so many ties
    order = v.sort(dim=1, descending=True, stable=True).indices
    for rank in range(1, 8):
        assert torch.equal(at_rank(v, rank, 1).to(torch.uint8).argmax(1), order[:, rank - 1])
        assert (at_rank(v, rank, 1).sum(1) == 1).all()


def test_among_the_positions_of_a_channel():
    v = torch.tensor([[[[1.0, 5.0], [2.0, 4.0]]]])
    expected = torch.tensor([[[[0.0, 1.0], [0.0, -0.4]]]])
    assert torch.equal(compete(v, axis="space"), expected)


def test_a_rank_that_nobody_has():
    Ranked(k=4).check(Fit((4,)))
    with pytest.raises(ConfigurationError, match=r"rank 5 asked of 4 .*set k to 4"):
        Ranked(k=5).check(Fit((4,)))
    with pytest.raises(ValidationError):
        Ranked(k=1)  # the winner cannot unlearn
