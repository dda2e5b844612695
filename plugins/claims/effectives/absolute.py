"""The weights without their signs: Dale's principle as published by Nimmo (2024), who drives and decays with |w|."""

from typing import Any

from torch.testing import assert_close

from neuroplast import Effective, hookimpl
from neuroplast.testing import Claims, EffectiveClaims, Example, holds, ladder


class AbsoluteClaims(EffectiveClaims):
    """w_e = |w|."""

    of = "absolute"
    examples = (
        Example(
            given={"w": [[1.0, -2.0], [0.0, 4.0]]}, expected=[[1.0, 2.0], [0.0, 4.0]], note="sizes"
        ),
        Example(given={"w": [[-0.5]]}, expected=[[0.5]], note="one synapse"),
    )

    def effective(self, effective: Any, w: list[list[float]]) -> list[list[float]]:
        """The opposite of what is negative."""
        return [[-value if value < 0 else value for value in row] for row in w]

    @holds
    def signs_do_not_matter(self, effective: Effective) -> None:
        """Opposite weights drive alike, and taking it twice changes nothing more."""
        for setting in ladder():
            w = setting.w()
            once = effective.effective(w)
            assert_close(effective.effective(-w), once)
            assert_close(effective.effective(once), once)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [AbsoluteClaims]
