"""Cross-correlation with one weight for each channel of the group and place of the kernel; facts: u = conv(x, w)."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, SynapseClaims
from neuroplast_plugins.claims.synapses.windows import field, windows


class Conv2dClaims(SynapseClaims):
    """u[o, h, v] = Σ_c,i,j w[o, c, i, j] x[c, s h + d i, s v + d j], c over the channels of o's group."""

    of = "conv2d"
    cases = (
        {"neurons": 2, "kernel": 3},
        {"neurons": 3, "kernel": 1},
        {"neurons": 2, "kernel": 2, "dilation": 2},
        {"neurons": 2, "kernel": 3, "stride": 2, "border": "zeros"},
        {"neurons": 2, "kernel": 3, "dilation": 2, "padding": 0},
        {"neurons": 1, "kernel": 3, "dilation": 2, "border": "replicate"},
        {"neurons": 2, "kernel": 3, "padding": 2, "border": "circular"},
        {"neurons": 4, "kernel": 2, "groups": 2, "padding": 0},
        {
            "neurons": 3,
            "kernel": 3,
            "stride": 2,
            "dilation": 2,
            "groups": 3,
            "padding": 1,
            "border": "zeros",
        },
        {"neurons": 2, "kernel": 4, "stride": 3, "padding": 1},
    )
    shapes = (
        (2, 5, 4),
        (3, 2, 3),
        (1, 4, 3),
        (1, 5, 6),
        (1, 7, 6),
        (1, 4, 5),
        (1, 4, 3),
        (4, 3, 3),
        (3, 7, 6),
        (1, 7, 6),
    )

    def positions(self, synapse: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Windows along the rows and along the columns."""
        return windows(synapse, shape[1]), windows(synapse, shape[2])

    def neurons(self, synapse: Any, shape: tuple[int, ...]) -> int:
        """As many output channels as were asked for."""
        return int(synapse.neurons)

    def sees(
        self, synapse: Any, shape: tuple[int, ...], neuron: int, position: tuple[int, ...]
    ) -> list[tuple[int, ...] | None]:
        """A window on the channels of its group; neurons and channels are split into groups in order."""
        group = neuron // (synapse.neurons // synapse.groups)
        channels = shape[0] // synapse.groups
        own = range(group * channels, (group + 1) * channels)
        return field(synapse, own, shape, position)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [Conv2dClaims]
