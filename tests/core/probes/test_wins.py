"""Winners are counted alike however they are found."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from neuroplast.functional import argmax
from neuroplast.probes import wins
from neuroplast.probes.wins import count_winners, win_counts, winners


def test_wins_by_hand():
    assert win_counts(torch.tensor([[1.0, 2, 2], [0, 0, 0], [1, 0, 3]])).tolist() == [1, 1, 1]


@given(
    seed=st.integers(0, 2**16),
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    last=st.booleans(),
)
def test_every_way_of_counting_gives_the_same(seed, shape, last):
    """Few distinct values, so that there are ties; a slow loop beside it, in which the first of equal ones wins."""
    rng = torch.Generator().manual_seed(seed)
    v = torch.randint(0, 3, shape, generator=rng).float()
    if last:
        v = v.movedim(1, -1).contiguous().movedim(-1, 1)
    expected = [0] * shape[1]
    for values in v.movedim(1, -1).reshape(-1, shape[1]).tolist():
        expected[values.index(max(values))] += 1
    assert win_counts(v).tolist() == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wins, "MANY", 1)
        assert win_counts(v).tolist() == expected
        holes = torch.where(v > 1, torch.nan, v)
        found = holes.argmax(1).flatten()
        assert win_counts(holes).tolist() == torch.bincount(found, minlength=shape[1]).tolist()
    assert win_counts(v.bfloat16()).tolist() == expected
    windows = [[winners(v), winners(v)], [winners(v.bfloat16())]]
    assert count_winners(windows, shape[1]).tolist() == [[2 * n for n in expected], expected]


def test_what_the_competition_found_is_taken():
    v = torch.tensor([[1.0, 2, 2], [0, 0, 0]])
    argmax(v)[0] = 0  # as if it had been found so
    assert winners(v).tolist() == [0, 0]
    assert win_counts(v).tolist() == [2, 0, 0]
