"""What every normalisation is held to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.shapes import Shape
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import Plain, Setting, on_a_line
from neuroplast.testing.calls import Call, Tensors, coupled_as_declared, of_each, stimuli_alone
from neuroplast.testing.claims import NormalisationClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.numbers import float64, hold_near, in_words, normal
from neuroplast.testing.responses import memory_of
from neuroplast.testing.stated import Worked, own_memory, stated, worked
from neuroplast.testing.subject import Subject

_SIZES: tuple[tuple[int, Shape], ...] = (
    (1, (1,)),
    (2, (1,)),
    (1, (2,)),
    (3, (2,)),
    (1, (1, 1, 2)),
    (2, (1, 2, 1)),
    (3, (2, 2, 3)),
    (2, (3, 4)),
)
"""Stimuli, and (channels, *positions)."""
_IMAGES: tuple[int, Shape] = (2, (2, 5, 4))
"""For parts that take patches of several pixels, beside what formulas are looped over."""


def inputs(batch: int, shape: Shape, seed: int = 0) -> Tensor:
    """Stimuli whose mean is not zero and whose variance is not one."""
    return 2 * normal(batch, *shape, seed=seed) + 1


def new_memory(part: Any, shape: Shape) -> dict[str, Tensor]:
    """What the normalisation of inputs of this shape remembers at first."""
    return memory_of(part, Setting(Plain(neurons=3), shape))


def call_of(part: Any, x: Tensor, memory: Tensors, adapting: bool) -> Call:
    """The call of `normalise`, while statistics adapt or when they are frozen."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        found: Tensor = part.normalise(given["x"], memory, adapting=adapting)
        return found

    what = f"normalise(x, memory, adapting={adapting})"
    return Call(part, what, ask, {"x": x}, ((len(x), *_promised(part, x)),), memory, adapting)


def _promised(part: Any, x: Tensor) -> Shape:
    """The shape of one normalised input that the next part is built by; of one that is refused, its own."""
    shape = tuple(x.shape[1:])
    try:
        return tuple(part.output_shape(shape))
    except ConfigurationError:
        return shape


def calls(subject: Subject, adapting: tuple[bool, ...] = (False, True)) -> Iterator[Call]:
    """Calls from one number up: frozen and adapting, with new memory and with memory that has adapted."""
    for batch, shape in (*_SIZES, _IMAGES):
        x = inputs(batch, shape)
        for remembered in _memories(subject.part, shape):
            for adapts in adapting:
                yield call_of(subject.part, x, remembered, adapts)


def _memories(part: Any, shape: Shape) -> Iterator[dict[str, Tensor]]:
    """New memory, and memory after a batch; only one of them where there is none."""
    memory = new_memory(part, shape)
    yield memory
    if memory:
        later = {k: t.clone() for k, t in memory.items()}
        part.normalise(inputs(4, shape, seed=7), State(later), adapting=True)
        yield later


manners("normalisation", calls)


@check("normalisation", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """Two batches while statistics adapt and one when they are frozen: the same x̂, and the same memory after each."""
    claims = stated(subject, NormalisationClaims, "normalise")
    held = sum(_hold_sequence(subject, claims, *size) for size in _SIZES)
    if not held:
        raise NotApplicable(f"{subject.kind} refuses every size that is tried")


def _hold_sequence(subject: Subject, claims: NormalisationClaims, batch: int, shape: Shape) -> bool:
    """Hold one sequence of batches; False where the part refuses their size."""
    memory = new_memory(subject.part, shape)
    for step, adapting in enumerate((False, True, True, False)):
        x = inputs(batch, shape, seed=step)
        before = {k: t.clone() for k, t in memory.items()}
        try:
            found = subject.part.normalise(x.clone(), State(memory), adapting=adapting)
        except ConfigurationError:
            return False
        expected, after = _claimed(claims, subject.part, x, before, adapting)
        when = f"batch {step + 1}, {'adapting' if adapting else 'frozen'}"
        hold_near(f"x̂ of {when}", found, expected, x=x, memory=before)
        for name in (name for name in memory if name not in claims.unclaimed):
            wanted = after.get(name, before[name])
            hold_near(f"memory {name} after {when}", memory[name], wanted, x=x, before=before[name])
    return True


def _claimed(
    claims: NormalisationClaims, part: Any, x: Tensor, memory: dict[str, Tensor], adapting: bool
) -> tuple[Tensor, dict[str, Tensor]]:
    """x̂ and the memory after it by the claimed formula."""
    rows = {name: tensor.flatten().tolist() for name, tensor in memory.items()}
    normalised, after = claims.normalise(part, on_a_line(x).tolist(), rows, adapting)
    after = own_memory(part, "normalise", after)
    remembered = {name: float64(row).view(memory[name].shape) for name, row in after.items()}
    return float64(normalised).reshape(x.shape), remembered


@check("normalisation", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    given = case.example.given
    x = float64(given["x"])
    memory = new_memory(case.part, tuple(x.shape[1:]))
    for name, row in given.get("memory", {}).items():
        memory[name].copy_(float64(row).view(memory[name].shape))
    found = call_of(case.part, x, memory, bool(given.get("adapting", False))).result()
    case.hold(f"x̂ of {case.part}", found, x=x)


@check("normalisation", "treats each stimulus alone when frozen")
def alone_when_frozen(subject: Subject) -> None:
    """Frozen, a stimulus is seen through running statistics and nothing else, so a batch of one will do."""
    of_each(calls(subject, (False,)), stimuli_alone)


@check("normalisation", "declares truly whether it couples the batch")
def couples_truly(subject: Subject) -> None:
    """While statistics adapt, a stimulus may depend on others, later ones too, only where `couples_batch` says so."""
    coupled_as_declared(subject.part, calls(subject, (True,)))


@check("normalisation", "declares truly whether it is signed")
def signed_truly(subject: Subject) -> None:
    """Where `signed` is false an input that is not negative stays so: Dale's principle rests on it."""
    negative = False

    def hold(call: Call) -> None:
        nonlocal negative
        found = call.of(Tensor.abs, memory=False).result()
        if (found < 0).any() and not subject.part.signed:
            raise Violation(
                f"{subject.kind}: declares signed = False, and makes {float(found.min()):g} of an input "
                "without negative numbers; declare signed = True",
                in_words(x=call.given["x"].abs(), found=found),
            )
        negative = negative or bool((found < 0).any())

    of_each(calls(subject), hold)
    if subject.part.signed and not negative:
        raise Violation(
            f"{subject.kind}: declares signed = True, and made nothing negative of inputs that are not; "
            "leave signed out"
        )


@check("normalisation", "stays finite on constant input")
def stays_finite(subject: Subject) -> None:
    """Black images, and stimuli that are all alike, have no variance to divide by."""

    def hold(call: Call) -> None:
        for value in (0.0, 1.0):
            for dtype in (torch.float64, torch.float32):
                flat = call.of(lambda t: t.to(dtype))  # noqa: B023
                constant = flat.of(lambda t: torch.full_like(t, value), memory=False)  # noqa: B023
                if not constant.outcome().isfinite().all():
                    raise Violation(
                        f"{call.what}: is not finite where every input is {value:g}",
                        in_words(shape=tuple(call.given["x"].shape), found=constant.result()),
                    )

    of_each(calls(subject), hold)
