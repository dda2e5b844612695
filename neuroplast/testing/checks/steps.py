"""What every step is held to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.delta import Computed, Delta
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import Plain, Setting, geometries, ladder
from neuroplast.testing.claims import StepClaims
from neuroplast.testing.numbers import float64, hold_near, in_words
from neuroplast.testing.stated import Worked, own_memory, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import same_bits, watched

STEPS = 3
"""Consecutive steps, so that a memory that is wrong in one shows in the next."""


def etas(neurons: int) -> tuple[float, Tensor]:
    """A rate as a number, and as one per neuron."""
    return 0.25, torch.linspace(0.1, 0.4, neurons, dtype=torch.float64)


def changes(setting: Setting, w: Tensor, aliased: bool) -> Iterator[Delta]:
    """A symbolic change for each step; its decay is of w itself where `aliased`, as in most layers."""
    for n in range(STEPS):
        view = setting.view(seed=20 * n, w=w)
        view = replace(view, w_e=w) if aliased else view
        yield view.outer(view.g) - view.decay(view.g * view.v)


def of_synapse(part: Any, memory: State, i: int, j: int) -> dict[str, float]:
    """A step's memory as synapse j of neuron i has it."""
    found = {}
    for name, declared in part.memories().items():
        tensor: Tensor = getattr(memory, name)
        if declared.shape == "weights":
            tensor = tensor.flatten(1)[i, j]
        elif declared.shape == "post":
            tensor = tensor[i]
        elif declared.shape != "scalar":
            raise NotApplicable(
                f"{name} has a memory {declared.shape!r}, which is no synapse's own"
            )
        found[name] = float(tensor)
    return found


@check("step", "equals its formula over three steps, synapse by synapse")
def equals_its_formula(subject: Subject) -> None:
    """New weight and new memory of every synapse, for a rate as a number and one per neuron."""
    claims = stated(subject, StepClaims, "apply")
    for setting in (*ladder(), *geometries(subject.registry)):
        for eta in etas(len(setting.w())):
            for aliased in (True, False):
                _hold_steps(subject.part, claims, setting, eta, aliased)


def _hold_steps(
    part: Any, claims: StepClaims, setting: Setting, eta: float | Tensor, aliased: bool
) -> None:
    w, memory = setting.w(), setting.memory(part)
    for number, delta in enumerate(changes(setting, w, aliased), start=1):
        before, dw = w.clone(), delta.tensor()
        rates = torch.as_tensor(eta).expand(len(w)).tolist()
        remembered = [
            [of_synapse(part, memory, i, j) for j in range(before.flatten(1).shape[1])]
            for i in range(len(w))
        ]
        part.apply(w, delta, eta, memory)
        each = zip(before.flatten(1).tolist(), dw.flatten(1).tolist(), strict=True)
        expected = [
            [
                claims.apply(part, a, b, rates[i], remembered[i][j])
                for j, (a, b) in enumerate(zip(*row, strict=True))
            ]
            for i, row in enumerate(each)
        ]
        shown: dict[str, Any] = {"step": number, "w before": before, "dw": dw, "eta": eta}
        wanted = float64([[new for new, _ in row] for row in expected])
        hold_near("w", w, wanted.reshape(w.shape), **shown)
        for i, row in enumerate(expected):
            for j, (_, kept) in enumerate(row):
                claimed = {**remembered[i][j], **own_memory(part, "apply", kept)}
                _hold_memory(claims, of_synapse(part, memory, i, j), claimed, (i, j), shown)


def _hold_memory(
    claims: StepClaims,
    found: Mapping[str, float],
    wanted: Mapping[str, float],
    synapse: tuple[int, int],
    shown: dict[str, Any],
) -> None:
    """Hold the memory of one synapse to the claims; what they leave out must be as it was, unless it is unclaimed."""
    i, j = synapse
    for name in (name for name in found if name not in claims.unclaimed):
        pair = torch.tensor(found[name]), torch.tensor(wanted[name])
        hold_near(f"memory {name} of synapse {j} of neuron {i}", *pair, 1e-6, **shown)


@check("step", "gives the numbers worked by hand", worked)
def agrees_with_examples(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    setting = Setting(Plain(neurons=1), (1, 1), 1)
    w, dw = (
        float64(case.example.given["w"]).reshape(1, 1).clone(),
        float64(case.example.given["dw"]).reshape(1, 1),
    )
    memory = setting.memory(case.part)
    for name, value in case.example.given.get("memory", {}).items():
        own = getattr(memory, name)
        own.copy_(float64(value).view(own.shape))
    delta = Delta(setting.synapse, w, (Computed(lambda: dw.clone()),))
    case.part.apply(w, delta, float(case.example.given["eta"]), memory)
    case.hold("w", w.reshape(()))


@check("step", "changes w in place, and nothing else but its memory")
def works_in_place(subject: Subject) -> None:
    """The tensor of the weights, its memory order and dtype stay; activities, effective weights and rates too."""
    for setting in (*ladder(), *geometries(subject.registry)):
        for dtype in (torch.float64, torch.float32):
            w = setting.w(dtype=dtype)
            place = w.data_ptr(), w.stride(), w.dtype
            view = setting.view(w=w, dtype=dtype)
            delta = view.outer(view.g) - view.decay(view.g * view.v)
            eta = etas(len(w))[1].to(dtype)
            handed = {k: getattr(view, k) for k in ("x", "w_e", "u", "v", "g")}
            memory = setting.memory(subject.part, dtype)

            def apply(w: Tensor = w, delta: Delta = delta, memory: State = memory) -> Any:
                return subject.part.apply(w, delta, eta, memory)  # noqa: B023

            result = watched("step", apply, **handed, eta=eta)
            if result is not None or (w.data_ptr(), w.stride(), w.dtype) != place:
                raise Violation("step: gave new weights; change w in place", in_words(w=w))
            if not w.isfinite().all():
                raise Violation(
                    "step: made a weight that is not finite; guard every division",
                    in_words(w=w, **handed),
                )


@check("step", "gives the same again from the same memory")
def is_repeatable(subject: Subject) -> None:
    """Nothing is kept between steps but declared memory."""
    for setting in ladder():
        results = []
        for _ in range(2):
            w, memory = setting.w(), setting.memory(subject.part)
            for delta in changes(setting, w, aliased=True):
                subject.part.apply(w, delta, 0.25, memory)
            results.append(w)
        if not same_bits(*results):
            raise Violation(
                "step: the same three steps gave other weights the second time; "
                "keep nothing between steps but declared memory",
                in_words(first=results[0], second=results[1]),
            )
