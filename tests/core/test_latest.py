"""What is remembered of a tensor is forgotten when it changes, and when it is gone."""

import weakref

import pytest
import torch

from neuroplast.latest import Latest


@pytest.fixture
def x():
    return torch.zeros(3)


def test_an_answer_is_about_one_tensor_and_one_question(x):
    latest = Latest()
    assert latest.get(x) is None
    answer = latest.keep(x, x + 1, "next")
    assert latest.get(x, "next") is answer
    assert latest.get(x) is None
    assert latest.get(x.clone(), "next") is None
    assert latest.get(x.view(3), "next") is None


def test_only_the_last_is_kept(x):
    latest = Latest()
    other = latest.keep(x, x + 1)
    latest.keep(other, x)
    assert latest.get(x) is None
    assert latest.get(other) is x


def test_a_change_in_place_is_noticed(x):
    latest = Latest()
    latest.keep(x, x + 1)
    x[0] = 5
    assert latest.get(x) is None


def test_an_answer_about_what_is_gone_is_let_go():
    latest, x = Latest(), torch.zeros(3)
    answer = weakref.ref(latest.keep(x, x + 1))
    del x
    assert answer() is None
    y = torch.zeros(3)
    latest.keep(y, y)
    assert latest.get(y) is y


def test_nothing_is_kept_where_changes_are_not_counted():
    latest = Latest()
    with torch.inference_mode():
        x = torch.zeros(3)
        latest.keep(x, x + 1)
        assert latest.get(x) is None
