"""How the steps beside `plain` move weights."""

from torch import Tensor

from neuroplast.functional import per_neuron
from neuroplast.shapes import Weights


def move(w: Weights, change: Weights, eta: float | Tensor) -> None:
    """W += η · change, in place; η a number, or one per neuron."""
    if isinstance(eta, Tensor):
        w.addcmul_(change, per_neuron(eta, w))
    else:
        w.add_(change, alpha=eta)
