"""Stimuli of two values whose covariance is known, and how they are preprocessed.

Four points, each 1,000 times: ±3 along (1, 1) / √2 and ±1 along (1, -1) / √2. Their mean is 0; their covariance has the
eigenvalues (9 + 9) / 4 = 4.5 and (1 + 1) / 4 = 0.5, and each value alone the variance (4.5 + 0.5) / 2 = 2.5. With n - 1
for n all are 1.00025 times as large, far inside the tolerance.
"""

from typing import Any

import torch

from neuroplast import State

POINTS = torch.tensor([[3.0, 3.0], [-3.0, -3.0], [1.0, -1.0], [-1.0, 1.0]]) / 2**0.5
TILTED = POINTS.repeat(1000, 1)
STREAM = torch.Generator()
TOLERANCE = 2e-3


def preprocessed(part: Any, train: Any, x: Any) -> Any:
    """What becomes of stimuli after the part has been fitted to training stimuli."""
    return part.apply(x.clone(), State(part.fit(train.clone())), STREAM)


def stretched(along: float, across: float) -> list[list[float]]:
    """The four points with these factors along (1, 1) and along (1, -1)."""
    factors = along, along, across, across
    return [[v * f for v in point] for point, f in zip(POINTS.tolist(), factors, strict=True)]
