"""Layers in a row: the networks of Journé et al. (2023) and of Miconi (2021) (facts.md 1.3 and 2.2)."""

from neuroplast import Architecture, hookimpl
from neuroplast.testing import ArchitectureClaims, Claims, holds
from neuroplast_plugins.claims.architectures.counts import counted, with_head

WIDE = {"kind": "max", "size": 4, "stride": 2, "padding": 1}
HALF = {"kind": "average", "size": 2, "stride": 2}


class PlainListClaims(ArchitectureClaims):
    """By default the widths and kernels of SoftHebb's network for CIFAR."""

    of = "plain_list"
    cases = (
        {},
        {"neurons": (4, 6), "kernels": (3,), "padding": 0, "pools": ("none",), "use": "nimmo_hard"},
        {"neurons": (5,), "kernels": (5,), "entries": ({"population": "relu"},), "use": "miconi"},
    )

    @holds
    def softhebb_has_5893162_parameters(self, architecture: Architecture) -> None:
        """SoftHebb's network on CIFAR: pools of 4, 4 and 2, 24,576 features, with its head 5,893,162 parameters."""
        cifar = type(architecture)(pools=(WIDE, WIDE, HALF))  # type: ignore[call-arg]
        assert counted(cifar.layers(), (3, 32)) == (5_647_392, 24_576)
        assert with_head(cifar.layers(), (3, 32)) == 5_893_162

    @holds
    def miconi_has_1600_features(self, architecture: Architecture) -> None:
        """Miconi's network: 100, 196 and 400 neurons, no padding, average pools of 2, 1,600 features."""
        miconi = type(architecture)(
            neurons=(100, 196, 400),  # type: ignore[call-arg]
            kernels=(5, 3, 3),
            padding=0,
            pools=(HALF,),
            use="miconi",
        )
        weights = 100 * 75 + 196 * 900 + 400 * 1764
        assert counted(miconi.layers(), (3, 32)) == (weights, 1600)

    @holds
    def hard_hebb_has_38400_features(self, architecture: Architecture) -> None:
        """The thesis's HardHebb network: no padding, pools of 2, none, 2: 38,400 features (facts.md 3.6)."""
        hard = type(architecture)(
            padding=0,  # type: ignore[call-arg]
            pools=({"kind": "max", "size": 2, "stride": 2}, "none", HALF),
        )
        assert counted(hard.layers(), (3, 32)) == (5_647_392, 38_400)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PlainListClaims]
