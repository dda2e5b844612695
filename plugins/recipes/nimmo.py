"""What the layers of Nimmo's thesis share; each plasticity mode is a recipe of its own."""

from typing import Any


def layer(**changed: Any) -> dict[str, Any]:
    """The hard mode: batch norm, cosine by channel, winners with their drive, instar, change over its largest entry."""
    return {
        "normalisation": {"kind": "batch_norm"},
        "initialisation": {"kind": "normal", "radius": 25.0},
        "similarity": {"kind": "cosine_by_channel"},
        "competition": {"kind": "hard_wta", "activity": "drive"},
        "rule": {"kind": "instar"},
        "scaling": {"kind": "largest"},
        "rate": {"kind": "constant", "eta": 0.1},
        "population": {"kind": "triangle", "power": 1.0},
        **changed,
    }
