import pytest
import torch
from support.numbers import normal

from neuroplast import ConfigurationError, Fit, Refusal
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.k_wta import KWta
from neuroplast_plugins.competitions.k_wta_all_ties import KWtaAllTies


def compete(v, **parameters):
    return KWtaAllTies(**parameters).compete(torch.tensor(v), NO_STATE).tolist()


def test_whoever_is_level_with_the_kth_largest_is_kept():
    assert compete([[2.0, 1.0, 2.0, 0.5]]) == [[1.0, 0.0, 1.0, 0.0]]
    assert compete([[2.0, 1.0, 3.0, 1.0]], k=3, activity="drive") == [[2.0, 1.0, 3.0, 1.0]]


def test_nobody_fires_where_the_largest_is_not_positive():
    """M8: in Miconi's code a position has no winner when its best thresholded drive is not above 0."""
    assert compete([[-1.0, -2.0], [0.0, -2.0]]) == [[0.0, 0.0], [0.0, 0.0]]
    assert compete([[-1.0, -2.0]], activity="drive") == [[-1.0, 0.0]]
    assert compete([[-1.0, 3.0, -2.0]], k=2) == [[0.0, 1.0, 0.0]]


def test_anti_hebbian_losers():
    assert compete([[2.0, -1.0, 0.5]], anti_hebbian=True) == [[1.0, -1.0, -1.0]]
    drive = compete([[2.0, -1.0, 0.5]], anti_hebbian=True, activity="drive")
    assert drive == [[2.0, 1.0, -0.5]]
    assert compete([[-2.0, -1.0]], anti_hebbian=True) == [[-1.0, -1.0]]


def test_without_ties_it_is_k_wta_where_drives_are_positive():
    v = normal(3, 6, 4, 2).abs()
    for axis in ("channels", "space"):
        for k in (1, 4):
            plain = KWta(k=k, activity="binary", axis=axis).compete(v, NO_STATE)
            assert torch.equal(KWtaAllTies(k=k, axis=axis).compete(v, NO_STATE), plain)


def test_errors():
    KWtaAllTies(k=6, axis="space").check(Fit((1, 2, 3)))
    with pytest.raises(ConfigurationError, match=r"5 winners asked of 4 .*set k to 4"):
        KWtaAllTies(k=5).check(Fit((4, 9, 9)))
    with pytest.raises(Refusal, match="space_without_positions"):
        KWtaAllTies(axis="space").check(Fit((5,)))
