"""The rates of a projection, which multiply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import reduce
from math import prod
from operator import mul
from typing import ClassVar

import torch
from torch import Tensor

from neuroplast import answers
from neuroplast.component import State
from neuroplast.errors import PartError
from neuroplast.parts.rate import Rate
from neuroplast.progress import Progress
from neuroplast.view import View

Remembering = tuple[Rate, State]
"""A rate and its memory."""


class Rates:
    """η, the product of all rates. neurons: how many values a rate of one for each has."""

    def __init__(self, rates: Sequence[Remembering], neurons: int, device: torch.device) -> None:
        self._rates, self._neurons, self._device = rates, neurons, device
        self._held: HeldNumbers | None = None

    def at(self, view: View, progress: Progress) -> float | Tensor:
        """The rate of a step: a number, or one per neuron."""
        if self._held is not None:
            return self._held.times_tensors(view, progress)
        return reduce(mul, [self.ask(which, view, progress) for which in self._rates])

    def adapt(self, view: View) -> None:
        """Let them remember the step."""
        for rate, memory in self._rates:
            rate.adapt(view.remembering(memory))

    def hold(self) -> HeldNumbers:
        """From now on until `let_go` answer with a tensor in which those that are numbers are held."""
        self._held = HeldNumbers(self, self._rates, self._device)
        return self._held

    def let_go(self) -> None:
        """Answer with numbers again."""
        self._held = None

    def ask(self, which: Remembering, view: View, progress: Progress) -> float | Tensor:
        """One of the rates."""
        rate, memory = which
        found = rate.at(view.remembering(memory), progress)
        return answers.rate(rate, found, self._neurons)


class HeldNumbers:
    """The rates that are numbers, multiplied in a tensor that is set before each replay of a captured step.

    A replay does the same operations with the same numbers as the step that was captured, and a number may depend on
    how far the phase is. It is held in float64, so that it is rounded where a number would be.
    """

    def __init__(self, rates: Rates, asked: Sequence[Remembering], device: torch.device) -> None:
        self._ask, self._asked = rates.ask, asked
        self._numbers: list[Remembering] = []
        self._view: View | None = None
        self._product = torch.ones((), dtype=torch.float64, device=device)
        self._set: float | None = None

    def times_tensors(self, view: View, progress: Progress) -> Tensor:
        """The product of all rates; PartError where a tensor depends on how far the phase is."""
        self._view, self._numbers, eta = view, [], self._product
        for which in self._asked:
            watched = Watched(**asdict(progress))
            found = self._ask(which, view, watched)
            if not isinstance(found, Tensor):
                self._numbers.append(which)
            elif watched.asked:
                raise PartError(which[0], "makes a tensor of how far the phase is; give a number")
            else:
                eta = eta * found
        return eta

    def set(self, progress: Progress) -> None:
        """Let the next replay be at this point of the phase."""
        if self._view is None:
            return
        found = [self._ask(which, self._view, progress) for which in self._numbers]
        number = float(prod(found))
        if number != self._set:
            self._product.fill_(number)
            self._set = number


class Watched(Progress):
    """Progress that knows whether it was asked how far the phase is."""

    asked: ClassVar[bool] = False

    def __getattribute__(self, name: str) -> object:
        """What it says, noted where that changes within a phase."""
        if name in ("step", "epoch"):
            object.__setattr__(self, "asked", True)
        return super().__getattribute__(name)
