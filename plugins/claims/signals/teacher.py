"""The supervised head of SoftHebb, Journé et al. (2023), arXiv 2209.11883, in its code: the one-hot label."""

import torch

from neuroplast import Signal, hookimpl
from neuroplast.testing import Claims, Example, SignalClaims, holds


class TeacherClaims(SignalClaims):
    """1 for the neuron with the label's number, 0 for the others."""

    of = "teacher"
    examples = (
        Example(
            given={"label": 1, "y": [0.2, 0.9, 0.1]},
            expected=[0.0, 1.0, 0.0],
            note="the second of three",
        ),
        Example(
            given={"label": 0, "y": [0.2, 0.9, 0.1]},
            expected=[1.0, 0.0, 0.0],
            note="what neurons answer does not matter",
        ),
        Example(given={"label": 0, "y": [5.0]}, expected=[1.0], note="one neuron, one class"),
    )

    def signal(self, signal: object, label: int, y: list[float]) -> list[float]:
        """The label, one-hot over the neurons."""
        taught = [0.0] * len(y)
        taught[label] = 1.0
        return taught

    @holds
    def positions_are_taught_alike(self, signal: Signal) -> None:
        """There is one value for a stimulus and neuron, however many positions."""
        response = torch.zeros(2, 3, 4, 5)
        taught = signal.signal(torch.tensor([2, 0]), response)
        assert taught.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [TeacherClaims]
