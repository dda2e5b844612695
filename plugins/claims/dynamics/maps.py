"""Maps filtered in plain numbers, zeros beyond their borders."""

from collections.abc import Callable
from math import cos, exp, pi


def gaussian(sigma: float, a: int, b: int) -> float:
    """exp(-(a² + b²) / 2σ²)."""
    return exp(-(a * a + b * b) / (2 * sigma * sigma))


def filtered(
    u: list[list[float]], positions: tuple[int, ...], size: int, d: Callable[[int, int], float]
) -> list[list[float]]:
    """v[y, x] = Σ d(a, b) u[y + a, x + b] on each map, over a square of `size` about the middle."""
    height, width = positions
    reach = size // 2
    offsets = [(a, b) for a in range(-reach, reach + 1) for b in range(-reach, reach + 1)]
    return [
        [
            sum(
                d(a, b) * row[(y + a) * width + x + b]
                for a, b in offsets
                if 0 <= y + a < height and 0 <= x + b < width
            )
            for y in range(height)
            for x in range(width)
        ]
        for row in u
    ]


def gain(d: Callable[[int, int], float], reach: int, frequency: float) -> float:
    """The response at the middle to a grating along one axis, cos(2π f x), whose middle is 1."""
    span = range(-reach, reach + 1)
    return sum(d(a, b) * cos(2 * pi * frequency * b) for a in span for b in span)
