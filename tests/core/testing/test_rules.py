"""What rules are held to: their equation, on paper, in a loop, and on every geometry."""

import re
from types import SimpleNamespace

import pytest
import torch
from support.asking import catch, hold, skip
from support.rules_in_kit import (
    SOUND,
    Centred,
    CentredClaims,
    Double,
    DoubleClaims,
    Placed,
    PlacedClaims,
    Rewarded,
    RewardedClaims,
    Sliding,
    SlidingClaims,
    Tracing,
    TracingClaims,
    broken,
    computed,
    registry_with_convolutions,
)

from neuroplast import hookimpl
from neuroplast.testing import Example, RuleClaims, check_part

LOOPED = "equals its formula, looped"
EVERYWHERE = "equals its formula on the geometry"
BY_HAND = "gives the numbers worked by hand"
ZEROS = "takes zeros as its formula does"
SIGNALS = "takes a signal per stimulus or per neuron"


@pytest.mark.parametrize("name", SOUND)
def test_sound_rules_equal_their_formulas_everywhere(name):
    rule, claims = SOUND[name]
    if claims is not None:
        for check in (LOOPED, EVERYWHERE, ZEROS):
            hold(rule(), check, claims(), registry=registry_with_convolutions())


FORMULA_BUGS = {
    "sign flipped": lambda self, view: -(view.outer(view.g) - view.decay(view.g * view.v)),
    "sign of a term flipped": lambda self, view: view.outer(view.g) + view.decay(view.g * view.v),
    "growth dropped": lambda self, view: -view.decay(view.g * view.v),
    "decay dropped": lambda self, view: view.outer(view.g),
    "decay by g instead of g·v": lambda self, view: view.outer(view.g) - view.decay(view.g),
    "decay by g² instead of g·v": lambda self, view: view.outer(view.g) - view.decay(view.g**2),
    "u for v": lambda self, view: view.outer(view.g) - view.decay(view.g * view.u),
    "v for g": lambda self, view: view.outer(view.v) - view.decay(view.g * view.v),
    "mean for sum": lambda self, view: Double.delta(self, view) / view.count,
    "rate applied too": lambda self, view: Double.delta(self, view) * 0.01,
    "w for w_e": lambda self, view: computed(
        view, view.outer(view.g).tensor() - view.decay(view.g * view.v).tensor() / view.w_e * view.w
    ),
    "a peek at the neighbour": lambda self, view: (
        view.outer(view.g) - view.decay(view.g.roll(1, 1) * view.v)
    ),
    "a peek at the input beside it": lambda self, view: (
        view.outer(view.g, view.x.roll(1, 1)) - view.decay(view.g * view.v)
    ),
    "a peek at the stimulus before": lambda self, view: (
        view.outer(view.g) - view.decay(view.g.roll(1, 0) * view.v)
    ),
    "last position only": lambda self, view: (
        view.outer(view.g)
        - view.decay(view.g * view.v * (torch.arange(view.g.shape[-1]) == view.g.shape[-1] - 1))
    ),
    "a float32 cast on the way": lambda self, view: (
        view.outer(view.g.float().double()) - view.decay(view.g * view.v)
    ),
}


@pytest.mark.parametrize("bug", FORMULA_BUGS)
def test_a_rule_that_does_not_do_what_its_formula_says_is_caught(bug):
    assert "double: dw: off by" in catch(broken(FORMULA_BUGS[bug]), LOOPED, DoubleClaims())


def test_roles_transposed_are_caught():
    """With as many neurons as inputs it would pass for a change of w's shape; elsewhere it does not."""

    def delta(self, view):
        growth = torch.einsum("bit,bjt->ji", view.g, view.x)
        return computed(view, growth) - view.decay(view.g * view.v)

    catch(broken(delta), LOOPED, DoubleClaims())


def test_the_example_shown_is_the_smallest():
    """A wrong sign shows with one number of everything; a peek at a neighbour needs two neurons."""
    one = catch(broken(FORMULA_BUGS["sign flipped"]), LOOPED, DoubleClaims())
    assert re.search(r"^x = \[\[\[[-0-9.]+\]\]\]$", one, re.M)
    assert re.search(r"^found = \[\[[-0-9.]+\]\]$", one, re.M)
    two = catch(broken(FORMULA_BUGS["a peek at the neighbour"]), LOOPED, DoubleClaims())
    assert re.search(r"^g = \[\[\[[-0-9.]+\], \[[-0-9.]+\]\]\]$", two, re.M)


def test_a_rule_that_knows_only_dense_inputs_is_caught_on_a_convolution():
    def delta(self, view):
        growth = torch.einsum("bit,bjt->ij", view.g.flatten(2), view.x.flatten(2))
        return computed(view, growth) - view.decay(view.g * view.v)

    hold(broken(delta), LOOPED, DoubleClaims())
    said = catch(broken(delta), EVERYWHERE, DoubleClaims(), registry=registry_with_convolutions())
    assert "double: dw: raised" in said


def test_without_a_formula_there_is_nothing_to_equal():
    class Silent(RuleClaims):
        of = "double"

    for claims in (None, Silent()):
        assert "no claims say what double does" in skip(Double(), LOOPED, claims)


# -- memory ------------------------------------------------------------------------------------------------------------


def test_memory_used_after_its_update_is_caught():
    def delta(self, view):
        Sliding.delta(self, view)  # moves θ
        theta = view.memory.theta.view(-1, *[1] * (view.g.dim() - 2))
        return view.outer(view.g * (view.g - theta))

    assert "double: dw: off by" in catch(broken(delta, Sliding), LOOPED, SlidingClaims())


