"""Reward: whether the neuron that answered most is the one of the label."""

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Signal, hookimpl
from neuroplast.shapes import Post
from neuroplast_plugins.signals.labelled import must_have_neurons


class Reward(Signal):
    """One value per stimulus: `correct` where the label's neuron has the largest mean response, else `wrong`.

    The mean is over positions; of equal responses the lowest index answers. The neurons are not told which of them was
    meant, only whether the layer was right.

    Shapes:
        labels: (batch,), whole numbers from 0: the index of the neuron that should answer.
        response: (batch, post, *positions). The signal: (batch,), dimensionless.

    Source:
        Frémaux & Gerstner (2016), Frontiers in Neural Circuits 9, 85.

    Raises:
        ConfigurationError: where a label has no neuron of its index.
    """

    kind = "reward"
    correct: float = Field(1.0, description="for a right answer")
    wrong: float = Field(-1.0, description="for a wrong answer")

    def check_labels(self, labels: Tensor, neurons: int) -> None:
        """Refuse a label without a neuron."""
        must_have_neurons(self.kind, labels, neurons)

    def signal(self, labels: Tensor, response: Post) -> Tensor:
        """Reward each stimulus by its answer."""
        if not labels.is_cuda:  # there a run has asked before it began
            self.check_labels(labels, response.shape[1])
        answer = response.flatten(2).mean(2) if response.dim() > 2 else response
        right = answer.argmax(1) == labels  # the first of equal responses
        return torch.where(right, self.correct, self.wrong).to(response.dtype)


@hookimpl
def signals() -> list[type[Signal]]:
    """Provide the signal."""
    return [Reward]
