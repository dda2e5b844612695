"""A window counts the same however large what was presented is, and wherever its state is taken."""

import pytest
import torch
from torch.testing import assert_close

from neuroplast.probes import window as windows
from neuroplast.probes.window import Window, counted

DRIVES = [torch.tensor([[1.0, 3, 2], [0, 5, 1]]), torch.tensor([[9.0, 1, 1]])]


@pytest.fixture(params=["small", "large", "mixed", "counted early"])
def window(request, monkeypatch):
    small = {"large": 0, "mixed": 3}
    monkeypatch.setattr(windows, "SMALL", small.get(request.param, windows.SMALL))
    monkeypatch.setattr(windows, "STEPS", 1 if request.param == "counted early" else 1000)
    return Window(3)


def test_activity_is_a_mean_and_wins_are_a_sum(window):
    for v in DRIVES:
        window.add(v, 2 * v)
    activity, won = counted([window])
    assert_close(activity, torch.tensor([[20.0, 18.0, 8.0]]) / 3)
    assert won.tolist() == [[1, 2, 0]]


def test_windows_counted_together_are_told_apart(window):
    """Of unequal lengths, one of them with a part that was counted before."""
    other = Window(3)
    window.add(DRIVES[1], DRIVES[1])
    for v in DRIVES:
        other.add(v, v)
    other.state()
    other.add(DRIVES[0], DRIVES[0])
    activity, won = counted([window, other])
    assert won.tolist() == [[1, 0, 0], [1, 4, 0]]
    assert_close(activity, torch.tensor([[9.0, 1, 1], [11 / 5, 17 / 5, 7 / 5]]))


def test_what_changes_after_it_was_added_does_not_change_the_window(window):
    v = DRIVES[0].clone()
    window.add(v, v)
    v.fill_(7.0)
    activity, won = counted([window])
    assert activity.tolist() == [[0.5, 4, 1.5]]
    assert won.tolist() == [[0, 2, 0]]


def test_a_window_goes_on_from_its_state(window):
    window.add(DRIVES[0], DRIVES[0])
    kept = {k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in window.state().items()}
    again = Window(**kept)
    for one in (window, again):
        one.add(DRIVES[1], DRIVES[1])
    for mine, other in zip(counted([window]), counted([again]), strict=True):
        assert mine.equal(other)
