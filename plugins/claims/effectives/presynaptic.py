"""Presynaptic competition as its text means it: the strongest synapse gets the largest share (discrepancy N13).

Jimenez Nimmo (2024), MSc thesis, City University London: synapses compete for what a presynaptic neuron has to give.
"""

from math import log
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Effective, hookimpl
from neuroplast.testing import Claims, EffectiveClaims, Example, holds
from neuroplast_plugins.claims.effectives.rivals import among_rivals

_AXES = {"output": (0,), "input": (1,), "spatial": (2, 3), "global": (0, 1, 2, 3)}


class PresynapticClaims(EffectiveClaims):
    """w_e = sign(w) · the share of |w| among its rivals."""

    of = "presynaptic"
    cases = (
        {},
        {"form": "softmax"},
        {"axis": "input", "form": "l2"},
        {"axis": "input"},
        {"axis": "spatial", "form": "l2"},
        {"axis": "spatial", "form": "softmax"},
        {"axis": "global"},
        {"axis": "global", "form": "softmax"},
    )
    examples = (
        Example(
            given={"w": [[1.0, -3.0], [-3.0, 1.0]]},
            expected=[[0.25, -0.75], [-0.75, 0.25]],
            note="output, linear: 1 / 4 and 3 / 4 of each input's column; 1e-6 takes off 2e-7 of it",
        ),
        Example(
            given={"w": [[0.0, 3.0], [-4.0, 0.0]]},
            expected=[[0.0, 0.6], [-0.8, 0.0]],
            parameters={"axis": "global", "form": "l2"},
            note="the length of all is 5",
        ),
        Example(
            given={"w": [[0.0, -log(3.0)]]},
            expected=[[0.0, -0.75]],
            parameters={"axis": "input", "form": "softmax"},
            note="e^|w| = 1, 3: shares 1/4 and 3/4; a weight of zero has no sign, and stays zero",
        ),
    )

    def effective(self, effective: Any, w: list[list[float]]) -> list[list[float]]:
        """By size, with the sign kept."""
        sizes = [[abs(value) for value in row] for row in w]
        found = among_rivals(sizes, effective.axis, effective.form)
        return [
            [(value > 0) * share - (value < 0) * share for value, share in zip(*rows, strict=True)]
            for rows in zip(w, found, strict=True)
        ]

    @holds
    def shares_sum_to_one_along_the_axis(self, effective: Effective) -> None:
        """Of kernels too: the shares of all rivals sum to 1, for l2 their squares; signs are those of the weights."""
        w = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        w_e = effective.effective(w)
        power = 2 if effective.form == "l2" else 1  # type: ignore[attr-defined]
        whole = w_e.abs().pow(power).sum(_AXES[effective.axis])  # type: ignore[attr-defined]
        assert_close(whole, torch.ones_like(whole), rtol=0, atol=1e-5)
        assert_close(w_e.sign(), w.sign())

    @holds
    def the_strongest_gets_the_largest_share(self, effective: Effective) -> None:
        """Among rivals the order of sizes stays; the published form turns it round."""
        sizes = torch.tensor([[0.1, 0.2, 0.4], [0.3, 0.6, 1.2]], dtype=torch.float64)
        w = sizes.view(2, 3, 1, 1) * torch.tensor([[1.0, 3.0]], dtype=torch.float64)
        w_e = effective.effective(w)
        for axis in _AXES[effective.axis]:  # type: ignore[attr-defined]
            assert (w_e.diff(dim=axis) > 0).all(), axis


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PresynapticClaims]
