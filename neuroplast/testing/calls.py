"""Calls of a part's methods on tensors, so that one set of manners can be asked of every family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.shapes import Shape
from neuroplast.testing.asking import NotApplicable, Violation
from neuroplast.testing.numbers import hold_near, normal

Tensors = Mapping[str, Any]
"""Tensors by name; as Any, so that they can be handed on by name."""

Place = tuple[slice | int, ...]
"""An index into a tensor."""


@dataclass(frozen=True)
class Call:
    """One way in which a part is called.

    part: the part, with the parameters it has in this call.
    what: the call as its interface writes it: "compete(v, memory)".
    ask: makes the call, from tensors by name and the part's memory.
    given: what is handed to it. memory: what the part remembers before it.
    shapes: those that the result may have.
    remembers: whether the call may change memory.
    batched: which of `given` have a stimulus in each row; None where all do.
    """

    part: Any
    what: str
    ask: Callable[[dict[str, Tensor], State], Tensor]
    given: Tensors
    shapes: tuple[Shape, ...]
    memory: Tensors = field(default_factory=dict)
    remembers: bool = False
    batched: tuple[str, ...] | None = None

    def of(self, change: Callable[[Tensor], Tensor], memory: bool = True) -> Call:
        """The same call on changed tensors; whole numbers, such as labels, stay as they are.

        memory: whether memory is changed too.
        """
        remembered = _changed(self.memory, change) if memory else self.memory
        return replace(self, given=_changed(self.given, change), memory=remembered)

    def result(self) -> Tensor:
        """What comes back, from copies of all tensors."""
        return self.ask(self.copies(), State(_copies(self.memory)))

    def outcome(self) -> Tensor:
        """What comes back and the memory after it, in one row, to compare bits."""
        memory = _copies(self.memory)
        found = self.ask(self.copies(), State(memory))
        return torch.cat([found.flatten(), *(t.flatten().to(found) for t in memory.values())])

    def copies(self) -> dict[str, Tensor]:
        """Copies of what is handed over, in the same memory order."""
        return _copies(self.given)

    @property
    def model(self) -> Tensor:
        """The tensor whose dtype and device the result must have."""
        model: Tensor = next(t for t in self.given.values() if t.is_floating_point())
        return model


def _changed(tensors: Tensors, change: Callable[[Tensor], Tensor]) -> Tensors:
    return {k: change(t) if t.is_floating_point() else t for k, t in tensors.items()}


def _copies(tensors: Tensors) -> dict[str, Tensor]:
    """Copies that stand in memory as the originals do, also where those have gaps."""
    copies = {}
    for name, tensor in tensors.items():
        span = sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True)) + 1
        whole = tensor.as_strided((span,), (1,)).clone()
        copies[name] = whole.as_strided(tensor.shape, tensor.stride(), 0)
    return copies


# -- asking a call of many sizes ---------------------------------------------------------------------------------------


def of_each(calls: Iterable[Call], hold: Callable[[Call], None]) -> None:
    """Hold every call that the part does not refuse with a ConfigurationError; NotApplicable where it refuses all."""
    refusal, held = "", 0
    for call in calls:
        try:
            hold(call)
            held += 1
        except ConfigurationError as error:
            refusal = str(error)
    if not held:
        raise NotApplicable(f"every size that was tried is refused: {refusal or 'there is none'}")


def coupled_as_declared(part: Any, calls: Iterable[Call]) -> None:
    """Hold that a stimulus depends on the others of its batch just where the part declares `couples_batch`."""
    if part.couples_batch:
        some_apart(f"{part.kind}: declares couples_batch, and no stimulus", calls, stimuli_alone)
    else:
        of_each(calls, stimuli_alone)


def some_apart(what: str, calls: Iterable[Call], hold: Callable[[Call], None]) -> None:
    """Hold that some call is not alone, since the part declares so."""
    for call in calls:
        try:
            hold(call)
        except ConfigurationError:
            continue
        except Violation:
            return
    raise Violation(f"{what} changed with the others; leave the declaration out")


def stimuli_alone(call: Call) -> None:
    """Hold that each stimulus gives the same when it is presented by itself."""
    whole = call.result()
    for b in range(len(whole)):
        given = {
            name: t[b : b + 1] if call.batched is None or name in call.batched else t
            for name, t in call.given.items()
        }
        found = replace(call, given=given).result()
        hold_near(
            f"{call.what}: stimulus {b} alone, against the same in a batch",
            found,
            whole[b : b + 1],
            **call.given,
        )


def positions_alone(call: Call, *names: str) -> None:
    """Hold that each position gives the same whatever stands at the others, of these tensors, or of all."""
    whole = call.result()
    for place in product(*(range(n) for n in whole.shape[2:])):
        here: Place = (slice(None), slice(None), *place)
        found = replace(call, given=_elsewhere(call, here, names)).result()
        what = f"{call.what}: position {place} with other numbers at the other positions"
        hold_near(what, found[here], whole[here], **call.given)


def neurons_alone(call: Call) -> None:
    """Hold that each neuron gives the same whatever the others do."""
    whole = call.result()
    for i in range(whole.shape[1]):
        here: Place = (slice(None), i)
        found = replace(call, given=_elsewhere(call, here, ())).result()
        what = f"{call.what}: neuron {i} with other numbers at the other neurons"
        hold_near(what, found[here], whole[here], **call.given)


def _elsewhere(call: Call, here: Place, names: tuple[str, ...]) -> Tensors:
    """Other and larger numbers, except in one place."""
    given = dict(call.given)
    for name in names or given:
        other = 3 * normal(*given[name].shape, seed=99, dtype=given[name].dtype)
        other[here] = given[name][here]
        given[name] = other
    return given
