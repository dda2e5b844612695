"""A tally is the same however it is made, and of windows of any length."""

import pytest
import torch
from torch.testing import assert_close

from neuroplast.probes import tally
from neuroplast.probes.tally import Tally

DRIVES = [torch.tensor([[1.0, 3, 2], [0, 5, 1]]), torch.tensor([[9.0, 1, 1]])]


@pytest.fixture(params=["kept", "reduced"])
def window(request, monkeypatch):
    if request.param == "reduced":
        monkeypatch.setattr(tally, "SMALL", 0)
    return Tally()


def test_activity_is_a_mean_and_wins_are_a_sum(window):
    for v in DRIVES:
        window.add(v, 2 * v)
    activity, won = window.take()
    assert_close(activity, torch.tensor([20.0, 18.0, 8.0]) / 3)
    assert won.tolist() == [1, 2, 0]


def test_a_window_begins_where_the_last_was_taken(window):
    window.add(DRIVES[0], DRIVES[0])
    window.take()
    assert window.take() is None
    window.add(DRIVES[1], DRIVES[1])
    activity, won = window.take()
    assert activity.tolist() == [9, 1, 1]
    assert won.tolist() == [1, 0, 0]


def test_what_changes_after_it_was_added_does_not_change_the_tally(window):
    v = DRIVES[0].clone()
    window.add(v, v)
    v.fill_(7.0)
    activity, won = window.take()
    assert activity.tolist() == [0.5, 4, 1.5]
    assert won.tolist() == [0, 2, 0]


def test_a_window_goes_on_from_its_state(window):
    window.add(DRIVES[0], DRIVES[0])
    again = Tally()
    again.load_state(window.state(), torch.device("cpu"))
    for one in (window, again):
        one.add(DRIVES[1], DRIVES[1])
    for mine, other in zip(window.take(), again.take(), strict=True):
        assert mine.equal(other)
