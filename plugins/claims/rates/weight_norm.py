"""The weight-norm-dependent rate of Journé et al. (2023), arXiv 2209.11883.

The paper writes η (r - 1)^q; the code η (|r - 1| + 1e-10)^q (discrepancy S3), which is what is claimed.
"""

from math import sqrt
from typing import Any

from torch.testing import assert_close

from neuroplast import Progress, Rate, hookimpl
from neuroplast.testing import Claims, Example, Neuron, RateClaims, holds, ladder


class WeightNormClaims(RateClaims):
    """η (| |w_i| - 1 | + 1e-10)^q."""

    of = "weight_norm"
    cases = (
        {"eta": 0.01},
        {"eta": 0.08, "power": 0.75},
        {"eta": 0.045, "power": 0.2},
        {"eta": 0.5, "power": 1.0},
        {"eta": 0.5, "power": 0.0},
    )
    examples = (
        Example(
            given={"w": [3.0, 4.0], "step": 0, "steps": 1, "epoch": 0, "epochs": 1},
            expected=0.02,
            note="|w| = 5: 0.01 sqrt(4); 1e-10 adds 2.5e-13",
        ),
        Example(
            given={"w": [0.6, 0.8], "step": 3, "steps": 7, "epoch": 1, "epochs": 2},
            expected=1e-7,
            note="|w| = 1: 0.01 sqrt(1e-10)",
        ),
        Example(
            given={"w": [0.0, -0.25], "step": 0, "steps": 1, "epoch": 0, "epochs": 1},
            expected=0.37500000005,
            parameters={"eta": 0.5, "power": 1.0},
            note="|w| = 0.25: 0.5 (0.75 + 1e-10), also from below",
        ),
        Example(
            given={"w": [-6.0, 8.0], "step": 0, "steps": 1, "epoch": 0, "epochs": 1},
            expected=0.5,
            parameters={"eta": 0.5, "power": 0.0},
            note="with q = 0 it is constant",
        ),
    )

    def at(self, rate: Any, n: Neuron, step: int, steps: int, epoch: int, epochs: int) -> float:
        """The further from unit length, the faster."""
        norm = sqrt(sum(w * w for w in n.w))
        return float(rate.eta * (abs(norm - 1.0) + 1e-10) ** rate.power)

    @holds
    def the_same_on_both_sides(self, rate: Rate) -> None:
        """Half a unit above and below unit length the rate is the same; at twice unit length it is η."""
        setting = next(ladder())
        w = setting.w()
        above, below, twice = (
            rate.at(setting.view(w=w * 0 + length), Progress()) for length in (1.5, 0.5, 2.0)
        )
        assert_close(above, below)
        assert_close(float(twice), rate.eta)  # type: ignore[attr-defined]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [WeightNormClaims]
