"""The change divided by its own largest entry."""

from typing import ClassVar

from neuroplast import Delta, NotFiniteError, Scaling, View, hookimpl
from neuroplast.functional import largest_magnitude


class Largest(Scaling):
    """Δ / (max |Δ| + 1e-30), the largest absolute entry of the whole layer.

    The largest single change of a step is then the rate itself, whatever the batch, the loss of scale or the data.
    It couples the neurons of a layer, so the rule is no longer local.

    Source:
        Krotov & Hopfield (2019), PNAS 116, 7723-7731; in SoftHebb's code, not in its paper (discrepancy S2).

    Raises:
        NotFiniteError: on the CPU, where it sees a change that is not finite before it is applied.
    """

    kind: ClassVar[str] = "largest"

    def scale(self, delta: Delta, view: View) -> Delta:
        """The scaled change."""
        computed = delta.computed()
        largest = largest_magnitude(computed.tensor())
        if (
            not largest.is_cuda and not largest.isfinite()
        ):  # on a GPU, looking would make every step wait
            raise NotFiniteError("change not finite")
        return computed / (largest + 1e-30)


@hookimpl
def scalings() -> list[type[Scaling]]:
    """Provide the scaling."""
    return [Largest]
