"""How a layer that feeds itself, or leaks, comes to rest on one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from neuroplast.component import State
from neuroplast.parts.dynamics import Dynamics
from neuroplast.shapes import Post
from neuroplast.spec import Settle

Integrator = tuple[Dynamics, State]
"""A mechanism between drive and competition, with its memory."""


def settle(
    spec: Settle,
    drive: Callable[[Post], Post],
    dynamics: Sequence[Integrator],
    respond: Callable[[Post], Post],
    silence: Post,
) -> tuple[Post, Post]:
    """Step the neurons from silence until none changes by more than `tolerance`, or for all the steps.

    At rest are responses and what each mechanism gives: a leaky neuron below its threshold is as silent at first as it
    was before, and not at rest.

    drive: u from the responses at the step before. respond: responses from v. silence: zeros of u's shape.
    Returns u and v of the last step.
    """
    y, before = silence, [silence] * len(dynamics)
    for _ in range(spec.steps):
        u = drive(y)
        after = _integrate(u, before, dynamics)
        v = after[-1] if after else u
        answer = respond(v)
        rests = spec.tolerance > 0 and _change([y, *before], [answer, *after]) <= spec.tolerance
        y, before = answer, after
        if rests:
            break
    return u, v


def _change(before: Sequence[Post], after: Sequence[Post]) -> float:
    """The largest change of any of several activities."""
    changes = [(new - old).abs().max() for old, new in zip(before, after, strict=True)]
    return float(torch.stack(changes).max())


def _integrate(u: Post, before: list[Post], dynamics: Sequence[Integrator]) -> list[Post]:
    """What each mechanism makes of the one before it."""
    after: list[Post] = []
    for (part, memory), own in zip(dynamics, before, strict=True):
        u = part.settle(u, own, memory)
        after.append(u)
    return after
