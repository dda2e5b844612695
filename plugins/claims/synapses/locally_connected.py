"""A convolution's fields, with weights of their own at every position."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, SynapseClaims
from neuroplast_plugins.claims.synapses.windows import field, windows


class LocallyConnectedClaims(SynapseClaims):
    """u[o, h, v] = Σ_c,i,j w[h, v, o, c, i, j] x[c, s h + d i, s v + d j]."""

    of = "locally_connected"
    unshared = True
    cases = (
        {"neurons": 2, "kernel": 3, "padding": 0},
        {"neurons": 3, "kernel": 1},
        {"neurons": 2, "kernel": 2, "dilation": 2},
        {"neurons": 2, "kernel": 3, "stride": 2, "border": "zeros"},
        {"neurons": 1, "kernel": 3, "border": "replicate"},
        {"neurons": 2, "kernel": 3, "padding": 2, "border": "circular"},
    )
    shapes = ((2, 4, 3), (3, 2, 3), (1, 4, 5), (1, 5, 6), (1, 3, 4), (1, 3, 4))

    def positions(self, synapse: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Windows along the rows and along the columns."""
        return windows(synapse, shape[1]), windows(synapse, shape[2])

    def neurons(self, synapse: Any, shape: tuple[int, ...]) -> int:
        """As many channels of the response as were asked for."""
        return int(synapse.neurons)

    def sees(
        self, synapse: Any, shape: tuple[int, ...], neuron: int, position: tuple[int, ...]
    ) -> list[tuple[int, ...] | None]:
        """A window on all channels."""
        return field(synapse, range(shape[0]), shape, position)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [LocallyConnectedClaims]
