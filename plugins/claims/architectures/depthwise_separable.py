"""Depthwise separable blocks with local learning: Jimenez Nimmo (2024), MSc thesis (facts.md 3.4 and 3.6)."""

from neuroplast import Architecture, hookimpl
from neuroplast.testing import ArchitectureClaims, Claims, holds
from neuroplast_plugins.claims.architectures.counts import counted, with_head


class DepthwiseSeparableClaims(ArchitectureClaims):
    """BN, depthwise 3 x 3, BN, 1 x 1; the competition of depthwise layers is inside each channel."""

    of = "depthwise_separable"
    cases = (
        {},
        {"neurons": (4, 6), "kernels": (3,), "padding": 0, "pools": ("none",)},
        {"neurons": (4, 6), "use": "nimmo_surround", "kernels": (5, 3), "depthwise": {}},
    )

    @holds
    def has_883978_parameters(self, architecture: Architecture) -> None:
        """With pools that leave 16, 8 and 4 a side, 24,576 features and a head of 10 classes: 883,978 parameters."""
        published = type(architecture)()
        assert counted(published.layers(), (3, 32)) == (638_208, 24_576)
        assert with_head(published.layers(), (3, 32)) == 883_978

    @holds
    def has_38400_features_without_padding(self, architecture: Architecture) -> None:
        """The HardHebb form: no padding, and no pool after the first block, 38,400 features."""
        half = {"kind": "max", "size": 2, "stride": 2}
        hard = type(architecture)(padding=0, pools=(half, "none", half))  # type: ignore[call-arg]
        assert counted(hard.layers(), (3, 32)) == (638_208, 38_400)

    @holds
    def depthwise_layers_answer_linearly_and_compete_in_space(
        self, architecture: Architecture
    ) -> None:
        """No nonlinearity and no pool between the two layers of a block; one position of each channel wins."""
        layers = type(architecture)().layers()
        kinds = [layer["synapse"]["kind"] for layer in layers]
        assert kinds == ["conv2d", "depthwise", "conv2d", "depthwise", "conv2d"]
        for layer in layers[1::2]:
            assert layer["population"] == "linear"
            assert "pool" not in layer
            assert layer["competition"]["axis"] == "space"
        assert [layer["synapse"]["kernel"] for layer in layers] == [5, 3, 1, 3, 1]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DepthwiseSeparableClaims]
