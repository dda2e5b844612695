"""The layers of Lagani and colleagues' soft winner-take-all networks."""

from typing import Any, ClassVar

from neuroplast import Recipe, hookimpl


class LaganiSoftWtaRecipe(Recipe):
    """A layer in which patches share neurons by a sharp softmax, each neuron going to the mean of its patches.

    Weights drive as if of unit length. The step has Nesterov's momentum and decays weights, as gradient descent would;
    the rate is halved every 2 epochs from epoch 30 on, of 50.

    Source:
        Lagani, Falchi, Gennaro & Amato (2021), arXiv 2103.09002, and their demonstration code.
    """

    kind: ClassVar[str] = "lagani_soft_wta"

    def parts(self) -> dict[str, Any]:
        """Softmax shares of patches, instar, Nesterov's step."""
        return {
            "initialisation": {"kind": "xavier", "distribution": "normal"},
            "similarity": {"kind": "weight_normalised"},
            "competition": {"kind": "lagani_soft_wta", "inverse_temperature": 50.0},
            "rule": {"kind": "instar"},
            "scaling": {"kind": "sum"},
            "rate": {"kind": "halving", "eta": 1e-3, "every": 2, "start": 28, "by": "epoch"},
            "step": {"kind": "nesterov", "momentum": 0.9, "weight_decay": 5e-4},
            "population": {"kind": "linear"},
        }


@hookimpl
def recipes() -> list[type[Recipe]]:
    """Provide the recipe."""
    return [LaganiSoftWtaRecipe]