def test_memory_that_is_never_updated_is_caught():
    def delta(self, view):
        theta = view.memory.theta.view(-1, *[1] * (view.g.dim() - 2))
        return view.outer(view.g * (view.g - theta))

    said = catch(broken(delta, Sliding), LOOPED, SlidingClaims())
    assert "memory theta after the step" in said
    assert "memory.theta = [0.5]" in said


def test_memory_that_no_claims_change_must_stay():
    class Forgets(SlidingClaims):
        remember = RuleClaims.remember

    assert "memory theta after the step" in catch(Sliding(), LOOPED, Forgets())


def test_memory_that_only_matters_in_the_second_batch_is_caught():
    """It starts from 0.5 for every neuron, so one neuron's for all shows only later."""

    def delta(self, view):
        one = view.memory.theta[:1].clone()
        Sliding.delta(self, view)
        return view.outer(view.g * (view.g - one))

    said = catch(broken(delta, Sliding), LOOPED, SlidingClaims())
    assert "double: in step 2, dw: off by" in said


@pytest.mark.parametrize(
    ("rule", "claims", "name"),
    [
        (Centred, CentredClaims, "mean"),
        (Tracing, TracingClaims, "trace"),
        (Placed, PlacedClaims, "last"),
    ],
)
def test_memory_of_other_axes_is_compared_too(rule, claims, name):
    def delta(self, view):
        change = rule.delta(self, view)
        getattr(view.memory, name).mul_(1.01)
        return change

    assert f"memory {name} after the step" in catch(broken(delta, rule), LOOPED, claims())


# -- examples ----------------------------------------------------------------------------------------------------------


def test_numbers_worked_by_hand():
    for rule, claims in (SOUND["plain"], SOUND["ordered"]):
        hold(rule(), BY_HAND, claims())


def test_a_misreading_shared_by_rule_and_formula_is_caught_by_pencil():
    class Misread(DoubleClaims):
        def change(self, rule, s):
            return s.g * (s.x - s.g * s.w_e)

    rule = broken(lambda self, view: view.outer(view.g) - view.decay(view.g * view.g))
    hold(rule, LOOPED, Misread())
    said = catch(rule, BY_HAND, Misread())
    assert "found = [[4.0]]" in said  # 2·3 - 2·2·0.5
    assert "expected = [[2.0]]" in said


def test_examples_may_give_signals_memory_and_effective_weights():
    class Heard(RewardedClaims):
        examples = (
            Example(
                {"w": [[1.0]], "x": [[3.0]], "g": [[2.0]], "signals": {"reward": [-1.0]}}, [[-6.0]]
            ),
        )

    class Known(SlidingClaims):
        examples = (
            Example(
                {"w": [[1.0]], "x": [[3.0]], "g": [[2.0]], "memory": {"theta": [0.0]}}, [[12.0]]
            ),
        )

    class Effective(DoubleClaims):
        # 1·2 - 1·1·5 = -3
        examples = (Example({"w": [[1.0]], "w_e": [[5.0]], "x": [[2.0]], "g": [[1.0]]}, [[-3.0]]),)

    hold(Rewarded(), BY_HAND, Heard())
    hold(Sliding(), BY_HAND, Known())
    hold(Double(), BY_HAND, Effective())


# -- zeros, signals ----------------------------------------------------------------------------------------------------


def test_a_change_without_input_that_the_formula_does_not_have_is_caught():
    def delta(self, view):
        silent = (view.x == 0).all().double()
        return Double.delta(self, view) + view.decay(1.0) * float(silent)

    hold(broken(delta), LOOPED, DoubleClaims())
    assert "with x zero, dw: off by" in catch(broken(delta), ZEROS, DoubleClaims())


def test_a_nan_at_silence_is_caught_without_any_claims():
    def delta(self, view):
        return Double.delta(self, view) / view.g.norm()

    said = catch(broken(delta), ZEROS)
    assert "with g zero, dw: gave a value that is not finite" in said
    assert "g = [[[0.0]]]" in said


def test_a_signal_that_is_taken_in_one_shape_only_is_caught():
    per_neuron = broken(lambda s, v: v.outer(v.g * v.signals["reward"][..., None]), Rewarded)
    hold(per_neuron, LOOPED, RewardedClaims())
    assert "signals (batch,)" in catch(per_neuron, SIGNALS)
    hold(Rewarded(), SIGNALS)
    assert "reads no signal" in skip(Double(), SIGNALS)


def test_another_neurons_signal_is_caught():
    def delta(self, view):
        return view.outer(view.g * view.signals["reward"].roll(1, 1)[..., None])

    catch(broken(delta, Rewarded), LOOPED, RewardedClaims())


def test_a_signal_that_was_not_declared_is_told_plainly():
    rule = broken(lambda self, view: view.outer(view.g * view.signals["reward"][..., None]))
    assert "double: dw: raised KeyError: 'reward'" in catch(rule, LOOPED, DoubleClaims())


def test_the_whole_kit_finds_nothing_wrong_with_a_sound_rule():
    known = registry_with_convolutions()
    known.add(SimpleNamespace(__name__="double", rules=hookimpl(lambda: [Double])))
    known.add(SimpleNamespace(__name__="claimed", claims=hookimpl(lambda: [DoubleClaims])))
    report = check_part(Double, known)
    assert report.failures == []
    asked = {o.check.partition(" [")[0] for o in report.outcomes if o.result == "passed"}
    assert {LOOPED, EVERYWHERE, BY_HAND, ZEROS} <= asked
