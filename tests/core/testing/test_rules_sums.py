"""What is caught of rules that are no sum over stimuli, or that know places by their numbers."""

from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip
from support.rules_in_kit import (
    SOUND,
    AgainstTheMean,
    Centred,
    Double,
    Ordered,
    Sliding,
    broken,
    registry_with_convolutions,
)

from neuroplast import Rule
from neuroplast.registry import Registry
from neuroplast.testing import NotApplicable, Subject, Violation
from neuroplast.testing.checks import rules_sums

SUM = "adds up over stimuli"
ORDER = "takes stimuli in any order"
NEURONS = "permutes with its neurons"
INPUTS = "permutes with its inputs"


@pytest.mark.parametrize("name", SOUND)
def test_sound_rules_add_up_and_permute_or_say_that_they_do_not(name):
    rule = SOUND[name][0]()
    for check in (SUM, NEURONS, INPUTS):
        hold(rule, check)
    if not rule.couples_batch:
        hold(rule, ORDER)


def test_a_mean_for_a_sum_is_caught_without_claims():
    said = catch(broken(lambda self, view: Double.delta(self, view) / view.count), SUM)
    assert "dw(A and B) against dw(A) + dw(B)" in said
    assert "x = [[[" in said


def test_a_rule_that_couples_the_batch_must_say_so():
    silent = broken(AgainstTheMean.delta, AgainstTheMean, couples_batch=False)
    assert "couples_batch = False" in catch(silent, SUM)
    hold(AgainstTheMean(), SUM)
    assert "couples the stimuli" in skip(AgainstTheMean(), ORDER)


def test_a_rule_that_says_it_couples_the_batch_and_does_not_is_caught():
    assert "take the flag off" in catch(broken(Double.delta, couples_batch=True), SUM)


class Shared(Rule):
    """As much as the other stimuli of the batch let it: g (x - share · mean of g)."""

    kind: ClassVar[str] = "shared"
    couples_batch: ClassVar[bool] = True
    share: float = 1.0

    def delta(self, view):
        return view.outer(view.g) - view.decay(self.share * view.g.mean(0).expand_as(view.g) ** 2)


@pytest.mark.parametrize("cases", [({}, {"share": 0.0}), ({"share": 0.0}, {})])
def test_a_flag_must_be_needed_with_the_first_parameters_that_are_claimed(cases):
    claims = SimpleNamespace(cases=cases)
    first, other = (Subject(Shared(**case), case, claims, Registry()) for case in cases)
    if cases[0]:
        with pytest.raises(Violation, match="take the flag off"):
            rules_sums.adds_up(first)
        rules_sums.adds_up(other)
    else:
        rules_sums.adds_up(first)
        with pytest.raises(NotApplicable, match="whatever its parameters: with these it adds up"):
            rules_sums.adds_up(other)


def test_memory_that_moves_before_its_use_couples_the_batch():
    def delta(self, view):
        Sliding.delta(self, view)
        theta = view.memory.theta.view(-1, *[1] * (view.g.dim() - 2))
        return view.outer(view.g * (view.g - theta))

    catch(broken(delta, Sliding), SUM)


def test_a_weight_for_each_place_in_the_batch_is_caught():
    """Half of the trace of the stimulus before: additive in no cut, and another in reverse."""
    rule = broken(lambda self, view: view.outer(view.g + 0.5 * view.g.roll(1, 0)))
    catch(rule, SUM)
    first = broken(
        lambda self, view: view.outer(view.g * (1 + torch.arange(len(view.g)))[:, None, None])
    )
    assert "stimuli in reverse" in catch(first, ORDER)


def test_an_order_of_neurons_must_be_declared():
    silent = broken(Ordered.delta, Ordered, ordered=False)
    assert "ordered = False" in catch(silent, NEURONS)
    hold(Ordered(), NEURONS)


def test_an_order_that_is_declared_and_not_there_is_caught():
    assert "take the flag off" in catch(broken(Double.delta, ordered=True), NEURONS)


def test_a_neighbour_by_number_is_caught_without_claims():
    rule = broken(lambda self, view: view.outer(view.g.roll(1, 1) * view.v))
    catch(rule, NEURONS)
    catch(broken(lambda self, view: view.outer(view.g, view.x.roll(1, 1))), INPUTS)


def test_memory_moves_with_its_neurons_and_inputs():
    """One neuron's or one input's memory taken for all shows only once they differ, after a step."""

    def one_theta(self, view):
        one = view.memory.theta[:1].clone()
        Sliding.delta(self, view)
        return view.outer(view.g * (view.g - one))

    def one_mean(self, view):
        one = view.memory.mean[:1].clone()
        Centred.delta(self, view)
        return view.outer(view.g, view.x - one)

    said = catch(broken(one_theta, Sliding), NEURONS)
    assert "memory.theta = [" in said
    catch(broken(one_mean, Centred), INPUTS)


def test_a_fault_of_another_kind_is_no_sign_of_coupling():
    rule = broken(lambda self, view: view.outer(view.nothing), couples_batch=True)
    assert "has no attribute 'nothing'" in catch(rule, SUM, registry=registry_with_convolutions())
