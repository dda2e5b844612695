"""Errors that a check did not expect."""

import pytest
import torch
from support.doubles import Growth

from neuroplast.testing import unexpected
from neuroplast.testing.bench import ladder
from neuroplast.testing.numbers import float64
from neuroplast.testing.watch import like, watched


def raised(call):
    with pytest.raises(Exception) as caught:  # noqa: PT011  (each is another one)
        call()
    return caught.value


def test_of_what_the_kit_called_the_place_and_what_was_at_hand():
    def broken():
        raise OSError("no")

    x = torch.tensor([1.0, 2.0])
    error = raised(lambda: watched("f", broken, x=x))
    trace = unexpected.trace(error)
    assert 'raise OSError("no")' in trace
    assert trace.endswith("OSError: no\n")


def test_of_the_kits_own_call_its_line():
    """The call itself fails, as with a wrong signature."""

    class Part(Growth):
        def delta(self, view, more):
            return None

    view = next(ladder()).view()
    part = Part()
    error = raised(lambda: like("f", watched("f", lambda: part.delta(view)), view.x))
    assert "TypeError" in unexpected.trace(error)
    error = raised(lambda: float64([[1.0], [2.0, 3.0]]))
    assert "return torch.as_tensor(values, dtype=torch.float64)" in unexpected.call(error)


def test_claims_that_raise_are_told_from_a_part_that_does():
    class Claimed:
        def change(self, part):
            return part.delta() if part else 1 / 0

    class Part:
        def delta(self):
            return 1 / 0

    claims = Claimed()
    assert unexpected.speaker(raised(lambda: claims.change(None)), claims) == "its claims "
    assert unexpected.speaker(raised(lambda: claims.change(Part())), claims) == ""
    assert unexpected.speaker(raised(lambda: 1 / 0), None) == ""


def test_the_example_is_what_the_nearest_function_of_the_kit_had():
    class Odd:
        shape = property(lambda self: 1 / 0)

    error = raised(lambda: like("f", torch.ones(1), Odd(), v=3))
    assert unexpected.example(error) == "found = [1.0]"
    assert unexpected.example(raised(lambda: 1 / 0)) == ""
