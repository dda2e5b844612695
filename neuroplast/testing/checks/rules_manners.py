"""A rule reads its view, changes nothing in it but its own memory, and keeps nothing to itself."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.fit import Fit
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import LOCAL_NAMES, TENSORS
from neuroplast.testing.checks.rules_views import (
    changed,
    copied,
    delta_of,
    shows,
    stepped,
    tried,
)
from neuroplast.testing.numbers import in_words
from neuroplast.testing.subject import Subject
from neuroplast.testing.trial import trial
from neuroplast.testing.watch import same_bits, watched
from neuroplast.view import View


@check("rule", "gives a change like the weights")
def gives_a_change_like_the_weights(subject: Subject) -> None:
    """A Delta of w's shape, dtype and device, finite, also for one stimulus, one neuron or one input."""
    for view in tried(subject):
        changed(subject, view)


@check("rule", "changes nothing that it is handed")
def changes_nothing(subject: Subject) -> None:
    """The layer owns all tensors, and others read them after the rule; chance comes in named streams."""
    for view in tried(subject):
        handed = {name: getattr(view, name) for name in TENSORS}
        handed |= {f"signals_{name}": signal for name, signal in view.signals.items()}
        watched(f"{subject.kind}: delta", lambda v=view: changed(subject, v), **handed)  # type: ignore[misc]


@check("rule", "is computed as often as asked")
def is_computed_as_often_as_asked(subject: Subject) -> None:
    """A scaling may look at a change before a step applies it: computing it may not change it, nor the memory."""
    for view in tried(subject):
        own = copied(subject.part, view)
        delta = delta_of(subject, own)
        before = copied(subject.part, own).memory
        first, again = delta.tensor().clone(), delta.tensor()  # which may be what the rule keeps
        if not same_bits(first, again):
            shown = in_words(**shows(subject.part, view), first=first, again=again)
            raise Violation(f"{subject.kind}: computing its Delta twice gave two results", shown)
        _hold_kept(subject, view, before, own.memory)


@check("rule", "refuses a layer without the signals that it reads")
def refuses_a_layer_without_its_signals(subject: Subject) -> None:
    """A third factor that nobody gives is found when the scenario is read, by a sentence that names rule and signal."""
    part = subject.part
    names = sorted(set(part.reads) - LOCAL_NAMES)
    if not names:
        raise NotApplicable("reads no signal")
    bare = trial(subject).spec.model_copy(update={"signals": {}})
    try:
        part.check(Fit((3,), layer=bare))
    except ConfigurationError as error:
        told = str(error)
    else:
        raise Violation(
            f"{part.kind}: check lets a layer without the signal {names[0]!r} pass, which it reads"
        )
    if not told.startswith(f"{part.kind}:") or not any(repr(name) in told for name in names):
        raise Violation(
            f"{part.kind}: check says {told!r} of a layer without its signals {names}; begin with {part.kind!r}, and "
            "name the signal"
        )


@check("rule", "keeps nothing between calls")
def keeps_nothing(subject: Subject) -> None:
    """The same view and memory give the same bits, whatever was asked before, and of whichever instance."""
    twin = replace(subject, part=subject.other())
    views = [*tried(subject)]
    for n, view in enumerate(views):
        first = _bits(subject, view)
        for when, asked, before in (
            ("on call 2", subject, None),
            ("on call 3", subject, None),
            ("after another view", subject, views[n - 1]),
            ("of a new instance", twin, None),
        ):
            if before is not None:
                _bits(asked, before)
            _hold_same(first, when, asked, view)


def _hold_same(first: Tensor, when: str, subject: Subject, view: View) -> None:
    try:
        again = _bits(subject, view)
    except Violation as violation:
        message = f"{subject.kind}: {when}, with the arguments of call 1: {violation}"
        raise Violation(message, violation.example) from violation.__cause__
    if not same_bits(first, again):
        raise Violation(
            f"{subject.kind}: dw or memory {when} is another for the same view; "
            "keep nothing between calls but declared memory",
            in_words(**shows(subject.part, view), first=first, again=again),
        )


def _bits(subject: Subject, view: View) -> Tensor:
    """The change and the memory after it, in one row."""
    dw, memory = stepped(subject, view)
    kept = [getattr(memory, name).flatten() for name in subject.part.memories()]
    return torch.cat([dw.flatten(), *kept])


def _hold_kept(subject: Subject, view: View, before: State, after: State) -> None:
    for name in subject.part.memories():
        if not same_bits(getattr(before, name), getattr(after, name)):
            raise Violation(
                f"{subject.kind}: memory {name} changes when the Delta is computed; "
                "change memory in delta alone",
                in_words(**shows(subject.part, view)),
            )
