"""Batch normalisation without scale or shift: Ioffe & Szegedy (2015), ICML, 448-456, algorithms 1 and 2.

As in facts.md 0: over batch and positions per channel, ε 1e-5, running momentum 0.1. The variance that normalises a
batch is the biased one; the running one takes the unbiased, m / (m - 1) times as large (algorithm 2, line 10).
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Normalisation, State, hookimpl
from neuroplast.testing import Claims, Example, NormalisationClaims, holds


class BatchNormClaims(NormalisationClaims):
    """x̂ = (x - mean) / sqrt(variance + ε), per channel."""

    of = "batch_norm"
    cases = ({}, {"momentum": 0.5}, {"momentum": 1.0, "epsilon": 1e-3})
    examples = (
        Example(
            given={
                "x": [[[0.0, 4.0]], [[2.0, 2.0]]],
                "adapting": True,
                "memory": {"mean": [0.0], "variance": [1.0]},
            },
            expected=[[[-1.2, 1.2]], [[0.0, 0.0]]],
            parameters={"epsilon": 7 / 9},
            note="mean 2, variance (4 + 4 + 0 + 0) / 4 = 2, and 2 + 7/9 = 25/9: 2 / (5/3) = 1.2",
        ),
        Example(
            given={
                "x": [[[1.0], [8.0]], [[3.0], [8.0]]],
                "adapting": True,
                "memory": {"mean": [9.0, 9.0], "variance": [9.0, 9.0]},
            },
            expected=[[[-0.8], [0.0]], [[0.8], [0.0]]],
            parameters={"epsilon": 0.5625},
            note="channel 0: mean 2, variance 1, sqrt(1.5625) = 1.25; channel 1 does not vary",
        ),
        Example(
            given={
                "x": [[[1.0], [8.0]]],
                "adapting": False,
                "memory": {"mean": [3.0, 4.0], "variance": [3.75, 0.75]},
            },
            expected=[[[-1.0], [4.0]]],
            parameters={"epsilon": 0.25},
            note="frozen: (1 - 3) / sqrt(4), (8 - 4) / sqrt(1), from memory",
        ),
    )

    def normalise(
        self,
        normalisation: Any,
        x: list[list[list[float]]],
        memory: Mapping[str, list[float]],
        adapting: bool,
    ) -> tuple[list[list[list[float]]], Mapping[str, list[float]]]:
        """By the batch while adapting, which the running statistics then follow; by these when frozen."""
        channels = range(len(x[0]))
        if not adapting:
            return self._by(normalisation, x, memory["mean"], memory["variance"]), memory
        means, variances, unbiased = [], [], []
        for channel in channels:
            values = [value for stimulus in x for value in stimulus[channel]]
            mean = sum(values) / len(values)
            squares = sum((value - mean) ** 2 for value in values)
            means.append(mean)
            variances.append(squares / len(values))
            unbiased.append(squares / (len(values) - 1))
        after = {}
        for name, batch in (("mean", means), ("variance", unbiased)):
            old = memory[name]
            kept = 1 - normalisation.momentum
            after[name] = [kept * old[c] + normalisation.momentum * batch[c] for c in channels]
        return self._by(normalisation, x, means, variances), after

    def _by(
        self,
        normalisation: Any,
        x: list[list[list[float]]],
        means: list[float],
        variances: list[float],
    ) -> list[list[list[float]]]:
        return [
            [
                [(value - means[c]) / sqrt(variances[c] + normalisation.epsilon) for value in row]
                for c, row in enumerate(stimulus)
            ]
            for stimulus in x
        ]

    @holds
    def running_statistics_come_to_the_batch(self, normalisation: Normalisation) -> None:
        """Shown the same batch again and again, the running mean and unbiased variance come to the batch's."""
        x = torch.tensor([[[1.0, 3.0]], [[5.0, 7.0]]], dtype=torch.float64)  # 9 + 1 + 1 + 9 = 20
        running = {
            name: torch.full((1,), 30.0, dtype=torch.float64) for name in ("mean", "variance")
        }
        for _ in range(300):
            normalisation.normalise(x, State(running), True)
        assert_close([float(running["mean"]), float(running["variance"])], [4.0, 20 / 3])

    @holds
    def frozen_statistics_stay(self, normalisation: Normalisation) -> None:
        """A frozen layer remembers nothing of what it sees, and one stimulus does not matter to another."""
        x = torch.tensor([[[1.0, 3.0]], [[5.0, 7.0]]], dtype=torch.float64)
        running = {
            name: torch.full((1,), 2.0, dtype=torch.float64) for name in ("mean", "variance")
        }
        both = normalisation.normalise(x, State(running), False)
        alone = normalisation.normalise(x[:1], State(running), False)
        assert_close(alone, both[:1])
        assert_close([float(running["mean"]), float(running["variance"])], [2.0, 2.0])


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [BatchNormClaims]
