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


OTHERWISE: dict[str, dict[str, tuple[dict[str, Any], ...]]] = {
    "miconi": {
        "normalisation": ({"kind": "none"}, {"kind": "batch_norm"}),
        "competition": ({"kind": "hard_wta", "activity": "binary"}, {"kind": "none"}),
        "rule": ({"kind": "hebb"}, {"kind": "softhebb"}),
        "scaling": ({"kind": "mean"}, {"kind": "largest"}),
        "rate": ({"kind": "constant", "eta": 1.1e-4},),
        "constraints": ([], [{"kind": "unit_norm", "p": 1.0}]),  # type: ignore[dict-item]
        "population": ({"kind": "relu"}, {"kind": "linear"}),
    },
    "krotov_hopfield": {
        "similarity": ({"kind": "dot"}, {"kind": "power", "p": 4.0}),
        "response_similarity": ({"kind": "power", "p": 3.0},),
        "competition": (
            {"kind": "ranked", "k": 2, "delta": 0.1},
            {"kind": "hard_wta", "activity": "binary"},
        ),
        "rule": ({"kind": "instar"}, {"kind": "oja"}),
        "scaling": ({"kind": "sum"}, {"kind": "mean"}),
        "rate": ({"kind": "constant", "eta": 0.03},),
        "population": ({"kind": "linear"}, {"kind": "repu", "power": 2.0}),
    },
    "amato": {
        "similarity": ({"kind": "dot"}, {"kind": "distance"}),
        "competition": ({"kind": "hard_wta", "activity": "drive"},),
        "rule": ({"kind": "hebb"}, {"kind": "softhebb"}),
        "scaling": ({"kind": "mean"}, {"kind": "sum"}),
        "rate": ({"kind": "constant", "eta": 0.11},),
        "population": ({"kind": "linear"}, {"kind": "triangle", "power": 1.0}),
    },
    "nimmo_hard": {
        "normalisation": ({"kind": "none"}, {"kind": "z_score"}),
        "similarity": ({"kind": "dot"}, {"kind": "weight_normalised"}),
        "competition": (
            {"kind": "hard_wta", "activity": "binary"},
            {"kind": "hard_wta", "activity": "drive", "anti_hebbian": True},
        ),
        "rule": ({"kind": "softhebb"}, {"kind": "hebb"}),
        "scaling": ({"kind": "sum"}, {"kind": "mean"}),
        "rate": ({"kind": "constant", "eta": 0.08},),
        "population": ({"kind": "relu"}, {"kind": "triangle", "power": 0.7}),
    },
}
"""For `miconi` and `krotov_hopfield` some are found by the second example alone, which has other parameters."""


@pytest.mark.parametrize(
    ("kind", "entry", "read"),
    [
        (kind, entry, read)
        for kind, entries in OTHERWISE.items()
        for entry, all_ in entries.items()
        for read in all_
    ],
    ids=str,
)
def test_a_misread_entry_of_other_recipes_is_found(kind: str, entry: str, read: Any):
    known = registry.current()
    recipe = known.get("recipe", kind).part
    misread = type(
        "Misread", (recipe,), {"parts": lambda self: {**recipe.parts(self), entry: read}}
    )
    told = catch(misread(), NUMBERS, known.claims("recipe", kind), registry=known)
    assert f"of a layer of {kind}" in told
