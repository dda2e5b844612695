"""No pooling."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, Example, PoolClaims


class NoneClaims(PoolClaims):
    """y as it is."""

    of = "none"
    examples = (
        Example(
            given={"y": [[1.0, -2.0], [0.0, 4.0]]},
            expected=[[1.0, -2.0], [0.0, 4.0]],
            note="as it is",
        ),
        Example(given={"y": [[3.0]]}, expected=[[3.0]], note="one position"),
    )

    def pool(self, pool: Any, y: list[list[float]]) -> list[list[float]]:
        """Every position by itself."""
        return [list(row) for row in y]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [NoneClaims]
