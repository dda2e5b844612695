"""The label as a third factor: the neuron that should have answered."""

import torch
from torch import Tensor

from neuroplast import Signal, hookimpl
from neuroplast.shapes import Post
from neuroplast_plugins.signals.labelled import must_have_neurons


class Teacher(Signal):
    """One for the neuron whose index is the stimulus's label, zero for all others.

    Shapes:
        labels: (batch,), whole numbers from 0. The signal: (batch, post), dimensionless, 0 or 1.

    Source:
        The supervised head in the code of Journé et al. (2023), ICLR, arXiv 2209.11883.

    Raises:
        ConfigurationError: where a label has no neuron of its index.
    """

    kind = "teacher"

    def check_labels(self, labels: Tensor, neurons: int) -> None:
        """Refuse a label without a neuron."""
        must_have_neurons(self.kind, labels, neurons)

    def signal(self, labels: Tensor, response: Post) -> Tensor:
        """One-hot over the neurons."""
        if not labels.is_cuda:  # there a run has asked before it began
            self.check_labels(labels, response.shape[1])
        wanted = torch.zeros(response.shape[:2], dtype=response.dtype, device=response.device)
        return wanted.scatter_(1, labels.view(-1, 1), 1.0)


@hookimpl
def signals() -> list[type[Signal]]:
    """Provide the signal."""
    return [Teacher]
