"""How near several neurons' weights are to the principal components of their stimuli, one by one and together."""

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl


class PrincipalComponents(Measure):
    """The first neurons' weights beside the first eigenvectors e_k of the training stimuli's second moments.

    Numbers: `cosine_k`, |cos(w_k, e_k)| for each k up to `count`; `smallest_cosine`, the least of them;
    `largest_angle`, in degrees, the largest principal angle between the span of w_1 ... w_count and that of
    e_1 ... e_count, which is 0 where they are the same subspace and 90 where one has a direction orthogonal to all of
    the other, as also where weights depend on each other and span less; and `captured`, the variance of the stimuli
    within the span of the weights over that within the components', at most 1.

    Source:
        Sanger (1989), Neural Networks 2, 459-473; for principal angles Björck & Golub (1973), Math. Comp. 27, 579-594.

    Raises:
        ConfigurationError: where there is no such layer, it does not see the stimuli, or has fewer neurons or inputs
            than `count`.
    """

    kind: ClassVar[str] = "principal_components"
    layer: str | None = Field(
        None, description="whose weights, a dense layer on the stimuli; the first by default"
    )
    count: int = Field(2, ge=1, description="neurons, and components")
    about: Literal["zero", "mean"] = Field(
        "zero", description="what second moments are taken about"
    )

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """The cosines one by one and their least, the largest angle, and the share of variance."""
        x = stimuli.flatten(1).cpu().double()
        w = self._weights(network, x)
        if self.about == "mean":
            x = x - x.mean(0)
        moments = x.T @ x / len(x)
        values, vectors = torch.linalg.eigh(moments)
        components = vectors.T.flip(0)[: self.count]
        cosines = [float(c) for c in torch.cosine_similarity(w, components).abs()]
        basis = _basis(w)
        whole = (
            len(basis) == self.count
        )  # else a component is left out in part, whatever the others
        angles = torch.linalg.svdvals(basis @ components.T)
        smallest = angles.min().clamp(max=1) if whole else angles.new_zeros(())
        captured = (basis @ moments @ basis.T).trace() / values.flip(0)[: self.count].sum()
        return {
            **{f"cosine_{k}": cosine for k, cosine in enumerate(cosines, start=1)},
            "smallest_cosine": min(cosines),
            "largest_angle": float(smallest.acos().rad2deg()),
            "captured": float(captured),
        }

    def _weights(self, network: Network, x: Tensor) -> Tensor:
        """(count, inputs), of the first neurons, on the CPU."""
        name = self.layer or next(iter(network.layers), "")
        if name not in network.layers:
            known = ", ".join(network.layers) or "none"
            raise ConfigurationError(
                f"principal_components: no layer {name!r}; name one of the network's ({known})"
            )
        w = network.layers[name].w.detach().cpu().double()
        if w.shape[1:] != x.shape[1:] or self.count > min(w.shape):
            raise ConfigurationError(
                f"principal_components: {self.count} asked of {name} with weights {tuple(w.shape)}, the stimuli have "
                f"{x.shape[1]} values; name a dense layer that sees them, and count no more than its neurons or inputs"
            )
        return w[: self.count]


def _basis(w: Tensor) -> Tensor:
    """Orthogonal directions of length 1 that span the rows of w, which is float32 at heart: (rank, inputs)."""
    _, sizes, directions = torch.linalg.svd(w, full_matrices=False)
    basis: Tensor = directions[sizes > 1e-6 * sizes.max()]
    return basis


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [PrincipalComponents]
