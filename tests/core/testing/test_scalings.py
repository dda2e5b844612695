import re
from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, hold_all, skip

from neuroplast import Delta, NotFiniteError, Scaling
from neuroplast.delta import Computed
from neuroplast.testing import Example, ScalingClaims

FORMULA = "equals its formula, looped"
EXAMPLE = "gives the numbers worked by hand"
SYMBOLIC = "takes a change that is not computed, and gives one"
HANDS = "leaves alone what it is handed, and gives the same again"
FLOAT32 = "keeps float32"
ZERO = "leaves no change at zero"
FINITE = "lets no change that is not finite pass for one that is"
PERMUTED = "follows the neurons when they are permuted"


class Double(Scaling):
    """A scaling."""

    kind: ClassVar[str] = "double"


class Averaging(Double):
    """Δ / count."""

    def scale(self, delta, view):
        return delta / view.count


class AveragingClaims(ScalingClaims):
    of = "double"
    examples = (
        Example({"dw": [[2.0, 4.0], [6.0, 8.0]], "count": 2}, [[1.0, 2.0], [3.0, 4.0]]),
        Example({"dw": [[3.0]], "count": 3, "g": [[1.0, 0.0, 1.0]]}, [[1.0]]),
    )

    def scale(self, scaling, dw, count, g):
        return [[d / count for d in row] for row in dw]


class PerWin(Double):
    """Δ_i / max(number of events in which g_i > 0, 1)."""

    def scale(self, delta, view):
        wins = (view.g > 0).transpose(0, 1).flatten(1).sum(1).to(view.w.dtype)
        return delta / wins.clamp_min(1)


class PerWinClaims(ScalingClaims):
    of = "double"
    examples = (
        Example({"dw": [[6.0], [4.0]], "count": 3, "g": [[1, 0, 1], [0, 0, 0]]}, [[3], [4]]),
    )

    def scale(self, scaling, dw, count, g):
        wins = [max(sum(e > 0 for e in row), 1) for row in g]
        return [[d / n for d in row] for row, n in zip(dw, wins, strict=True)]


class ByLargest(Double):
    """Δ / (max |Δ| + 1e-30)."""

    def scale(self, delta, view):
        largest = delta.tensor().abs().max()
        if not largest.isfinite():
            raise NotFiniteError("change not finite")
        return delta / (largest + 1e-30)


class ByLargestClaims(ScalingClaims):
    of = "double"
    examples = (Example({"dw": [[2.0, -4.0]], "count": 1}, [[0.5, -1.0]]),)

    def scale(self, scaling, dw, count, g):
        largest = max(abs(d) for row in dw for d in row)
        return [[d / largest for d in row] for row in dw]


class AsItIs(Double):
    def scale(self, delta, view):
        return delta


class Twice(Double):
    def scale(self, delta, view):
        return delta / view.count / view.count


class ByStimuli(Double):
    """Forgets that positions count."""

    def scale(self, delta, view):
        return delta / len(view.x)


class PerNeuron(Double):
    """The largest entry along the wrong axis."""

    def scale(self, delta, view):
        return delta / delta.tensor().flatten(1).abs().amax(1)


class WithFloor(Double):
    """A constant that shows only where changes are small."""

    def scale(self, delta, view):
        return delta / (delta.tensor().abs().max() + 1e-5)


class WinsOfTheLayer(Double):
    def scale(self, delta, view):
        return delta / max(int((view.g > 0).sum()), 1)


def wrapped(delta, tensor):
    """A change that is this tensor."""
    return Delta(delta.geometry, delta.w_e, (Computed(lambda: tensor),))


@pytest.mark.parametrize(
    ("part", "claims"),
    [
        (Averaging(), AveragingClaims()),
        (PerWin(), PerWinClaims()),
        (ByLargest(), ByLargestClaims()),
    ],
    ids=["mean", "per win", "largest"],
)
def test_sound_scalings_pass_everything(part, claims):
    hold_all(part, "scalings", claims)


