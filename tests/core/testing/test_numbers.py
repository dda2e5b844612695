"""Comparisons of numbers, and how examples are put into words."""

import pytest
import torch

from neuroplast.testing import Violation
from neuroplast.testing.numbers import far, hold_near, in_words, normal


def test_normal_numbers_are_those_of_their_seed():
    assert torch.equal(normal(3, 2, seed=1), normal(3, 2, seed=1))
    assert not torch.equal(normal(3, 2, seed=1), normal(3, 2, seed=2))
    assert normal(2, dtype=torch.float32).dtype == torch.float32
    many = normal(10_000)
    assert abs(float(many.mean())) < 0.05
    assert abs(float(many.std()) - 1) < 0.05


@pytest.mark.parametrize(
    ("found", "expected", "distance"),
    [
        ([1.0, 4.0], [1.0, 4.0], 0.0),
        ([1.0, 5.0], [1.0, 4.0], 0.25),
        ([0.5, 0.0], [0.0, -2.0], 1.0),
        ([1.0], [1.0, 1.0], float("inf")),
        ([float("nan"), 1.0], [1.0, 1.0], float("inf")),
        ([], [], 0.0),
    ],
)
def test_distance_is_relative_to_the_largest_expected_number(found, expected, distance):
    assert far(torch.tensor(found), torch.tensor(expected)) == distance


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([1.0], "dw: found shape (1,), expected (2,)"),
        ([1.0, float("inf")], "dw: found a value that is not finite"),
        ([1.0, 3.0], "dw: off by 0.5 of the largest expected value (allowed 1e-10)"),
    ],
)
def test_what_is_not_near_is_told_with_what_was_given(found, words):
    with pytest.raises(Violation) as caught:
        hold_near("dw", torch.tensor(found), [1.0, 2.0], x=torch.tensor([7.0]))
    assert str(caught.value) == words
    assert caught.value.example.startswith("x = [7.0]\nfound = [1.0")
    assert caught.value.example.endswith("expected = [1.0, 2.0]")


def test_what_is_near_passes():
    hold_near("dw", torch.tensor([1.0, 2.0 + 1e-11], dtype=torch.float64), [1.0, 2.0])
    hold_near("dw", torch.tensor([1.0, 2.5]), [1.0, 2.0], tolerance=0.25)


def test_small_tensors_are_shown_by_their_numbers_and_large_ones_by_their_shape():
    words = in_words(
        a=torch.tensor([[1 / 3], [2.0]]),
        b=torch.zeros(5, 5),
        c=torch.zeros(1, device="meta"),
        d=0.1234567,
        e="text",
        f=torch.tensor([True]),
    )
    assert words.splitlines() == [
        "a = [[0.333333], [2.0]]",
        "b = torch.float32 of shape (5, 5)",
        "c = torch.float32 of shape (1,)",
        "d = 0.123457",
        "e = text",
        "f = [1.0]",
    ]
