"""What is done to stimuli before the first layer; fitted on training stimuli only."""

from abc import abstractmethod
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast.component import Component, State
from neuroplast.shapes import Shape


class Preprocessing(Component):
    """x -> x, one of a list, in order. `when = "train"` keeps it from validation and test stimuli, for augmentation.

    signed: whether its result may be negative where its input is not; Dale's principle needs to know.
    """

    family: ClassVar[str] = "preprocessing"
    signed: ClassVar[bool] = False
    when: Literal["always", "train"] = Field(
        "always", description="whether it is done to all stimuli, or to training stimuli alone"
    )

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one stimulus, where it becomes another; ConfigurationError where a stimulus does not fit."""
        return shape

    def fit(self, x: Tensor) -> dict[str, Tensor]:
        """What is learnt from the training stimuli (n, ...) as floats; later the memory of `apply`."""
        return {}

    @abstractmethod
    def apply(self, x: Tensor, memory: State, rng: torch.Generator) -> Tensor:
        """A batch of stimuli, preprocessed; `rng` is a stream of its own for augmentation."""
