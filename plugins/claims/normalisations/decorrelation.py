"""ZCA over channels by running statistics: Huang, Yang, Lang & Deng (2018), CVPR, 791-800.

x̂ = (C + ε I)^(-1/2) (x - mean), the symmetric root, C the covariance of channels over stimuli and positions, divided by
their number. While it adapts, of the batch; when frozen, of running statistics. These move by 1 - (1 - 1/τ)^n towards
those of a batch of n stimuli.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Normalisation, State, hookimpl
from neuroplast.testing import Claims, Example, NormalisationClaims, holds

Matrix = list[list[float]]


class DecorrelationClaims(NormalisationClaims):
    """Zero-phase whitening of the channels of each position."""

    of = "decorrelation"
    cases = ({"time_constant": 10.0, "epsilon": 0.5}, {"time_constant": 3.0, "epsilon": 0.01})
    examples = (
        Example(
            given={
                "x": [[[4.0], [1.0]]],
                "adapting": False,
                "memory": {"mean": [1.0, 3.0], "covariance": [8.5, 0.0, 0.0, 0.75]},
            },
            expected=[[[1.0], [-1.7888543820]]],
            note="uncorrelated: 3 / sqrt(8.5 + 0.5), -2 / sqrt(0.75 + 0.5)",
        ),
        Example(
            given={
                "x": [[[1.0], [0.0]]],
                "adapting": False,
                "memory": {"mean": [0.0, 0.0], "covariance": [6.0, 2.5, 2.5, 6.0]},
            },
            expected=[[[0.4166666667], [-0.0833333333]]],
            note="variances 8.5 along (1, 1) and 3.5 along (1, -1): over 3 and 2, (1/3 + 1/2) / 2, (1/3 - 1/2) / 2",
        ),
        Example(
            given={
                "x": [[[1.0, 3.0], [5.0, 5.0]]],
                "adapting": True,
                "memory": {"mean": [9.0, 9.0], "covariance": [9.0, 9.0, 9.0, 9.0]},
            },
            expected=[[[-0.8164965809, 0.8164965809], [0.0, 0.0]]],
            note="of the batch: mean 2, variance (1 + 1) / 2, 1 / sqrt(1 + 0.5); the other does not vary",
        ),
    )

    def normalise(
        self,
        normalisation: Any,
        x: list[Matrix],
        memory: Mapping[str, list[float]],
        adapting: bool,
    ) -> tuple[list[Matrix], Mapping[str, list[float]]]:
        """By the batch while adapting, which the running statistics then follow; by these when frozen."""
        n = len(x[0])
        mean = memory["mean"]
        covariance = [memory["covariance"][i * n : (i + 1) * n] for i in range(n)]
        after = memory
        if adapting:
            events = [[s[c][t] for c in range(n)] for s in x for t in range(len(s[0]))]
            mean = [sum(e[c] for e in events) / len(events) for c in range(n)]
            covariance = [
                [
                    sum((e[a] - mean[a]) * (e[b] - mean[b]) for e in events) / len(events)
                    for b in range(n)
                ]
                for a in range(n)
            ]
            share = 1 - (1 - 1 / normalisation.time_constant) ** len(x)
            batch = {"mean": mean, "covariance": [v for row in covariance for v in row]}
            after = {
                name: [
                    old + share * (new - old) for old, new in zip(memory[name], row, strict=True)
                ]
                for name, row in batch.items()
            }
        root = _inverse_root(covariance, normalisation.epsilon)
        return [
            [
                [sum(root[a][b] * (s[b][t] - mean[b]) for b in range(n)) for t in range(len(s[0]))]
                for a in range(n)
            ]
            for s in x
        ], after

    @holds
    def channels_come_out_uncorrelated(self, normalisation: Normalisation) -> None:
        """While it adapts, a batch comes out with eigenvalues l / (l + ε), l those of its covariance, not turned."""
        epsilon = normalisation.epsilon  # type: ignore[attr-defined]
        rng = torch.Generator().manual_seed(0)
        mixing = torch.randn(4, 4, generator=rng).double()
        x = torch.einsum("ab,nbt->nat", mixing, torch.randn(40, 4, 30, generator=rng).double()) + 3
        found = normalisation.normalise(x, State(_new(4)), True)
        before, after = (torch.cov(t.transpose(0, 1).flatten(1), correction=0) for t in (x, found))
        spread = torch.linalg.eigvalsh(before)
        assert_close(torch.linalg.eigvalsh(after), spread / (spread + epsilon))
        assert_close(before @ after, after @ before)  # along the same axes: no rotation

    @holds
    def running_statistics_come_to_the_batch(self, normalisation: Normalisation) -> None:
        """Shown the same batch again and again, a frozen layer sees as the adapting one did."""
        x = torch.randn(5, 3, 8, generator=torch.Generator().manual_seed(0)).double()
        running = State(_new(3))
        for _ in range(300):
            adapting = normalisation.normalise(x, running, True)
        assert_close(normalisation.normalise(x, running, False), adapting)

    @holds
    def a_batch_moves_them_as_far_as_its_stimuli_one_by_one(
        self, normalisation: Normalisation
    ) -> None:
        """The running mean, after four equal stimuli at once or one after the other."""
        x = torch.full((4, 2, 3), 5.0, dtype=torch.float64)
        together, apart = State(_new(2)), State(_new(2))
        normalisation.normalise(x, together, True)
        for stimulus in x:
            normalisation.normalise(stimulus[None], apart, True)
        assert_close(together.mean, apart.mean)


def _new(channels: int) -> dict[str, Any]:
    """Running statistics that have seen nothing."""
    return {
        "mean": _tensor([0.0] * channels),
        "covariance": _tensor([[0.0] * channels] * channels),
    }


_tensor = torch.tensor([], dtype=torch.float64).new_tensor


def _inverse_root(matrix: Matrix, epsilon: float) -> Matrix:
    """V (L + ε)^(-1/2) Vᵀ of a symmetric matrix V L Vᵀ, by Jacobi's rotations."""
    n = len(matrix)
    a = [list(row) for row in matrix]
    v = [[float(i == j) for j in range(n)] for i in range(n)]
    for _ in range(60):
        for p in range(n):
            for q in range(p + 1, n):
                if abs(a[p][q]) > 1e-18 * (
                    abs(a[p][p]) + abs(a[q][q])
                ):  # else zero within rounding
                    _rotate(a, v, p, q)
    scale = [1 / sqrt(max(a[k][k], 0.0) + epsilon) for k in range(n)]
    return [
        [sum(v[i][k] * scale[k] * v[j][k] for k in range(n)) for j in range(n)] for i in range(n)
    ]


def _rotate(a: Matrix, v: Matrix, p: int, q: int) -> None:
    """One rotation that makes a[p][q] zero, done to a on both sides and to v on the right."""
    theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
    t = (1 if theta >= 0 else -1) / (abs(theta) + sqrt(theta**2 + 1))
    c = 1 / sqrt(t**2 + 1)
    s = t * c
    for matrix, column in ((a, True), (v, True), (a, False)):
        for k in range(len(a)):
            if column:
                x, y = matrix[k][p], matrix[k][q]
                matrix[k][p], matrix[k][q] = c * x - s * y, s * x + c * y
            else:
                x, y = matrix[p][k], matrix[q][k]
                matrix[p][k], matrix[q][k] = c * x - s * y, s * x + c * y


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [DecorrelationClaims]
