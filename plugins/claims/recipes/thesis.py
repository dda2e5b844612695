"""What the modes of Nimmo (2024) share, by section 3 of facts.md."""

from typing import Any

X = [[0.0, 0.0], [0.0, 3e3], [3e3, 3e3]]
"""Both inputs have variance 2e6 and means 1e3 and 2e3: normed, (-1, -2), (-1, 1) and (2, 1), over √2 each."""

W = [[3.0, 4.0], [3.0, -4.0]]
"""Lengths 5 and 5: cosines with X (-2.2, 1) / √5, (0.2, -1.4) / √2, (2, 0.4) / √5, the winners 2, 1 and 1."""

SHORT = [[0.0, 0.5], [-0.6, -0.8]]
"""Directions (0, 1) and (-0.6, -0.8): cosines with X (-2, 2.2) / √5, (1, -0.2) / √2, (1, -2) / √5."""


def mode(**own: Any) -> dict[str, Any]:
    """Batch norm, weights N(0, 25² / N), "cosine" as coded, largest change 0.1, Triangle; and what is a mode's own."""
    return {
        "normalisation": {"kind": "batch_norm"},
        "initialisation": {"kind": "normal", "radius": 25.0},
        "similarity": {"kind": "cosine_by_channel"},
        "scaling": {"kind": "largest"},
        "rate": {"kind": "constant", "eta": 0.1},
        "population": {"kind": "triangle", "power": 1.0},
        **own,
    }
