"""Windows on a map of responses: size a, stride s, padding p, as "pool a/s/p" of the published networks."""

from typing import Any


def windows(pool: Any, y: list[list[float]]) -> list[list[list[float]]]:
    """What each window holds of the map, by row and column of windows; padding is left out."""
    return [
        [
            _values(pool, y, top, left)
            for left in range(-pool.padding, _last(pool, len(y[0])) + 1, pool.stride)
        ]
        for top in range(-pool.padding, _last(pool, len(y)) + 1, pool.stride)
    ]


def _last(pool: Any, length: int) -> int:
    """Where the last window that fits may begin; what is left beyond it is dropped."""
    return int(length + pool.padding - pool.size)


def _values(pool: Any, y: list[list[float]], top: int, left: int) -> list[float]:
    rows = [r for r in range(top, top + pool.size) if 0 <= r < len(y)]
    columns = [c for c in range(left, left + pool.size) if 0 <= c < len(y[0])]
    return [y[r][c] for r in rows for c in columns]
