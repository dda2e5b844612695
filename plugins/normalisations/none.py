"""The input as it is."""

from typing import ClassVar

from torch import Tensor

from neuroplast import Normalisation, State, hookimpl


class AsItIs(Normalisation):
    """x̂ = x."""

    kind: ClassVar[str] = "none"
    default: ClassVar[bool] = True

    def normalise(self, x: Tensor, memory: State, adapting: bool) -> Tensor:
        """The input itself."""
        return x


@hookimpl
def normalisations() -> list[type[Normalisation]]:
    """Provide the normalisation."""
    return [AsItIs]
