"""Patches unfolded to channels, each z-scored by itself: Miconi (2021), method 2 (facts.md 1.1).

A 1x1 convolution after it holds the weights, so that channels come in the order of a kernel's weights: input channel,
row, column. The z-score is that of facts.md 1.2, (p - mean) / (s.d. + ε) with n - 1; a single value becomes 0.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Normalisation, State, hookimpl
from neuroplast.testing import Claims, Example, NormalisationClaims, holds


class PerPatchClaims(NormalisationClaims):
    """The formula is of kernels of one pixel, whose patches are the channels there; statements are of larger ones."""

    of = "per_patch"
    cases = ({"kernel": 1}, {"kernel": 1, "epsilon": 0.5}, {"kernel": 3, "stride": 2})
    examples = (
        Example(
            given={"x": [[[[1.0, 4.0]], [[3.0, 4.0]]]], "adapting": True, "memory": {}},
            expected=[[[[-0.7071067812, 0.0]], [[0.7071067812, 0.0]]]],
            note="1 and 3: mean 2, variance (1 + 1) / 1, 1 / sqrt(2); 4 and 4 do not vary",
        ),
        Example(
            given={"x": [[[[0.0]], [[3.0]], [[6.0]]]], "adapting": False, "memory": {}},
            expected=[[[[-0.75]], [[0.0]], [[0.75]]]],
            parameters={"kernel": 1, "epsilon": 1.0},
            note="s.d. sqrt(18 / 2) = 3, and 3 / (3 + 1)",
        ),
    )

    def normalise(
        self,
        normalisation: Any,
        x: list[list[list[Any]]],
        memory: Mapping[str, list[float]],
        adapting: bool,
    ) -> tuple[list[list[list[Any]]], Mapping[str, list[float]]]:
        """The channels of each position, whether positions stand in a line or in rows."""
        return [self._stimulus(normalisation, stimulus) for stimulus in x], memory

    def _stimulus(self, normalisation: Any, stimulus: list[Any]) -> list[Any]:
        if not isinstance(stimulus[0], list):
            return self._scored(normalisation, stimulus)
        positions = range(len(stimulus[0]))
        each = [self._stimulus(normalisation, [c[t] for c in stimulus]) for t in positions]
        return [[each[t][c] for t in positions] for c in range(len(stimulus))]

    def _scored(self, normalisation: Any, values: list[float]) -> list[float]:
        mean = sum(values) / len(values)
        squares = sum((value - mean) ** 2 for value in values)
        deviation = sqrt(squares / (len(values) - 1)) if squares else 0.0
        return [(value - mean) / (deviation + normalisation.epsilon) for value in values]

    @holds
    def patches_become_channels(self, normalisation: Normalisation) -> None:
        """C k k channels at every position of the kernel, without padding, in the order of a kernel's weights."""
        k, stride = normalisation.kernel, normalisation.stride  # type: ignore[attr-defined]
        x = torch.randn(2, 3, 7, 6, generator=torch.Generator().manual_seed(0)).double()
        found = normalisation.normalise(x, State({}), True)
        rows, columns = (7 - k) // stride + 1, (6 - k) // stride + 1
        assert tuple(found.shape) == (2, 3 * k * k, rows, columns)
        assert normalisation.output_shape((3, 7, 6)) == (3 * k * k, rows, columns)
        for v in range(rows):
            for h in range(columns):
                a, b = v * stride, h * stride
                patch = x[:, :, a : a + k, b : b + k].flatten(1)
                spread = patch.std(1, keepdim=True) + normalisation.epsilon  # type: ignore[attr-defined]
                expected = (patch - patch.mean(1, keepdim=True)) / spread
                assert_close(found[:, :, v, h], expected)

    @holds
    def a_patch_by_hand(self, normalisation: Normalisation) -> None:
        """0, 0, 0 and 4: mean 1, variance 12 / 3 = 4: -0.5, -0.5, -0.5 and 1.5, row by row."""
        chosen = type(normalisation).model_validate({"kernel": 2})
        x = torch.tensor([[[[0.0, 0.0, 4.0], [0.0, 4.0, 0.0]]]], dtype=torch.float64)
        found = chosen.normalise(x, State({}), False)[0, :, 0, 0]
        assert_close(found, torch.tensor([-0.5, -0.5, -0.5, 1.5], dtype=torch.float64))

    @holds
    def a_patch_without_contrast_becomes_zero(self, normalisation: Normalisation) -> None:
        """Beside a bright one, too."""
        x = torch.full((1, 2, 9, 9), 0.5, dtype=torch.float64)
        x[..., 6:] = 3.0
        k = normalisation.kernel  # type: ignore[attr-defined]
        found = normalisation.normalise(x, State({}), True)
        assert_close(found[..., 0], torch.zeros(1, 2 * k * k, found.shape[2]).double())


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PerPatchClaims]
