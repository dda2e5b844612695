"""Numbers worked by hand for a recipe's layer find a misread entry, though the claims' list of parts repeats it."""

from typing import Any

import pytest
from support.asking import catch

from neuroplast import registry

NUMBERS = "gives the numbers worked by hand"

# Binary winners with anti-Hebbian losers are missing: over a batch that is normed, Σ (x - u w) = 0, so that losing with
# -1 doubles every change, which the division by the largest takes back.
MISREAD: dict[str, tuple[dict[str, Any], ...]] = {
    "normalisation": (
        {"kind": "none"},
        {"kind": "z_score"},
        {"kind": "batch_norm", "epsilon": 1e-3},
    ),
    "competition": (
        {"kind": "none"},
        {"kind": "soft_wta", "inverse_temperature": 0.9, "anti_hebbian": True},
        {"kind": "soft_wta", "inverse_temperature": 1.0, "anti_hebbian": False},
        {"kind": "hard_wta", "activity": "drive"},
    ),
    "rule": ({"kind": "oja"}, {"kind": "hebb"}, {"kind": "instar"}),
    "scaling": ({"kind": "sum"}, {"kind": "mean"}),
    "rate": (
        {"kind": "constant", "eta": 0.01},
        {"kind": "weight_norm", "eta": 0.011, "power": 0.5},
        {"kind": "weight_norm", "eta": 0.01, "power": 0.75},
    ),
    "population": ({"kind": "relu"}, {"kind": "triangle", "power": 0.7}),
}


@pytest.mark.parametrize("kind", ["softhebb", "hard_wta"])
@pytest.mark.parametrize(
    ("entry", "read"), [(entry, read) for entry, all_ in MISREAD.items() for read in all_], ids=str
)
def test_a_misread_entry_is_found(kind: str, entry: str, read: dict[str, Any]):
    known = registry.current()
    recipe = known.get("recipe", kind).part
    table = {**recipe().parts(), entry: read}  # type: ignore[attr-defined]
    misread = type("Misread", (recipe,), {"parts": lambda self: table})()
    told = catch(misread, NUMBERS, known.claims("recipe", kind), registry=known)
    assert f"of a layer of {kind}: off by" in told
