"""A rule is a sum over stimuli, and knows no place by its number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.checks import rules_views as views
from neuroplast.testing.checks.rules_views import changed, shows, tried
from neuroplast.testing.numbers import FLOAT64, far, hold_near
from neuroplast.testing.subject import Subject


@dataclass(frozen=True)
class _Pair:
    """A change, and what it should equal. shown: the view and what was asked of it."""

    found: Tensor
    expected: Tensor
    shown: dict[str, Any]


@check("rule", "adds up over stimuli")
def adds_up(subject: Subject) -> None:
    """dw(A and B) = dw(A) + dw(B) before scaling; else a result depends on how stimuli are cut into batches."""
    pairs = list(_sums(subject))
    if subject.part.couples_batch:
        if not subject.is_first_case and _all_equal(pairs):
            raise NotApplicable(
                "flags are of the rule, whatever its parameters: with these it adds up"
            )
        _hold_some_apart(subject, "couples_batch = True, but dw(A and B) = dw(A) + dw(B)", pairs)
        return
    what = "dw(A and B) against dw(A) + dw(B), A the first stimulus (couples_batch = False)"
    _hold_all(subject, what, pairs)


@check("rule", "takes stimuli in any order")
def takes_stimuli_in_any_order(subject: Subject) -> None:
    """The stimuli of one batch are presented together, so their order means nothing."""
    if subject.part.couples_batch:
        raise NotApplicable(f"{subject.kind} says that it couples the stimuli of a batch")
    _hold_all(subject, "dw of stimuli in reverse (couples_batch = False)", _reversed(subject))


@check("rule", "permutes with its neurons")
def permutes_with_neurons(subject: Subject) -> None:
    """A neuron is what its weights and activity make it, not where it stands; unless the rule orders them."""
    if subject.part.ordered:
        message = "ordered = True, but neurons in another order change by the same"
        _hold_some_apart(subject, message, _other_neurons(subject))
        return
    _hold_all(subject, "dw of neurons in another order (ordered = False)", _other_neurons(subject))


@check("rule", "permutes with its inputs")
def permutes_with_inputs(subject: Subject) -> None:
    """The same of a neuron's synapses."""
    _hold_all(subject, "dw of inputs in another order", _other_inputs(subject))


def _sums(subject: Subject) -> Iterator[_Pair]:
    for view in tried(subject):
        if (batch := len(view.x)) > 1:
            first = changed(subject, views.stimuli(view, [0]), "dw of the first stimulus alone")
            rest = changed(subject, views.stimuli(view, range(1, batch)), "dw of the rest alone")
            whole = changed(subject, view)
            yield _Pair(whole, first + rest, {**shows(subject.part, view), "alone": first})


def _reversed(subject: Subject) -> Iterator[_Pair]:
    for view in tried(subject):
        if (batch := len(view.x)) > 1:
            other = views.stimuli(view, range(batch)[::-1])
            yield _Pair(changed(subject, other), changed(subject, view), shows(subject.part, view))


def _other_neurons(subject: Subject) -> Iterator[_Pair]:
    for view in tried(subject):
        for order in _orders(len(view.w)):
            dw = changed(subject, views.neurons(subject.part, view, order))
            yield _Pair(dw, changed(subject, view)[order], _in_order(subject, view, order))


def _other_inputs(subject: Subject) -> Iterator[_Pair]:
    for view in tried(subject):
        for order in _orders(view.w.shape[1]):
            dw = changed(subject, views.inputs(subject.part, view, order))
            yield _Pair(dw, changed(subject, view)[:, order], _in_order(subject, view, order))


def _orders(n: int) -> list[list[int]]:
    """The first two swapped, and the last first: what one leaves alone (a ring of neighbours) the other does not."""
    first, *rest = range(n)
    return [[*rest[:1], first, *rest[1:]], [*rest[-1:], first, *rest[:-1]]]


def _in_order(subject: Subject, view: Any, order: list[int]) -> dict[str, Any]:
    return {**shows(subject.part, view), "order": order}


def _hold_all(subject: Subject, what: str, pairs: Iterable[_Pair]) -> None:
    for pair in pairs:
        hold_near(f"{subject.kind}: {what}", pair.found, pair.expected, **pair.shown)


def _hold_some_apart(subject: Subject, what: str, pairs: Iterable[_Pair]) -> None:
    """A flag that excuses must be needed."""
    if _all_equal(pairs):
        raise Violation(f"{subject.kind}: says {what} in every view tried; take the flag off")


def _all_equal(pairs: Iterable[_Pair]) -> bool:
    return all(far(pair.found, pair.expected) <= FLOAT64 for pair in pairs)
