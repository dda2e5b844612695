"""Running means over stimuli and positions, which several rules compare activity with."""

from torch import Tensor

from neuroplast.functional import moved, per_neuron


def above(activity: Tensor, mean: Tensor) -> Tensor:
    """Activity (batch, neurons, *positions) minus the mean of each neuron, (neurons,)."""
    return activity - per_neuron(mean, activity[0])


def move(mean: Tensor, towards: Tensor, time_constant: float, stimuli: int) -> None:
    """Move a mean, in place, towards that of a batch of some stimuli; time_constant in stimuli."""
    mean.lerp_(towards, moved(time_constant, stimuli))
