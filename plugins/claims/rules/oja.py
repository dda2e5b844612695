"""Oja (1982), J. Math. Biol. 15, 267-273, eq. 3."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site


class OjaClaims(RuleClaims):
    """Δw = y (x - y w)."""

    of = "oja"
    examples = (
        Example(
            given={"w": [[0.6, 0.8]], "x": [[1.0, 2.0]], "g": [[2.2]]},
            expected=[[-0.704, 0.528]],
            note="y = 2.2: 2.2 (1 - 2.2·0.6) = -0.704, 2.2 (2 - 2.2·0.8) = 0.528",
        ),
    )

    def change(self, rule: object, s: Site) -> float:
        """Growth with pre and post, decay with post squared."""
        return s.g * (s.x - s.g * s.w_e)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [OjaClaims]
