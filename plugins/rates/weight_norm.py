"""A learning rate for each neuron, that falls as its weights come to unit length."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Progress, Rate, View, hookimpl
from neuroplast.functional import norms


class WeightNorm(Rate):
    """η_i = eta · (| |w_i| - 1 | + 1e-10)^q, |w_i| the Euclidean norm of the neuron's weights before this step.

    Shapes:
        η: (post,).

    Source:
        Journé et al. (2023), arXiv 2209.11883, where the paper prints (|w_i| - 1)^q; the authors' code takes the
        absolute value and adds 1e-10, which is defined below unit length too (discrepancy S3).
    """

    kind: ClassVar[str] = "weight_norm"
    parameter_aliases = {"lr": "eta"}
    eta: float = Field(gt=0, description="η at a distance of 1 from unit length")
    power: float = Field(0.5, ge=0, description="q")

    def at(self, view: View, progress: Progress) -> Tensor:
        """One rate per neuron."""
        distance = norms(view.w).sub_(1.0).abs_().add_(1e-10)
        return distance.pow_(self.power).mul_(self.eta)


@hookimpl
def rates() -> list[type[Rate]]:
    """Provide the rate."""
    return [WeightNorm]
