"""A rule gives one change, however it is computed: fast or slow, folded or not, in any precision and memory order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from torch import Tensor

from neuroplast.functional import per_neuron
from neuroplast.reference import Reference
from neuroplast.testing.asking import check
from neuroplast.testing.bench import TENSORS, Setting, geometries, ladder
from neuroplast.testing.checks.rules_views import (
    changed,
    copied,
    delta_of,
    experienced,
    mapped,
    shows,
    stepped,
)
from neuroplast.testing.devices import need_gpu
from neuroplast.testing.layouts import LAYOUTS
from neuroplast.testing.numbers import FLOAT32, hold_near, normal
from neuroplast.testing.subject import Subject
from neuroplast.view import View


def places(subject: Subject) -> Iterator[Setting]:
    """The largest of the small settings, then every geometry."""
    yield [*ladder()][-1]
    yield from geometries(subject.registry)


@check("rule", "fast lowering equals the reference", places)
def equals_the_reference(subject: Subject, setting: Setting) -> None:
    """The slow lowering, from patches alone, gives the change that the synapse's fast operations give."""
    view = experienced(subject, setting)
    slow = changed(subject, replace(view, geometry=Reference(setting.synapse)), "dw by patches")
    found = changed(subject, view)
    hold_near(
        f"{subject.kind}: dw, fast against the reference", found, slow, **shows(subject.part, view)
    )


@check("rule", "folded equals term by term", places)
def folds(subject: Subject, setting: Setting) -> None:
    """A scaling, a rate and the weights are folded into the change; that may not change the numbers."""
    free = experienced(subject, setting)
    factor = normal(len(free.w), seed=9)
    for view in (free, replace(free, w_e=free.w)):
        shown = shows(subject.part, view)
        given = delta_of(subject, copied(subject.part, view))
        dw, by_term = given.tensor(), given.tensor_by_term()
        hold_near(f"{subject.kind}: dw folded, against term by term", dw, by_term, **shown)
        scaled, expected = given * factor * 0.5, dw * per_neuron(factor, dw) * 0.5
        what = f"{subject.kind}: dw times a number per neuron"
        hold_near(what, scaled.tensor(), expected, **shown)
        _hold_added(subject, view, factor)


def _hold_added(subject: Subject, view: View, factor: Tensor) -> None:
    """Hold w + η Δ in place to w + the tensor of η Δ; w_e stays w itself where it is."""
    w = view.w.clone()
    own = copied(subject.part, replace(view, w=w, w_e=w if view.w_e is view.w else view.w_e))
    delta = delta_of(subject, own) * factor * 0.5
    expected = w + delta.tensor()
    delta.add_to(w)
    what = f"{subject.kind}: dw added in place to w, against w + dw"
    hold_near(what, w, expected, **shows(subject.part, view))


@check("rule", "float32 is near float64", places)
def float32_is_near(subject: Subject, setting: Setting) -> None:
    """Layers learn in float32, and what it costs must be rounding alone."""
    narrow = mapped(subject.part, experienced(subject, setting), lambda t: t.float())
    wide = mapped(subject.part, narrow, lambda t: t.double())
    (found, short), (expected, long) = stepped(subject, narrow), stepped(subject, wide)
    shown = shows(subject.part, wide)
    hold_near(f"{subject.kind}: dw in float32", found, expected, FLOAT32, **shown)
    for name in subject.part.memories():
        what = f"{subject.kind}: memory {name} in float32"
        hold_near(what, getattr(short, name), getattr(long, name), FLOAT32, **shown)


@check("rule", "takes tensors in any memory order", places)
def takes_any_memory_order(subject: Subject, setting: Setting) -> None:
    """Slices, transposes and channels-last images arrive as they are; the numbers count, not where they lie."""
    view = experienced(subject, setting)
    expected = changed(subject, view)
    for order, laid in LAYOUTS.items():
        tensors: dict[str, Any] = {name: laid(getattr(view, name)) for name in TENSORS}
        signals = {name: laid(signal) for name, signal in view.signals.items()}
        found = changed(
            subject, replace(view, signals=signals, **tensors), f"dw of tensors {order} in memory"
        )
        what = f"{subject.kind}: dw of tensors {order} in memory"
        hold_near(what, found, expected, **shows(subject.part, view))


@check("rule", "CPU and GPU agree", places)
def devices_agree(subject: Subject, setting: Setting) -> None:
    """The device is the user's choice, so nothing may be made on another, nor come out differently."""
    need_gpu()
    view = experienced(subject, setting)
    there, memory = stepped(subject, mapped(subject.part, view, lambda t: t.cuda()), "dw on a GPU")
    here, kept = stepped(subject, view)
    shown = shows(subject.part, view)
    hold_near(f"{subject.kind}: dw on a GPU", there.cpu(), here, **shown)
    for name in subject.part.memories():
        what = f"{subject.kind}: memory {name} on a GPU"
        hold_near(what, getattr(memory, name).cpu(), getattr(kept, name), **shown)
