"""What is done to stimuli before the first layer; fitted on training stimuli only."""

from abc import abstractmethod
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast.component import Component, State


class Preprocessing(Component):
    """x -> x, one of a list, in order. `when = "train"` keeps it from validation and test stimuli, for augmentation."""

    family: ClassVar[str] = "preprocessing"
    when: Literal["always", "train"] = Field(
        "always", description="whether it is done to all stimuli, or to training stimuli alone"
    )

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """What is learnt from the training stimuli (n, ...) as floats; later the memory of `apply`."""
        return {}

    @abstractmethod
    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """A batch of stimuli, preprocessed; `rng` is a stream of its own for augmentation."""
