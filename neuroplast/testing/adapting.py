"""What parts whose memory adapts after the weights are held to: dynamics, competitions and rates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import TENSORS, Setting
from neuroplast.testing.memories import ViewStep, claims_of, declared, hold_remembered
from neuroplast.testing.numbers import in_words
from neuroplast.testing.remembering import Course, remembering
from neuroplast.testing.responses import memory_of, responses
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import all_same, watched
from neuroplast.view import View

Answer = Callable[[Any, View], View]
"""A step as `adapt` sees it, with what the part itself made of it: v by dynamics, g by a competition."""

Outcome = Callable[[Any, View], Tensor]
"""What a part's memory is for, in a step that it has answered."""

_STEPS = 4
"""Steps of answering and adapting that are held to the formula."""

_VIEWS = 12
"""Different steps in a long course, which come again and again."""


def adapted(part: Any, setting: Setting, answer: Answer) -> dict[str, Tensor]:
    """A part's memory after two steps, by name, in float64."""
    memory = memory_of(part, setting)
    for seed in range(2):
        part.adapt(answer(part, setting.view(seed=20 * seed).remembering(State(memory))))
    return memory


def adapting(family: str, what: str, answer: Answer, outcome: Outcome | None = None) -> None:
    """Make the checks of `adapt` for one family.

    what: the name of what memory is for, such as "g". outcome: gives it; that of the view where it is left out.
    """
    for name, ask, variations in (
        ("adapts its own memory and nothing else", adapts_memory_alone, None),
        ("adapts in the same way when asked again", adapts_again, None),
        ("remembers as its formula does", remembers_as_claimed, declared),
    ):
        check(family, name, variations)(_asked(ask, answer))
    given = outcome or (lambda part, view: getattr(view, what))
    remembering(family, what, lambda part: courses(part, answer, given))


def _asked(ask: Callable[..., None], answer: Answer) -> Callable[..., None]:
    """A check of parts that answer like this."""

    def asked(subject: Subject, *variation: str) -> None:
        ask(subject, answer, *variation)

    asked.__doc__ = ask.__doc__
    return asked


def adapts_memory_alone(subject: Subject, answer: Answer) -> None:
    """What `adapt` sees belongs to others; only declared memory may change, and stays finite."""
    for setting in _adaptive(subject, answer):
        for dtype in (torch.float64, torch.float32):
            memory = {k: t.to(dtype) for k, t in memory_of(subject.part, setting).items()}
            view = answer(subject.part, setting.view(dtype=dtype).remembering(State(memory)))
            shown = {name: getattr(view, name) for name in TENSORS}
            watched("adapt(view)", lambda v=view: subject.part.adapt(v), **shown)  # type: ignore[misc]
            for name, tensor in memory.items():
                if not tensor.isfinite().all():
                    raise Violation(
                        f"adapt(view): memory {name} is not finite after one step",
                        in_words(**shown, **{name: tensor}),
                    )


def adapts_again(subject: Subject, answer: Answer) -> None:
    """Equal steps from equal memory give equal memory; other layers' steps in between make no difference."""
    settings = list(_adaptive(subject, answer))
    first = [adapted(subject.part, setting, answer) for setting in settings]
    for setting, before in reversed(list(zip(settings, first, strict=True))):
        if not all_same(before, after := adapted(subject.part, setting, answer)):
            raise Violation(
                "adapt(view): equal steps from equal memory gave other memory; keep nothing but declared memory",
                in_words(before=before, after=after),
            )


def remembers_as_claimed(subject: Subject, answer: Answer, name: str) -> None:
    """Memory after each of several steps is what the claimed formula makes of what was remembered and the activity."""
    claims, part = claims_of(subject, name), subject.part
    for setting in _taken(part, answer):
        memory = memory_of(part, setting)
        for n in range(_STEPS):
            view = answer(part, setting.view(seed=20 * n).remembering(State(memory)))
            before = {k: t.clone() for k, t in memory.items()}
            part.adapt(view)
            step = ViewStep(part, view.remembering(State(before)))
            shown: dict[str, Any] = {"u": view.u, "v": view.v, "g": view.g}
            hold_remembered(claims, part, step, before, memory, [name], f"step {n + 1}", **shown)


def courses(part: Any, answer: Answer, outcome: Outcome) -> Iterator[Course]:
    """Long courses of answers and adaptation, on many neurons first, where memory has most to tell apart."""
    for setting in reversed(list(_taken(part, answer))):
        views = [setting.view(seed=20 * n) for n in range(_VIEWS)]

        def step(memory: dict[str, Tensor], n: int, views: list[View] = views) -> Tensor:
            view = answer(part, views[n % _VIEWS].remembering(State(memory)))
            found = outcome(part, view)
            part.adapt(view)
            return found

        yield Course(memory_of(part, setting), step)


def _adaptive(subject: Subject, answer: Answer) -> Iterator[Setting]:
    """Sizes that the part can have; NotApplicable where it does not adapt."""
    interface = next(c for c in type(subject.part).__mro__ if "adapt" in vars(c))
    if interface.__module__.startswith("neuroplast.parts."):
        raise NotApplicable(f"{subject.kind} does not adapt")
    return _taken(subject.part, answer)


def _taken(part: Any, answer: Answer) -> Iterator[Setting]:
    """Sizes that the part does not refuse with a ConfigurationError."""
    for setting in responses():
        try:
            answer(part, setting.view(part))
        except ConfigurationError:
            continue
        yield setting
