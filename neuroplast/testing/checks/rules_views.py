"""Views to ask rules in: other orders, parts and copies of a view, and what comes of asking."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import Component, State
from neuroplast.delta import Delta
from neuroplast.testing.asking import NotApplicable, Violation
from neuroplast.testing.bench import TENSORS, Setting, ladder
from neuroplast.testing.numbers import in_words
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import like
from neuroplast.view import View

ACTIVITIES = ("x", "u", "v", "g")
"""What has one entry for each stimulus, beside signals."""

# -- asking ------------------------------------------------------------------------------------------------------------


def changed(subject: Subject, view: View, what: str = "dw") -> Tensor:
    """The change in this view, held to be a finite tensor like w; the view's memory stays as it is."""
    return stepped(subject, view, what)[0]


def stepped(subject: Subject, view: View, what: str = "dw") -> tuple[Tensor, State]:
    """The change, and the memory after the step; the view's own stays as it is."""
    shown, view = shows(subject.part, view), copied(subject.part, view)
    dw = _told(subject, view, what, lambda: delta_of(subject, view, what).tensor())
    like(f"{subject.kind}: {what}", dw, view.w, **shown)
    for name in subject.part.memories():
        if not getattr(view.memory, name).isfinite().all():
            raise Violation(
                f"{subject.kind}: {what}: memory {name} is not finite after it", in_words(**shown)
            )
    return dw, view.memory


def delta_of(subject: Subject, view: View, what: str = "dw") -> Delta:
    """What the rule gives for a view, held to be a Delta; the rule changes the view's memory."""
    try:
        inspect.signature(subject.part.delta).bind(view)
    except TypeError as error:
        found = inspect.signature(type(subject.part).delta)
        raise Violation(
            f"{subject.kind}: delta{found} cannot be called with a view ({error}); "
            "write delta(self, view: View) -> Delta"
        ) from error
    delta = _told(subject, view, what, lambda: subject.part.delta(view))
    if not isinstance(delta, Delta):
        raise Violation(
            f"{subject.kind}: delta gave {type(delta).__name__}, not a Delta; "
            "build it from view.outer, view.decay, view.gate and view.mix",
            in_words(**shows(subject.part, view)),
        )
    return delta


def _told(subject: Subject, view: View, what: str, call: Callable[[], Any]) -> Any:
    """What a call gives; an error of the rule's own becomes a Violation that shows the view."""
    shown = shows(subject.part, view)
    try:
        return call()
    except (Violation, NotApplicable):
        raise
    except Exception as error:
        raise Violation(
            f"{subject.kind}: {what}: raised {type(error).__name__}: {error}", in_words(**shown)
        ) from error


def shows(part: Component, view: View) -> dict[str, Any]:
    """All that a view shows, by name, as it is now."""
    return {
        **{name: getattr(view, name) for name in TENSORS},
        **{f"signals[{name!r}]": signal for name, signal in view.signals.items()},
        **{f"memory.{name}": getattr(view.memory, name).clone() for name in part.memories()},
    }


# -- views to ask in ---------------------------------------------------------------------------------------------------


def tried(subject: Subject) -> Iterator[View]:
    """Views from the smallest up; where the rule remembers, also with what it remembers of another step."""
    for setting in ladder():
        yield setting.view(subject.part)
        if subject.part.memories():
            yield experienced(subject, setting)


def experienced(subject: Subject, setting: Setting) -> View:
    """A view with the memory of one step before, if the rule has a memory."""
    view = setting.view(subject.part)
    if not subject.part.memories():
        return view
    return view.remembering(stepped(subject, setting.view(subject.part, seed=50))[1])


# -- other forms of a view ---------------------------------------------------------------------------------------------


def mapped(part: Component, view: View, change: Callable[[Tensor], Tensor]) -> View:
    """The view with every tensor changed by a function, memory included."""
    memory = {name: change(getattr(view.memory, name)) for name in part.memories()}
    tensors: dict[str, Any] = {name: change(getattr(view, name)) for name in TENSORS}
    signals = {name: change(signal) for name, signal in view.signals.items()}
    return replace(view, signals=signals, memory=State(memory), **tensors)


def copied(part: Component, view: View) -> View:
    """The same view with a memory of its own."""
    return view.remembering(
        State({name: getattr(view.memory, name).clone() for name in part.memories()})
    )


def stimuli(view: View, index: Sequence[int]) -> View:
    """Some stimuli of a view, in this order."""
    chosen = torch.tensor(index)
    signals = {name: signal[chosen] for name, signal in view.signals.items()}
    activities: dict[str, Any] = {name: getattr(view, name)[chosen] for name in ACTIVITIES}
    return replace(view, signals=signals, **activities)


def neurons(part: Component, view: View, index: Sequence[int]) -> View:
    """A view of the kit's own geometry with its neurons in another order."""
    order = torch.tensor(index)
    post: dict[str, Any] = {name: getattr(view, name)[:, order] for name in "uvg"}
    signals = {n: s[:, order] if s.ndim > 1 else s for n, s in view.signals.items()}
    view = replace(view, w=view.w[order], w_e=view.w_e[order], signals=signals, **post)
    return view.remembering(_memory(part, view, {"post": order}))


def inputs(part: Component, view: View, index: Sequence[int]) -> View:
    """A view of the kit's own geometry with its inputs in another order."""
    order = torch.tensor(index)
    view = replace(view, x=view.x[:, order], w=view.w[:, order], w_e=view.w_e[:, order])
    return view.remembering(_memory(part, view, {"pre": order}))


def _memory(part: Component, view: View, orders: dict[str, Tensor]) -> State:
    """A memory with some of its axes in another order; weights have a neuron's and an input's."""
    found = {}
    for name, memory in part.memories().items():
        shape = memory.shape if isinstance(memory.shape, tuple) else (memory.shape,)
        axes = [a for axis in shape for a in (("post", "pre") if axis == "weights" else (axis,))]
        tensor: Tensor = getattr(view.memory, name)
        for dim, axis in enumerate(a for a in axes if a != "scalar"):
            if axis in orders:
                tensor = tensor.index_select(dim, orders[axis])
        found[name] = tensor
    return State(found)
