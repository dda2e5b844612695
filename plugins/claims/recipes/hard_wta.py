"""The hard variant of SoftHebb, g = one-hot at the arg-max of u, steps 4-7 the same (facts.md 2.1).

The rest is SoftHebb's, so that nothing but g differs ("match everything but g", S10); the published comparator differs.
"""

from collections.abc import Mapping
from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, RecipeClaims


class HardWtaClaims(RecipeClaims):
    """Everything of a layer but synapse and pool."""

    of = "hard_wta"

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """Binary winners, no anti-Hebbian losers, and an Oja-like decay."""
        return {
            "normalisation": {"kind": "batch_norm"},
            "initialisation": {"kind": "normal", "radius": 25.0},
            "competition": {"kind": "hard_wta", "activity": "binary"},
            "rule": {"kind": "softhebb"},
            "scaling": {"kind": "largest"},
            "rate": {"kind": "weight_norm", "eta": 0.01, "power": 0.5},
            "population": {"kind": "triangle", "power": 1.0},
        }


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [HardWtaClaims]
