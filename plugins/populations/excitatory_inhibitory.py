"""Two groups of neurons, by what they do to the neurons that they reach."""

from typing import ClassVar

from pydantic import Field

from neuroplast import Population, RisingPopulation, hookimpl
from neuroplast.functional import rectified_power
from neuroplast.shapes import Post


class ExcitatoryInhibitory(RisingPopulation):
    """y = max(v, 0)ⁿ; the first neurons excite what they reach, the rest inhibit it.

    The response is a rate and not negative in either group. What differs is the sign of the outgoing weights, which
    the constraint `dale` of the layers that this one feeds keeps: +1 for the first round(excitatory · neurons) neurons
    (a half to the even number), -1 for the others.

    Shapes:
        v, g, y: (batch, post, *positions).

    Source:
        Eccles, Fatt & Koketsu (1954), J. Physiol. 126, 524-562 (Dale's principle); groups of a layer as in
        Cornford et al. (2021), ICLR.
    """

    kind: ClassVar[str] = "excitatory_inhibitory"
    excitatory: float = Field(0.8, ge=0, le=1, description="share of neurons that excite")
    power: float = Field(1.0, gt=0, description="n")

    def rise(self, level: Post) -> Post:
        """The response."""
        return rectified_power(level, self.power)

    def signs(self, n_post: int) -> list[int]:
        """Of each neuron's outgoing weights."""
        exciting = round(self.excitatory * n_post)
        return [1] * exciting + [-1] * (n_post - exciting)


@hookimpl
def populations() -> list[type[Population]]:
    """Provide the population."""
    return [ExcitatoryInhibitory]
