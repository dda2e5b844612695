"""Every input reaches every neuron."""

from typing import ClassVar

from pydantic import Field
from torch import Tensor

from neuroplast import Synapse, hookimpl
from neuroplast.functional import add_product, product
from neuroplast.shapes import Post, Pre, Shape, Weights


class Dense(Synapse):
    """A full matrix of weights, u_i = Σ_j w_ij x_j.

    Images are flattened, so one stimulus has one position.

    Shapes:
        x: (batch, pre). w: (neurons, pre). u: (batch, neurons).
    """

    kind: ClassVar[str] = "dense"
    neurons: int = Field(ge=1, description="postsynaptic neurons")

    def weight_shape(self, input_shape: Shape) -> Shape:
        """(neurons, inputs)."""
        size = 1
        for n in input_shape:
            size *= n
        return self.neurons, size

    def output_shape(self, input_shape: Shape) -> Shape:
        """(neurons,)."""
        return (self.neurons,)

    def prepare(self, x: Tensor) -> Pre:
        """Flatten all but the batch."""
        return x.flatten(1)

    def drive(self, x: Pre, w: Weights) -> Post:
        """X wᵀ."""
        return product(x, w.T)

    def outer(self, post: Post, pre: Pre, w: Weights) -> Weights:
        """postᵀ pre."""
        return product(post.T, pre)

    def add_outer(self, w: Weights, post: Post, pre: Pre) -> None:
        """W += postᵀ pre."""
        add_product(w, post.T, pre)

    def energy(self, x: Pre, w: Weights) -> Tensor:
        """One sum for all neurons, (batch, 1)."""
        return x.square().sum(1, keepdim=True)

    def patches(self, x: Pre) -> Tensor:
        """One position, one group."""
        return x[:, None, None, :]

    def positions(self, x: Pre, w: Weights) -> Shape:
        """None but the one."""
        return ()


@hookimpl
def synapses() -> list[type[Synapse]]:
    """Provide the synapse."""
    return [Dense]
