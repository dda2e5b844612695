"""Inverted residual blocks with local learning: Jimenez Nimmo (2024), MSc thesis (facts.md 3.6)."""

from neuroplast import Architecture, hookimpl
from neuroplast.testing import ArchitectureClaims, Claims, holds
from neuroplast_plugins.claims.architectures.counts import counted, with_head


class InvertedResidualClaims(ArchitectureClaims):
    """1 x 1 to four times as many, depthwise 3 x 3, 1 x 1, and a 1 x 1 beside them; Triangle of the sum."""

    of = "inverted_residual"
    cases = (
        {},
        {"neurons": (4, 4), "kernels": (3,), "pools": ("none",), "expansion": 2},
        {"neurons": (4, 6), "kernels": (5, 3), "depthwise": {}, "population": "relu"},
    )

    @holds
    def has_about_4_03_million_parameters(self, architecture: Architecture) -> None:
        """96 5x5; 96, 384, 384, 384; 384, 1536, 1536, 1536; head: 4,030,378 parameters, 24,576 features."""
        published = type(architecture)()
        first = 96 * 3 * 25
        second = 96 * 384 + 384 * 9 + 384 * 384 + 96 * 384
        third = 384 * 1536 + 1536 * 9 + 1536 * 1536 + 384 * 1536
        assert counted(published.layers(), (3, 32)) == (first + second + third, 24_576)
        assert with_head(published.layers(), (3, 32)) == 4_030_378

    @holds
    def a_block_of_equal_width_has_no_shortcut_to_learn(self, architecture: Architecture) -> None:
        """A shortcut has weights where the block changes the width, and passes what came in where it does not."""
        same, wider = (
            type(architecture)(neurons=(8, n), kernels=(5, 3))  # type: ignore[call-arg]
            for n in (8, 16)
        )
        main = 8 * 3 * 25 + 8 * 32 + 32 * 9
        assert counted(same.layers(), (3, 32))[0] == main + 32 * 8
        assert counted(wider.layers(), (3, 32))[0] == main + 32 * 16 + 8 * 16

    @holds
    def the_sum_is_answered_and_then_pooled(self, architecture: Architecture) -> None:
        """Main path and shortcut end linearly; the sum has the Triangle, of the same power, and the pool."""
        layers = {layer["name"]: layer for layer in type(architecture)().layers()}
        block = layers["layer2"]
        assert "synapse" not in block
        assert block["population"] == {"kind": "triangle", "power": 1.0}
        assert block["pool"] == {"kind": "max", "size": 2, "stride": 2}
        ends = [layers[name] for name in block["input"]]
        assert len(ends) == 2
        assert all(end["population"] == "linear" and "pool" not in end for end in ends)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [InvertedResidualClaims]
