"""What every signal is held to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.shapes import Post
from neuroplast.testing.asking import check
from neuroplast.testing.calls import Call, coupled_as_declared, of_each
from neuroplast.testing.claims import SignalClaims
from neuroplast.testing.manners import manners
from neuroplast.testing.numbers import float64, hold_near
from neuroplast.testing.responses import responses
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject


def calls(subject: Subject) -> Iterator[Call]:
    """Calls of `signal` from one neuron up; each stimulus with every label in turn."""
    for setting in responses():
        response = setting.post()
        for shift in range(min(3, response.shape[1])):
            labels = (torch.arange(len(response)) + shift) % response.shape[1]
            yield call_of(subject.part, labels, response)


def call_of(signal: Any, labels: Tensor, response: Post) -> Call:
    """The call of `signal`: one value per stimulus, or per stimulus and neuron."""

    def ask(given: dict[str, Tensor], memory: State) -> Tensor:
        found: Tensor = signal.signal(given["labels"], given["response"])
        return found

    batch, post = response.shape[:2]
    given = {"labels": labels, "response": response}
    return Call(signal, "signal(labels, response)", ask, given, ((batch,), (batch, post)))


manners("signal", calls)


@check("signal", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """A loop over stimuli gives the same factors."""
    claims = stated(subject, SignalClaims, "signal")

    def hold(call: Call) -> None:
        labels, response = call.given["labels"], call.given["response"]
        if response.dim() > 2:
            return
        rows = [
            claims.signal(call.part, label, row)
            for label, row in zip(labels.tolist(), response.tolist(), strict=True)
        ]
        hold_near("signal", call.result(), float64(rows), **call.given)

    of_each(calls(subject), hold)


@check("signal", "gives the numbers worked by hand", worked)
def by_hand(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    labels = torch.tensor([case.example.given["label"]])
    response = float64([case.example.given["y"]])
    found = call_of(case.part, labels, response).result()
    case.hold(f"signal of {case.part}", found[0], label=labels, y=response)


@check("signal", "judges each stimulus alone")
def judges_alone(subject: Subject) -> None:
    """A stimulus gives the same factor whatever is presented with it, unless the part declares `couples_batch`."""
    coupled_as_declared(subject.part, calls(subject))
