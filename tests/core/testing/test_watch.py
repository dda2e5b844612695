"""What is held of a call: it changes nothing, draws nothing, gives what fits, and the same again."""

import random

import numpy as np
import pytest
import torch

from neuroplast.testing import Violation
from neuroplast.testing.watch import all_same, like, repeatable, same_bits, watched

DRAWS = {
    "torch": lambda: torch.rand(1),
    "numpy": lambda: np.random.rand(),  # noqa: NPY002  (what is to be caught)
    "Python": random.random,
}


def told(call):
    with pytest.raises(Violation) as caught:
        call()
    return f"{caught.value}\n{caught.value.example}"


def test_what_is_left_alone_passes():
    x = torch.tensor([1.0, float("nan")])
    rng = torch.Generator().manual_seed(0)
    assert watched("f", lambda: float(torch.rand(1, generator=rng)) >= 0, x=x) is True


def test_a_change_in_place_shows_before_and_after():
    x = torch.tensor([1.0, 2.0])
    words = told(lambda: watched("f", lambda: x.mul_(3), x=x))
    assert "f: changed x, which it was handed, in place" in words
    assert "x before = [1.0, 2.0]\nx after = [3.0, 6.0]" in words


@pytest.mark.parametrize("whose", DRAWS)
def test_a_draw_from_a_global_generator_is_told(whose):
    assert f"f: drew from {whose}'s global generator" in told(lambda: watched("f", DRAWS[whose]))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([1.0], "gave list [1.0], not a tensor"),
        (torch.zeros(2), "gave shape (2,), expected (1,)"),
        (torch.zeros(1, dtype=torch.float64), "gave dtype torch.float64, expected torch.float32"),
        (torch.zeros(1, device="meta"), "gave device meta, expected cpu"),
        (torch.tensor([float("inf")]), "gave a value that is not finite\nv = 3\nfound = [inf]"),
    ],
)
def test_what_does_not_fit_is_told(found, words):
    assert words in told(lambda: like("f", found, torch.zeros(1), v=3))


def test_what_fits_is_given_back():
    found = torch.ones(1)
    assert like("f", found, torch.zeros(1)) is found


def test_the_third_call_counts_too():
    for times, what in ((3, "gave another result"), (2, "raised ValueError on call 3: enough")):
        calls = []

        def call(calls=calls, times=times):
            calls.append(1)
            if times == 2 and len(calls) == 3:
                raise ValueError("enough")
            return torch.tensor(float(len(calls) >= 3) if times == 3 else 0.0)

        assert what in told(lambda call=call: repeatable("f", call))
    assert repeatable("f", lambda: torch.tensor(float("nan"))).isnan()


def test_bits():
    nan = torch.tensor([float("nan"), 1.0])
    assert same_bits(nan, nan.clone())
    assert not same_bits(nan, torch.tensor([0.0, 1.0]))
    assert not same_bits(torch.zeros(1), torch.zeros(2))
    assert same_bits(torch.tensor([1, 2]), torch.tensor([1, 2]))
    assert all_same({"a": nan}, {"a": nan})
    assert not all_same({"a": nan}, {"b": nan})
    assert not all_same({"a": nan}, {"a": nan + 1})
