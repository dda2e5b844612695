"""The manners of a part: what holds of every call, whatever the family."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from neuroplast.component import Component, State
from neuroplast.kinds import KINDS
from neuroplast.signatures import misfit
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.calls import Call, of_each
from neuroplast.testing.devices import need_gpu
from neuroplast.testing.layouts import LAYOUTS
from neuroplast.testing.numbers import FLOAT32, hold_near, in_words
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import like, repeatable, same_bits, watched

Calls = Callable[[Subject], Iterable[Call]]


def manners(family: str, calls: Calls) -> None:
    """Make the checks of good manners for one family, from the ways in which its parts are called."""
    check(family, "takes the arguments of its interface")(takes_its_arguments)
    for name, hold in _OF_A_CALL.items():
        _register(family, name, hold, lambda s, hold=hold: of_each(calls(s), hold))  # type: ignore[misc]
    _register(
        family, "keeps nothing between calls", undisturbed, lambda s: undisturbed(list(calls(s)))
    )


def _register(
    family: str, name: str, told: Callable[..., None], ask: Callable[[Subject], None]
) -> None:
    """Register a check under the docstring of the function that holds it."""
    ask.__doc__ = told.__doc__
    check(family, name)(ask)


def takes_its_arguments(subject: Subject) -> None:
    """A method can be called by place and by name, as layers do; a wrong signature is told before it fails in one."""
    part: type[Component] = type(subject.part)
    if wrong := misfit(part, KINDS[subject.family].interface):
        raise Violation(f"{subject.kind}: {wrong}")


def keeps_form(call: Call) -> None:
    """Shape, dtype and device are those that a layer counts on, and every value is finite."""
    for dtype in (torch.float64, torch.float32):
        typed = call.of(partial(Tensor.to, dtype=dtype))
        found = typed.result()
        shape = found.shape if _shape_fits(call, found) else call.shapes[0]
        like(call.what, found, typed.model.new_empty(shape), **typed.given)


def _shape_fits(call: Call, found: object) -> bool:
    return isinstance(found, Tensor) and tuple(found.shape) in call.shapes


def leaves_alone(call: Call) -> None:
    """What is handed over is read by others too, so it may not be changed; nor memory, but where it is meant to."""
    for arranged in (call, *(call.of(arrange) for arrange in LAYOUTS.values())):
        given = arranged.copies()
        memory = {k: t.clone() for k, t in arranged.memory.items()}
        kept = {} if call.remembers else {f"memory.{k}": t for k, t in memory.items()}
        watched(call.what, partial(call.ask, dict(given), State(memory)), **given, **kept)


def repeats(call: Call) -> None:
    """Equal arguments and equal memory give equal bits, on the third call too."""
    repeatable(call.what, call.outcome)


def undisturbed(calls: list[Call]) -> None:
    """Other calls in between make no difference: what a part keeps is declared memory, and belongs to a layer."""
    first: list[tuple[Call, Tensor]] = []
    of_each(calls, lambda call: first.append((call, call.outcome())))
    for call, before in reversed(first):
        if not same_bits(after := call.outcome(), before):
            raise Violation(
                f"{call.what}: gave another result after calls with other arguments; "
                "keep nothing between calls but declared memory",
                in_words(**call.given, before=before, after=after),
            )


def any_layout(call: Call) -> None:
    """Tensors come channels last, and as views of others."""
    expected = call.result()
    for name, arrange in LAYOUTS.items():
        found = call.of(arrange, memory=False).result()
        hold_near(f"{call.what}, {name} in memory", found, expected, **call.given)


def in_float32(call: Call) -> None:
    """The same numbers in float32, in which layers compute, give the same within its rounding."""
    single = call.of(Tensor.float)
    expected = single.of(Tensor.double).result()
    hold_near(f"{call.what} in float32", single.result(), expected, FLOAT32, **single.given)


def on_a_gpu(call: Call) -> None:
    """The same numbers on a GPU stay there and give the same."""
    need_gpu()
    there = replace(
        call,
        given={k: t.cuda() for k, t in call.given.items()},
        memory={k: t.cuda() for k, t in call.memory.items()},
    )
    found = there.result()
    like(f"{call.what} on a GPU", found, there.model.new_empty(found.shape))
    hold_near(f"{call.what} on a GPU", found.cpu(), call.result(), **call.given)


_OF_A_CALL: dict[str, Callable[[Call], None]] = {
    "keeps shape, dtype and device": keeps_form,
    "changes nothing it is handed": leaves_alone,
    "gives the same bits when asked again": repeats,
    "does not depend on the order in memory": any_layout,
    "gives in float32 what it gives in float64": in_float32,
    "gives on a GPU what it gives on the CPU": on_a_gpu,
}
"""What holds of each call, by the name of the check."""
