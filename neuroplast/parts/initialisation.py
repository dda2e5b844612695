"""The weights a layer starts from."""

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor

from neuroplast.component import LayerPart
from neuroplast.shapes import Shape, Weights


class Initialisation(LayerPart):
    """(shape, fan_in, rng, inputs) -> w."""

    family: ClassVar[str] = "initialisation"

    @abstractmethod
    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """Weights of `shape`, in float32 on the CPU, from `rng` alone.

        inputs: yields a batch of the layer's own normalised input; None where there are no stimuli yet.
        """
