"""A convolution in which each neuron sees one channel alone: channel c feeds neurons c m to c m + m - 1."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, SynapseClaims
from neuroplast_plugins.claims.synapses.windows import field, windows


class DepthwiseClaims(SynapseClaims):
    """u[c m + q, h, v] = Σ_i,j w[c m + q, 0, i, j] x[c, s h + d i, s v + d j], q = 0 .. m - 1."""

    of = "depthwise"
    cases = (
        {"kernel": 3},
        {"kernel": 2, "multiplier": 2, "stride": 2, "padding": 0},
        {"kernel": 3, "multiplier": 3, "dilation": 2, "border": "circular"},
        {"kernel": 3, "multiplier": 2, "stride": 2, "padding": 2, "border": "replicate"},
        {"kernel": 3, "border": "zeros"},
    )
    shapes = ((2, 4, 3), (2, 5, 4), (1, 5, 4), (3, 3, 4), (2, 3, 2))

    def positions(self, synapse: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Windows along the rows and along the columns."""
        return windows(synapse, shape[1]), windows(synapse, shape[2])

    def neurons(self, synapse: Any, shape: tuple[int, ...]) -> int:
        """As many as the multiplier says for each channel."""
        return int(shape[0] * synapse.multiplier)

    def sees(
        self, synapse: Any, shape: tuple[int, ...], neuron: int, position: tuple[int, ...]
    ) -> list[tuple[int, ...] | None]:
        """A window on its own channel."""
        channel = neuron // synapse.multiplier
        return field(synapse, range(channel, channel + 1), shape, position)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DepthwiseClaims]
