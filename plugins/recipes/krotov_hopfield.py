"""The layers of Krotov and Hopfield's rule."""

from typing import Any, ClassVar

from pydantic import Field

from neuroplast import Recipe, hookimpl


class KrotovHopfieldRecipe(Recipe):
    """A layer learning as Krotov and Hopfield's: the winner is drawn to its input, one of the next in rank pushed away.

    Competition is by the current Σ sign(w) |w|^(p-1) x, the response by w·x (discrepancy T7). Weights of a neuron come
    to Σ |w|^p = 1. The rate falls to zero in a line, by epoch. Convolutions see each field as one stimulus
    (discrepancy T1; discrepancy T2).

    Source:
        Krotov & Hopfield (2019), PNAS 116, 7723-7731, and their scripts; Talloen, Dambre & Vandesompele (2021), arXiv
        2102.00428.
    """

    kind: ClassVar[str] = "krotov_hopfield"
    parameter_aliases = {"lr": "eta"}
    p: float = Field(2.0, ge=1, description="exponent of the norm that weights come to")
    k: int = Field(2, ge=2, description="rank of the neuron that is pushed away")
    delta: float = Field(0.4, ge=0, description="how strongly")
    eta: float = Field(0.02, gt=0, description="rate at the start")

    def parts(self) -> dict[str, Any]:
        """The rule as a bundle of parts."""
        return {
            "initialisation": {"kind": "normal", "spread": 1.0},
            "similarity": {"kind": "power", "p": self.p},
            "response_similarity": {"kind": "dot"},
            "competition": {"kind": "ranked", "k": self.k, "delta": self.delta},
            "rule": {"kind": "softhebb"},
            "scaling": {"kind": "largest"},
            "rate": [{"kind": "constant", "eta": self.eta}, {"kind": "linear", "by": "epoch"}],
            "population": {"kind": "repu", "power": 1.0},
        }


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [KrotovHopfieldRecipe]