@pytest.mark.parametrize(
    ("part", "claims"),
    [
        (AsItIs(), AveragingClaims()),
        (Twice(), AveragingClaims()),
        (ByStimuli(), AveragingClaims()),
        (PerNeuron(), ByLargestClaims()),
        (WithFloor(), ByLargestClaims()),
        (WinsOfTheLayer(), PerWinClaims()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_another_formula_is_caught(part, claims):
    assert "scaled dw" in catch(part, FORMULA, claims)


def test_an_example_that_does_not_come_out_is_caught():
    assert "off by" in catch(AsItIs(), EXAMPLE, AveragingClaims())
    assert "off by" in catch(WinsOfTheLayer(), EXAMPLE, PerWinClaims())


def test_the_smallest_example_is_one_number_of_everything_where_that_shows_it():
    class Negative(Double):
        def scale(self, delta, view):
            return -delta

    said = catch(Negative(), FORMULA, AveragingClaims())
    assert "count = 1" in said
    assert re.search(r"\bdw = \[\[[^,\[\]]+\]\]", said), "one synapse"


def test_without_claims_the_formula_is_not_asked():
    assert "state its formula" in skip(Averaging(), FORMULA)


def test_claims_without_a_formula_are_told():
    class Silent(ScalingClaims):
        of = "double"

    assert "state its formula" in skip(Averaging(), FORMULA, Silent())


def test_a_tensor_in_place_of_a_delta_is_caught():
    class Computing(Double):
        def scale(self, delta, view):
            return delta.tensor()

    assert "not a Delta" in catch(Computing(), SYMBOLIC)


def test_what_depends_on_how_the_change_is_written_is_caught():
    class OfTheFirstTerm(Double):
        def scale(self, delta, view):
            return delta / (1 + len(delta.terms))

    assert "computed change" in catch(OfTheFirstTerm(), SYMBOLIC)


def test_changing_the_change_in_place_is_caught():
    class Overwriting(Double):
        def scale(self, delta, view):
            delta.terms[0].compute().div_(2)
            return delta

    assert "changed dw" in catch(Overwriting(), HANDS)


def test_remembering_between_calls_is_caught():
    calls = []

    class Counting(Double):
        def scale(self, delta, view):
            calls.append(1)
            return delta / len(calls)

    assert "gave another result" in catch(Counting(), HANDS)


def test_raising_on_the_third_call_is_caught():
    calls = []

    class Weary(Double):
        def scale(self, delta, view):
            calls.append(1)
            if len(calls) == 4:
                raise RuntimeError("tired")
            return delta

    assert "tired" in catch(Weary(), HANDS)


def test_widening_to_float64_is_caught():
    class Wide(Double):
        def scale(self, delta, view):
            return wrapped(delta, delta.tensor().double())

    assert "dtype" in catch(Wide(), FLOAT32)


def test_dividing_a_zero_change_by_zero_is_caught():
    class Unguarded(Double):
        def scale(self, delta, view):
            return delta / delta.tensor().abs().max()

    assert "not finite" in catch(Unguarded(), ZERO)
    hold(Unguarded(), FORMULA, ByLargestClaims())  # only a zero change shows it


def test_hiding_what_is_not_finite_is_caught():
    class Masking(Double):
        def scale(self, delta, view):
            return wrapped(delta, delta.tensor().nan_to_num(0.0, 0.0, 0.0))

    assert "turned a change of nan" in catch(Masking(), FINITE)


def test_a_neuron_that_is_treated_apart_is_caught():
    class FirstOnly(Double):
        def scale(self, delta, view):
            factor = torch.ones(len(view.w), dtype=view.w.dtype)
            factor[0] = 2
            return delta * factor

    assert "permuted" in catch(FirstOnly(), PERMUTED)


def test_a_constant_shows_at_the_magnitude_that_claims_name():
    class Guarded(ByLargestClaims):
        magnitudes = (1.0, 1e-30)

        def scale(self, scaling, dw, count, g):
            largest = max(abs(d) for row in dw for d in row)
            return [[d / (largest + 1e-30) for d in row] for row in dw]

    class Subtracting(Double):
        def scale(self, delta, view):
            return delta / (delta.tensor().abs().max() - 1e-30)

    hold(ByLargest(), FORMULA, Guarded())
    hold(Subtracting(), FORMULA, ByLargestClaims())
    assert "scaled dw" in catch(Subtracting(), FORMULA, Guarded())
