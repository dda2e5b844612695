"""What every pool is held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.shapes import Post, Shape
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.calls import Call, neurons_alone, of_each, stimuli_alone
from neuroplast.testing.claims import PoolClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.numbers import float64, hold_near, normal
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject

_MAPS: tuple[tuple[int, Shape], ...] = (
    (1, (1, 1, 1)),
    (1, (1, 2, 2)),
    (1, (1, 2, 3)),
    (1, (1, 3, 3)),
    (1, (1, 4, 5)),
    (2, (1, 4, 4)),
    (2, (3, 6, 5)),
    (2, (2, 9, 12)),
)
"""Stimuli, and (post, height, width)."""
_SIDES = range(1, 10)


def calls(subject: Subject) -> Iterator[Call]:
    """Calls of `pool` on maps from one position up, with responses of both signs, then all negative."""
    for batch, shape in _MAPS:
        y = normal(batch, *shape, seed=batch)
        for responses in (y, -y.abs() - 0.1):
            yield from _fitting(subject.part, responses)


def _fitting(pool: Any, y: Post) -> Iterator[Call]:
    """The call, where the pool takes such responses."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        found: Tensor = pool.pool(given["y"])
        return found

    try:
        shape = pool.output_shape(tuple(y.shape[1:]))
    except ConfigurationError:
        return
    yield Call(pool, "pool(y)", ask, {"y": y}, ((len(y), *shape),))


manners("pool", calls)


@check("pool", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """A loop over stimuli and neurons gives the same."""
    claims = stated(subject, PoolClaims, "pool")

    def hold(call: Call) -> None:
        y = call.given["y"]
        maps = [[claims.pool(call.part, m) for m in stimulus] for stimulus in y.tolist()]
        hold_near("pooled y", call.result(), float64(maps), y=y)

    of_each(calls(subject), hold)


@check("pool", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    y = float64(case.example.given["y"])
    found = case.part.pool(y[None, None])
    case.hold(f"pooled y of {case.part}", found[0, 0], y=y)


@check("pool", "gives the shape that it promises")
def keeps_its_promise(subject: Subject) -> None:
    """What comes out has the shape by which the next layer is built."""
    for height, width in sorted(product(_SIDES, _SIDES), key=sum):
        _hold_shape(subject, (2, height, width))
    for shape in ((3,), (3, 4)):
        _hold_shape(subject, shape)


def _hold_shape(subject: Subject, shape: Shape) -> None:
    """Hold that a response is pooled to the promised shape, or that it is refused and cannot be pooled."""
    y = normal(1, *shape)
    try:
        promised = tuple(subject.part.output_shape(shape))
    except ConfigurationError as refusal:
        if len(shape) == 3 and _can(subject.part, y):
            raise Violation(
                f"{subject.kind}: refuses a response {shape}, which it can pool: {refusal}"
            ) from refusal
        return
    try:
        found = tuple(subject.part.pool(y).shape[1:])
    except Exception as error:
        raise Violation(
            f"{subject.kind}: promises {promised} for a response {shape}, and raises {type(error).__name__}: {error}; "
            "refuse what does not fit in output_shape, with a ConfigurationError"
        ) from error
    if found != promised:
        raise Violation(
            f"{subject.kind}: promises {promised} for a response {shape}, and gives {found}"
        )


def _can(pool: Any, y: Post) -> bool:
    try:
        return bool(pool.pool(y).numel())
    except Exception:
        return False


@check("pool", "pools each neuron and each stimulus alone")
def pools_alone(subject: Subject) -> None:
    """A pool joins positions; neurons and stimuli have nothing to do with each other."""
    of_each(calls(subject), stimuli_alone)
    of_each(calls(subject), neurons_alone)


@check("pool", "treats neurons alike")
def treats_neurons_alike(subject: Subject) -> None:
    """Neurons in another order are pooled in that order."""

    def hold(call: Call) -> None:
        y = call.given["y"]
        order = torch.arange(y.shape[1]).roll(1)
        found = replace(call, given={"y": y[:, order]}).result()
        hold_near("pooled y, neurons rolled by one", found, call.result()[:, order], y=y)

    of_each(calls(subject), hold)


@check("pool", "declares truly whether it picks")
def picks_truly(subject: Subject) -> None:
    """Where `picks` is true a layer may take responses of what was pooled: what rises must commute with pooling."""
    if not subject.part.picks:
        return

    def hold(call: Call) -> None:
        cubes = replace(call, given={"y": call.given["y"] ** 3}).result()
        hold_near("pooled cubes of y", cubes, call.result() ** 3, y=call.given["y"])

    of_each(calls(subject), hold)
