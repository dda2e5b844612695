"""All weights alike."""

from typing import Any

from neuroplast import hookimpl
from neuroplast.testing import Claims, InitialisationClaims


class ConstantClaims(InitialisationClaims):
    """w = value; the values are powers of two, so that float32 holds them exactly."""

    of = "constant"
    cases = ({"value": 0.25}, {"value": -2.0})

    def moments(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """No spread."""
        return initialisation.value, 0.0

    def bounds(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """From the value to the value."""
        return initialisation.value, initialisation.value


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ConstantClaims]
