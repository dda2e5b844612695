"""Errors that a check did not expect."""

import pytest
import torch
from support.doubles import Growth

from neuroplast.registry import Registry
from neuroplast.testing import Subject, unexpected
from neuroplast.testing.bench import ladder
from neuroplast.testing.manners import takes_its_arguments
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
    violation = raised(lambda: takes_its_arguments(Subject(part, {}, None, Registry())))
    assert violation.__cause__ is not None
    assert unexpected.trace(violation.__cause__) == ""
    assert "bind" in unexpected.call(violation.__cause__)


def test_the_example_is_what_the_nearest_function_of_the_kit_had():
    class Odd:
        shape = property(lambda self: 1 / 0)

    error = raised(lambda: like("f", torch.ones(1), Odd(), v=3))
    assert unexpected.example(error) == "found = [1.0]"
    assert unexpected.example(raised(lambda: 1 / 0)) == ""
