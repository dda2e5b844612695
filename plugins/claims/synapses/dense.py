"""A full matrix: every neuron sees every input, images row by row."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, SynapseClaims


class DenseClaims(SynapseClaims):
    """Neuron i has a synapse from each input, in the order channel, row, column; there is one position."""

    of = "dense"
    cases = ({"neurons": 3}, {"neurons": 1}, {"neurons": 4})
    shapes = ((5,), (1,), (2, 3, 2))

    def positions(self, synapse: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
        """One position."""
        return ()

    def neurons(self, synapse: Any, shape: tuple[int, ...]) -> int:
        """As many as were asked for."""
        return int(synapse.neurons)

    def sees(
        self, synapse: Any, shape: tuple[int, ...], neuron: int, position: tuple[int, ...]
    ) -> list[tuple[int, ...] | None]:
        """Every input, the last axis fastest."""
        indices: list[tuple[int, ...]] = [()]
        for size in shape:
            indices = [(*index, n) for index in indices for n in range(size)]
        return list(indices)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DenseClaims]
