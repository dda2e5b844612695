"""Every rule is held to its equation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from neuroplast.testing.asking import NotApplicable, check
from neuroplast.testing.bench import TENSORS, Plain, Setting, geometries, ladder
from neuroplast.testing.checks.rules_loop import formula, looped, remembered
from neuroplast.testing.checks.rules_views import changed, shows, stepped, tried
from neuroplast.testing.claims import Example
from neuroplast.testing.numbers import float64, hold_near
from neuroplast.testing.stated import Worked, worked
from neuroplast.testing.subject import Subject
from neuroplast.view import View


@check("rule", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """An independent loop over stimuli, positions and synapses in float64 gives the same change and memory."""
    formula(subject)
    for setting in ladder():
        _hold(subject, setting)


@check("rule", "equals its formula on the geometry", lambda s: geometries(s.registry))
def equals_its_formula_everywhere(subject: Subject, setting: Setting) -> None:
    """The same on every geometry, through the inputs that each neuron sees there."""
    _hold(subject, setting)


@check("rule", "gives the numbers worked by hand", worked)
def gives_the_numbers(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    asked = replace(subject, part=case.part)
    view = _of_example(asked, case.example)
    found = changed(asked, view, f"dw in example {case}")
    case.hold(f"{case.part}: dw", found, **shows(case.part, view))


@check("rule", "takes zeros as its formula does")
def takes_zeros(subject: Subject) -> None:
    """Silence is common: nothing may come of it but what the equation says, and never a NaN."""
    for view in tried(subject):
        for names in (("x",), ("g",), ("u", "v", "g"), ("w", "w_e"), ("x", "u", "v", "g")):
            zeros: dict[str, Any] = {name: torch.zeros_like(getattr(view, name)) for name in names}
            _hold_step(subject, replace(view, **zeros), f"with {' and '.join(names)} zero, ")


@check("rule", "takes a signal per stimulus or per neuron")
def takes_signals(subject: Subject) -> None:
    """A layer may hand on a third factor in either shape; wrongly spread, it reaches other neurons."""
    for view in tried(subject):
        if not view.signals:
            raise NotApplicable(f"{subject.kind} reads no signal")
        each = {name: signal[:, 0] for name, signal in view.signals.items()}
        alike = {name: s[:, None].expand_as(view.u[..., 0]) for name, s in each.items()}
        expected = changed(subject, replace(view, signals=alike), "dw with signals (batch, post)")
        asked, what = replace(view, signals=each), f"dw with signals (batch,) ({_EITHER})"
        found = changed(subject, asked, what)
        hold_near(f"{subject.kind}: {what}", found, expected, **shows(subject.part, asked))


_EITHER = "take both shapes, as in s.reshape(len(s), -1, *[1] * (view.g.dim() - 2))"


def _hold(subject: Subject, setting: Setting) -> None:
    """Hold the rule to its formula; where it remembers, over two consecutive batches."""
    memory = setting.memory(subject.part)
    for step in (1, 2) if subject.part.memories() else (1,):
        view = setting.view(subject.part, seed=100 * step).remembering(memory)
        when = f"in step {step}, " if step > 1 else ""
        _hold_step(subject, view, when, claimed=True)
        memory = stepped(subject, view)[1]


def _hold_step(subject: Subject, view: View, when: str, claimed: bool = False) -> None:
    """Hold change and memory of one step to the claims; without claims, unless asked for, to be finite."""
    shown = shows(subject.part, view)
    dw, memory = stepped(subject, view, f"{when}dw")
    try:
        expected, kept = looped(subject, view), remembered(subject, view)
    except NotApplicable:
        if claimed:
            raise
        return
    hold_near(f"{subject.kind}: {when}dw", dw, expected.reshape(dw.shape), **shown)
    for name, tensor in kept.items():
        what = f"{subject.kind}: {when}memory {name} after the step"
        hold_near(what, getattr(memory, name), tensor, **shown)


def _of_example(subject: Subject, example: Example) -> View:
    """A dense view of the numbers in an example; u and v are g, and w_e is w, where they are not given."""
    given = {k: float64(v) for k, v in example.given.items() if k in TENSORS}
    w, g = given["w"], given["g"]
    given = {"w_e": w, "u": g, "v": g, **given}
    tensors: dict[str, Any] = {
        k: t if k in ("w", "w_e") else t[..., None] for k, t in given.items()
    }
    setting = Setting(Plain(neurons=len(w)), (w.shape[1], 1), len(g))
    view = setting.view(subject.part, **tensors)
    for name, values in example.given.get("memory", {}).items():
        memory = getattr(view.memory, name)
        memory.copy_(float64(values).view(memory.shape))
    heard = {k: float64(v) for k, v in example.given.get("signals", {}).items()}
    return replace(view, signals={**view.signals, **heard})
