"""Presynaptic competition as coded by Nimmo (2024), MSc thesis, City University London (discrepancy N13).

Strengths are 1 / (|w| + 1e-6), so the weakest synapse gets the largest share, and signs are lost.
"""

from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Effective, hookimpl
from neuroplast.testing import Claims, EffectiveClaims, Example, holds
from neuroplast_plugins.claims.effectives.rivals import among_rivals

_AXES = {"output": (0,), "input": (1,), "spatial": (2, 3), "global": (0, 1, 2, 3)}


class PresynapticInverseClaims(EffectiveClaims):
    """w_e = the share of 1 / (|w| + 1e-6) among its rivals; never negative."""

    of = "presynaptic_inverse"
    cases = (
        {},
        {"form": "linear"},
        {"axis": "output", "form": "l2"},
        {"axis": "spatial"},
        {"axis": "global", "form": "linear"},
        {"axis": "global", "form": "softmax"},
    )
    examples = (
        Example(
            given={"w": [[1.0, -3.0]]},
            expected=[[0.75, 0.25]],
            parameters={"form": "linear"},
            note="1 and 1/3, together 4/3: the weaker has three quarters, and no sign; 1e-6 changes 4e-7",
        ),
        Example(
            given={"w": [[1.0], [-0.75]]},
            expected=[[0.6], [0.8]],
            parameters={"axis": "output", "form": "l2"},
            note="1 and 4/3, of length 5/3",
        ),
        Example(
            given={"w": [[0.0, 1.0, -2.0]]},
            expected=[[1.0, 0.0, 0.0]],
            note="softmax of 1e6, 1 and 1/2: a synapse without weight takes it all",
        ),
    )

    def effective(self, effective: Any, w: list[list[float]]) -> list[list[float]]:
        """By one over the size."""
        strengths = [[1 / (abs(value) + 1e-6) for value in row] for row in w]
        return among_rivals(strengths, effective.axis, effective.form)

    @holds
    def shares_sum_to_one_along_the_axis(self, effective: Effective) -> None:
        """Of kernels too: the shares of all rivals sum to 1, for l2 their squares, and none is negative."""
        w = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        w_e = effective.effective(w)
        power = 2 if effective.form == "l2" else 1  # type: ignore[attr-defined]
        whole = w_e.pow(power).sum(_AXES[effective.axis])  # type: ignore[attr-defined]
        assert_close(whole, torch.ones_like(whole), rtol=0, atol=1e-5)
        assert (w_e >= 0).all()

    @holds
    def the_weakest_gets_the_largest_share(self, effective: Effective) -> None:
        """Among rivals the order of sizes is turned round, against the source's text."""
        sizes = torch.tensor([[0.1, 0.2, 0.4], [0.3, 0.6, 1.2]], dtype=torch.float64)
        w = -sizes.view(2, 3, 1, 1) * torch.tensor([[1.0, 3.0]], dtype=torch.float64)
        w_e = effective.effective(w)
        for axis in _AXES[effective.axis]:  # type: ignore[attr-defined]
            assert (w_e.diff(dim=axis) < 0).all(), axis


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PresynapticInverseClaims]
