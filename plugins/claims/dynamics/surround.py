"""A lateral surround of zero sum: the balance that the text of Nimmo (2024) describes (facts.md N12).

D = (G_c / Σ G_c - G_s / Σ G_s) over its middle value, G Gaussians on a grid of size x size; zeros beyond the borders.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Dynamics, State, hookimpl
from neuroplast.testing import Claims, DynamicsClaims, Example, holds
from neuroplast_plugins.claims.dynamics.maps import filtered, gaussian


class SurroundClaims(DynamicsClaims):
    """Each map by itself, against its own surroundings; a constant region gives nothing."""

    of = "surround"
    cases = (
        {},
        {"size": 3, "centre": 0.5, "surround": 2.0},
        {"size": 7, "centre": 1.0, "surround": 3.0},
    )
    examples = (
        Example(
            given={"u": [[[2.0]], [[-1.0]]]},
            expected=[[[2.0]], [[-1.0]]],
            note="a map of one position sees the middle of the kernel alone, which is 1",
        ),
        Example(
            given={"u": [[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]},
            expected=[[[1.0, -0.06470658, 0.0], [-0.06470658, -0.18529342, 0.0], [0.0, 0.0, 0.0]]],
            parameters={"size": 3, "centre": 0.5, "surround": 2.0},
            note="by distance 0, 1, √2: G_c = 1, e^-2 = 0.13533528, e^-4 = 0.01831564, sum 1.61460369; "
            "G_s = 1, e^-1/8 = 0.88249690, e^-1/4 = 0.77880078, sum 7.64519074; "
            "shares 0.61934702, 0.08381951, 0.01134374 less 0.13080118, 0.11543164, 0.10186806: "
            "0.48854584, -0.03161213, -0.09052432, over the first; over 3 x 3 they sum to 0",
        ),
    )

    def integrate(
        self, dynamics: Any, u: list[list[float]], memory: Mapping[str, Any]
    ) -> list[list[float]]:
        """A single row of positions."""
        return self.integrate_on(dynamics, u, memory, (1, len(u[0])))

    def integrate_on(
        self,
        dynamics: Any,
        u: list[list[float]],
        memory: Mapping[str, Any],
        positions: tuple[int, ...],
    ) -> list[list[float]]:
        """The difference of two means, each weighted by a Gaussian on the grid."""
        reach = dynamics.size // 2
        grid = [(a, b) for a in range(-reach, reach + 1) for b in range(-reach, reach + 1)]
        near, far = (
            sum(gaussian(sigma, a, b) for a, b in grid)
            for sigma in (dynamics.centre, dynamics.surround)
        )

        def balance(a: int, b: int) -> float:
            return gaussian(dynamics.centre, a, b) / near - gaussian(dynamics.surround, a, b) / far

        return filtered(u, positions, dynamics.size, lambda a, b: balance(a, b) / balance(0, 0))

    @holds
    def a_uniform_region_gives_nothing(self, dynamics: Dynamics) -> None:
        """Away from the borders a constant gives 0, whatever it is; at the borders it does not."""
        reach = dynamics.size // 2  # type: ignore[attr-defined]
        side = 2 * reach + 4
        v = dynamics.integrate(torch.full((1, 2, side, side), 7.0, dtype=torch.float64), State({}))
        inside = v[..., reach : side - reach, reach : side - reach]
        assert_close(inside, torch.zeros_like(inside), rtol=0.0, atol=1e-13)
        assert float(v[..., 0, 0].abs().min()) > 0.1

    @holds
    def its_published_form_sums_to_2_34069(self, dynamics: Dynamics) -> None:
        """The kernel, the response to a single 1, sums to 0, where that of the published form sums to 2.34069."""
        alone = torch.zeros(1, 1, 9, 9, dtype=torch.float64)
        alone[..., 4, 4] = 1.0
        v = dynamics.integrate(alone, State({}))
        assert_close(v[0, 0, 4, 4], torch.tensor(1.0, dtype=torch.float64))
        assert_close(v.sum(), torch.tensor(0.0, dtype=torch.float64), rtol=0.0, atol=1e-13)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SurroundClaims]
