"""No neuron is connected to itself."""

from typing import ClassVar

import torch
from torch import Tensor

from neuroplast import ConfigurationError, Constraint, ConstraintContext, Fit, Refusal, hookimpl
from neuroplast.shapes import Weights


class NoAutapses(Constraint):
    """w_ii = 0 in a projection from the layer itself; in a convolution, the middle of each neuron's own channel.

    Counts values.

    Raises:
        Refusal: in a projection from elsewhere.
    """

    kind: ClassVar[str] = "no_autapses"
    cuts: ClassVar[bool] = True

    def check(self, fit: Fit) -> None:
        """Refuse projections from elsewhere."""
        if not fit.recurrent:
            raise Refusal(
                "autapses_of_others",
                "no_autapses: the projection comes from other neurons, which have no synapse onto themselves here; "
                'use it where from = "self"',
            )
        if fit.weight_shape and fit.weight_shape[0] != fit.response_shape[0]:
            raise ConfigurationError(
                f"no_autapses: positions of {fit.response_shape} do not share weights here, and it does not know "
                "which of these is a neuron's own; use a convolution or a dense projection"
            )

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Take each neuron's synapse onto itself away."""
        neuron = torch.arange(len(w), device=w.device)
        middle = [side // 2 for side in w.shape[2:]]
        own: tuple[Tensor | int, ...] = (
            neuron,
            neuron % w.shape[1],
            *middle,
        )  # of groups, the channel within the group
        grown = (w[own] != 0).sum()
        w[own] = 0.0
        return grown


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [NoAutapses]
