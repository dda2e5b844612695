"""Weights whose spread goes with the number of synapses into and out of a layer's neurons."""

from collections.abc import Callable
from math import prod, sqrt
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights


class Xavier(Initialisation):
    """Zero-mean weights of variance 2 / (N + M), N the fan-in, M the fan-out.

        w_ij ~ N(0, 2 / (N + M))   or   U(-a, a), a = sqrt(6 / (N + M))

    M is the number of neurons times the positions of a kernel: how many synapses leave an input channel of a
    convolution without groups. With groups and without shared weights it counts all neurons too, as PyTorch does, so
    that weights are smaller than they need be; `normal` goes by the fan-in alone.

    Source:
        Glorot & Bengio (2010), AISTATS, 249-256, eq. 16 (uniform); as normal numbers in Lagani's released code.
    """

    kind: ClassVar[str] = "xavier"
    aliases: ClassVar[tuple[str, ...]] = ("glorot",)
    distribution: Literal["normal", "uniform"] = Field(
        "normal", description="how weights are spread"
    )

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """Independent weights."""
        variance = 2 / (fan_in + shape[0] * prod(shape[2:]))
        if self.distribution == "normal":
            return torch.randn(shape, generator=rng) * sqrt(variance)
        bound = sqrt(3 * variance)
        return torch.empty(shape).uniform_(-bound, bound, generator=rng)


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [Xavier]
