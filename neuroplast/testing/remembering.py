"""Whether declared memory is memory: it changes as the part learns, and what it holds makes a difference later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.memories import declared
from neuroplast.testing.numbers import normal
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import same_bits

STEPS = 100
"""Steps within which memory must change and make a difference, since some changes now and then only."""

_ALTERED = (STEPS // 2, 0, 1)
"""Steps before which another value is tried."""

_COURSES = 3
"""Courses that are tried; those that can tell most come first."""


@dataclass(frozen=True)
class Course:
    """Steps of a part, one after the other, on one setting.

    memory: what the part remembers at first. step: the step with this number, from memory that it changes in place;
    what comes of it, such as g, w or dw. Equal numbers are given equal stimuli.
    """

    memory: Mapping[str, Tensor]
    step: Callable[[dict[str, Tensor], int], Tensor]

    def new(self) -> dict[str, Tensor]:
        """Memory to begin with."""
        return {name: tensor.clone() for name, tensor in self.memory.items()}


Courses = Callable[[Any], Iterator[Course]]
"""The courses to try a part on, those where memory can tell most apart first."""


def remembering(family: str, what: str, courses: Courses) -> None:
    """Make the check of declared memory for one family. what: the name of what comes of a step."""

    def asked(subject: Subject, name: str) -> None:
        uses_its_memory(subject, what, courses, name)

    asked.__doc__ = uses_its_memory.__doc__
    check(family, "changes and reads the memory that it declares", declared)(asked)


def uses_its_memory(subject: Subject, what: str, courses: Courses, name: str) -> None:
    """Memory that stays as it was is a parameter; memory that nothing depends on need not be kept.

    It must change within some steps, and another value must sooner or later give something else, for some of the
    parameters in the claims. What is counted for the record alone is an exception to state there.
    """
    if not (complaint := _complaint(subject.part, what, courses, name)):
        return
    if subject.claims is None:
        raise NotApplicable(f"{complaint}, and no claims say what {subject.kind} keeps it for")
    for case in subject.claims.cases:
        other = type(subject.part)(**case)
        if other != subject.part and not _complaint(other, what, courses, name):
            raise NotApplicable(f"{complaint} with these parameters, but with {other}")
    raise Violation(
        f"{subject.kind}: {complaint}; make use of it, take the declaration out, or state among the exceptions "
        "of its claims that it is for the record"
    )


def _complaint(part: Any, what: str, courses: Courses, name: str) -> str:
    """What is wrong with a memory; nothing where it changes and matters."""
    if not any(_changes(course, name) for course in islice(courses(part), _COURSES)):
        return f"memory {name} does not change in {STEPS} steps"
    if not any(_matters(course, name) for course in islice(courses(part), _COURSES)):
        return f"memory {name} makes no difference to {what} in {STEPS} steps"
    return ""


def _changes(course: Course, name: str) -> bool:
    memory = course.new()
    for n in range(STEPS):
        course.step(memory, n)
        if not same_bits(memory[name], course.memory[name]):
            return True
    return False


def _matters(course: Course, name: str) -> bool:
    """Whether another value makes a difference: when much has happened, at the start, or after the first step."""
    memory, before = course.new(), []
    for n in range(max(_ALTERED) + 1):
        before.append({key: tensor.clone() for key, tensor in memory.items()})
        course.step(memory, n)
    for n in _ALTERED:
        known: list[Tensor] = []
        rest = _outcomes(course, before[n], n)
        for other in _others(before[n][name]):
            if _differs(_outcomes(course, {**before[n], name: other}, n), known, rest):
                return True
    return False


def _others(tensor: Tensor) -> Iterator[Tensor]:
    """Other values, near and far; larger ones first, since what counts or is a variance cannot be negative."""
    noise = normal(*tensor.shape, seed=77).to(tensor)
    yield from (tensor + noise.abs(), tensor + 1e6 * noise.abs(), tensor + 1)
    yield from (torch.zeros_like(tensor), torch.ones_like(tensor), tensor + 1e6 * noise)


def _outcomes(course: Course, memory: Mapping[str, Tensor], begin: int) -> Iterator[Tensor]:
    """What comes of the steps from number `begin` on."""
    own = {name: tensor.clone() for name, tensor in memory.items()}
    for n in range(begin, STEPS):
        yield course.step(own, n)


def _differs(found: Iterator[Tensor], known: list[Tensor], rest: Iterator[Tensor]) -> bool:
    """Whether an outcome is another than expected: than those known, then than the rest, which become known."""
    try:
        for n, one in enumerate(found):
            if n == len(known):
                known.append(next(rest))
            if not same_bits(one, known[n]):
                return True
    except Exception:  # values that break it are read
        return True
    return False
