"""What every learning rate is held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.progress import Progress
from neuroplast.testing.adapting import adapted, adapting
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.bench import TENSORS, Plain, Setting, geometries, ladder
from neuroplast.testing.claims import RateClaims
from neuroplast.testing.memories import ViewStep
from neuroplast.testing.numbers import float64, hold_near, in_words
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import repeatable, watched
from neuroplast.view import View

GRID = (
    *(Progress(0, 1, 0, 1), Progress(0, 5, 0, 3), Progress(2, 5, 1, 3), Progress(4, 5, 2, 3)),
    *(Progress(0, 8, 1, 2), Progress(7, 8, 0, 2), Progress(1, 2, 3, 4)),
)
"""First, middle and last steps and epochs, never at the same share of the phase, and a phase of one step."""


def views(subject: Subject) -> Iterator[View]:
    """Views from small to all geometries: weights at random, of unit length, tiny, and none.

    The rate's memory is new; where it has one, also such that has adapted.
    """
    for setting in ladder():
        view = setting.view(subject.part)
        yield view
        unit = torch.zeros_like(view.w)
        unit[:, 0] = 1.0
        for w in (unit, view.w * 1e-3, view.w * 0):
            yield replace(view, w=w)
        if type(subject.part).memories():
            yield view.remembering(State(adapted(subject.part, setting, answered)))
    for setting in geometries(subject.registry):
        yield setting.view(subject.part)


def answered(rate: Any, view: View) -> View:
    """The step as it is: a rate answers nothing that `adapt` sees."""
    return view


def in_the_middle(rate: Any, view: View) -> Tensor:
    """The rate in the middle of a phase."""
    return of_each_neuron(rate, view, GRID[2])


def of_each_neuron(rate: Any, view: View, progress: Progress) -> Tensor:
    """The rate of each neuron, (post,), whichever form the part gives; held to be one of the two."""
    found = rate.at(view, progress)
    shown = in_words(w=view.w, progress=progress, found=found)
    if isinstance(found, Tensor):
        if tuple(found.shape) != (len(view.w),) or not found.is_floating_point():
            raise Violation(
                f"rate: gave a tensor of shape {tuple(found.shape)} and {found.dtype}; "
                f"give a number, or one per neuron, ({len(view.w)},)",
                shown,
            )
    elif isinstance(found, bool) or not isinstance(found, int | float):
        raise Violation(
            f"rate: gave {type(found).__name__} {found!r}, not a number; give one, or one per neuron",
            shown,
        )
    rates = torch.as_tensor(found, dtype=torch.float64).expand(len(view.w))
    if not rates.isfinite().all() or (rates < 0).any():
        raise Violation(
            "rate: gave a rate that is negative or not finite; clamp it at 0, and guard every division",
            shown,
        )
    return rates


@check("rate", "equals its formula, neuron by neuron")
def equals_its_formula(subject: Subject) -> None:
    """The claimed rate of each neuron, at the start, the middle and the end of a phase."""
    claims = stated(subject, RateClaims, "at")
    for view in views(subject):
        step = ViewStep(subject.part, view)
        neurons = [step.neuron(i) for i in range(len(view.w))]
        for p in GRID:
            given = p.step, p.steps, p.epoch, p.epochs
            expected = [claims.at(subject.part, n, *given) for n in neurons]
            found = of_each_neuron(subject.part, view, p)
            hold_near("rate", found, expected, w=view.w, g=view.g, progress=p)


@check("rate", "gives the numbers worked by hand", worked)
def agrees_with_examples(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    given = case.example.given
    counts: dict[str, Any] = {k: int(given.get(k, default)) for k, default in _START.items()}
    w = float64(case.example.given["w"]) if "w" in given else torch.ones(1, dtype=torch.float64)
    view = Setting(Plain(neurons=1), (len(w), 1), 1).view(case.part, w=w.unsqueeze(0))
    if "g" in given:
        view = replace(view, g=float64(given["g"]).view(-1, 1, 1))
    for name, values in given.get("memory", {}).items():
        memory = getattr(view.memory, name)
        memory.copy_(float64(values).view(memory.shape))
    found = of_each_neuron(case.part, view, Progress(**counts))
    case.hold("rate", found[0], w=w, g=view.g, **counts)


_START = {"step": 0, "steps": 1, "epoch": 0, "epochs": 1}


@check("rate", "is a number or one per neuron, finite and not negative")
def is_a_rate(subject: Subject) -> None:
    """Also for neurons without weights, of unit length, and in a phase of one step."""
    for view in views(subject):
        for progress in GRID:
            of_each_neuron(subject.part, view, progress)


@check("rate", "leaves alone what it is handed, and gives the same again")
def keeps_its_hands_off(subject: Subject) -> None:
    """The view and torch's generator stay as they were; nothing hidden is kept between calls."""
    for view in (setting.view(subject.part) for setting in ladder()):
        for progress in GRID[:4]:

            def rate(view: View = view, progress: Progress = progress) -> Tensor:
                return of_each_neuron(subject.part, view, progress)

            handed = {name: getattr(view, name) for name in TENSORS}
            handed.update({name: getattr(view.memory, name) for name in subject.part.memories()})
            watched("rate", rate, **handed)
            repeatable("rate", rate)


@check("rate", "does not read the input, nor the signals")
def reads_no_input(subject: Subject) -> None:
    """A rate is how fast a neuron learns, not what it learns from: x and third factors belong to the rule."""
    for setting in ladder():
        view, other = setting.view(subject.part), setting.view(seed=50)
        changed = replace(view, x=other.x, w_e=other.w_e, signals={"other": other.u[:, 0]})
        for progress in GRID:
            before = of_each_neuron(subject.part, view, progress)
            found = of_each_neuron(subject.part, changed, progress)
            shown: dict[str, Any] = {"x before": view.x, "x": changed.x, "progress": progress}
            hold_near("rate with another x, w_e and signals", found, before, **shown)


@check("rate", "of a neuron does not read the other neurons")
def reads_no_other_neuron(subject: Subject) -> None:
    """Another first neuron leaves the rates of the others alone: a synapse cannot know them."""
    for setting in (s for s in ladder() if s.synapse.output_shape(s.shape)[0] > 1):
        view, other = setting.view(subject.part), setting.view(seed=50)
        changed = replace(view, w=view.w.clone(), **{k: getattr(view, k).clone() for k in "uvg"})
        changed.w[0] = other.w[0]
        for name in "uvg":
            getattr(changed, name)[:, 0] = getattr(other, name)[:, 0]
        for progress in GRID:
            before = of_each_neuron(subject.part, view, progress)[1:]
            found = of_each_neuron(subject.part, changed, progress)[1:]
            shown: dict[str, Any] = {"w before": view.w, "w": changed.w, "progress": progress}
            hold_near("rates of the others after neuron 0 changed", found, before, **shown)


adapting("rate", "the rate", answered, in_the_middle)
