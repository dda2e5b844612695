"""The layers of Miconi's networks."""

from typing import Any, ClassVar

from pydantic import Field

from neuroplast import Recipe, hookimpl


class MiconiRecipe(Recipe):
    """A layer as in Miconi's networks, but for synapse and rate: instar by one binary winner with adaptive thresholds.

    The default network answers with its winners. `triangle` answers by how far neurons exceed the mean, as the better
    network does, from its first layer on (discrepancy M5); `kept` prunes, in the source layers 2 and 3 to 0.01. Average
    pools of 2 follow every layer. The rate is 1e-4 in layers 1 and 2 and 1e-3 in layer 3, for a batch of 100. A
    position has no winner where no drive exceeds its threshold (discrepancy M8).

    Source:
        Miconi (2021), arXiv 2107.01729, and the author's notebooks.
    """

    kind: ClassVar[str] = "miconi"
    triangle: bool = Field(
        False, description="whether neurons answer above their mean, not as winners"
    )
    kept: float | None = Field(
        None, gt=0, le=1, description="probability that a synapse exists; all of them by default"
    )

    def parts(self) -> dict[str, Any]:
        """Z-scored input, thresholds, unit weights."""
        pruned = [] if self.kept is None else [{"kind": "mask", "kept": self.kept}]
        return {
            "normalisation": {"kind": "z_score"},
            "initialisation": {"kind": "normal", "radius": 1.0},
            "dynamics": [{"kind": "adaptive_threshold", "rate": 3.0, "winners": 1}],
            "competition": {"kind": "k_wta_all_ties", "k": 1, "activity": "binary"},
            "rule": {"kind": "instar"},
            "scaling": {"kind": "sum"},
            "rate": {"kind": "constant", "eta": 1e-4},
            "constraints": [*pruned, {"kind": "unit_norm"}],
            "population": {"kind": "triangle", "power": 1.0}
            if self.triangle
            else {"kind": "winners"},
        }


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [MiconiRecipe]
