"""That declared memory of rules, steps and normalisations is made use of; other families have theirs beside `adapt`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.testing.bench import Plain, Setting, ladder
from neuroplast.testing.numbers import normal
from neuroplast.testing.remembering import Course, remembering
from neuroplast.testing.responses import memory_of

_BATCHES = 12
"""Different batches in a long course, which come again and again."""
_INPUTS = ((3, (3, 2)), (3, (2, 2, 3)), (4, (4,)))
"""Stimuli, and (channels, *positions), for normalisations."""


def of_rules(part: Any) -> Iterator[Course]:
    """Courses of weight changes."""
    for setting in reversed(list(ladder())):
        views = [setting.view(part, seed=20 * n) for n in range(_BATCHES)]

        def step(memory: dict[str, Tensor], n: int, views: list[Any] = views) -> Tensor:
            found: Tensor = part.delta(views[n % _BATCHES].remembering(State(memory))).tensor()
            return found

        yield Course(memory_of(part, setting), step)


def of_steps(part: Any) -> Iterator[Course]:
    """Courses of changes, each of other weights."""
    for setting in reversed(list(ladder())):
        views = [setting.view(seed=20 * n) for n in range(_BATCHES)]

        def step(memory: dict[str, Tensor], n: int, views: list[Any] = views) -> Tensor:
            view = views[n % _BATCHES]
            view = replace(view, w=view.w.clone())
            part.apply(view.w, view.outer(view.g), 0.25, State(memory))
            return view.w  # type: ignore[no-any-return]  # of Any

        yield Course(memory_of(part, setting), step)


def of_normalisations(part: Any) -> Iterator[Course]:
    """Courses of batches, each normalised while statistics adapt, and once more with them frozen."""
    for batch, shape in _INPUTS:
        xs = [2 * normal(batch, *shape, seed=n) + 1 for n in range(_BATCHES)]
        memory = memory_of(part, Setting(Plain(neurons=3), shape))

        def step(memory: dict[str, Tensor], n: int, xs: list[Tensor] = xs) -> Tensor:
            x, state = xs[n % _BATCHES], State(memory)
            both = [
                part.normalise(x.clone(), state, adapting=adapting) for adapting in (True, False)
            ]
            return torch.cat([found.flatten() for found in both])

        try:
            part.normalise(xs[0].clone(), State({k: t.clone() for k, t in memory.items()}), True)
        except ConfigurationError:
            continue
        yield Course(memory, step)


remembering("rule", "dw", of_rules)
remembering("step", "w", of_steps)
remembering("normalisation", "x̂", of_normalisations)
