"""The "cosine" of Nimmo (2024) as coded: normalised over channels alone (discrepancies N1, N2; facts.md 3.2).

ŵ[c, i, j] = w[c, i, j] / max(norm over c of w[:, i, j], 1e-12), u = Σ ŵ x / sqrt(Σ x² + 1e-8).
"""

from math import prod, sqrt
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Similarity, hookimpl
from neuroplast.testing import Claims, Example, SimilarityClaims, holds, ladder


class CosineByChannelClaims(SimilarityClaims):
    """Every position of a kernel has weights of length 1 of its own, so u reaches k in a kernel of k x k, not 1."""

    of = "cosine_by_channel"
    examples = (
        Example(
            given={"x": [3.0, 4.0], "w": [4.0, 3.0]},
            expected=0.96,
            note="one position: a cosine, 24 / 25; 1e-8 under the root takes off 2e-10",
        ),
        Example(
            given={"x": [0.5, 0.0], "w": [-2.0, 0.0]},
            expected=-1.0,
            note="opposite; 1e-8 beside 0.25 takes off 2e-8",
        ),
        Example(
            given={"x": [1e-4], "w": [0.3]},
            expected=0.70710678,
            note="a dim input: 1e-4 / sqrt(1e-8 + 1e-8)",
        ),
    )

    def drive(self, similarity: Any, x: list[float], w: list[float]) -> float:
        """Of a dense neuron, whose inputs are all channels at one position."""
        return self.drive_of(similarity, x, w, (len(w),))

    def drive_of(
        self, similarity: Any, x: list[float], w: list[float], kernel: tuple[int, ...]
    ) -> float:
        """Of a kernel (channels, height, width): w[c, i, j] stands at (c · height + i) · width + j."""
        places = prod(kernel[1:])
        u = 0.0
        for place in range(places):
            here = w[place::places]
            length = max(sqrt(sum(a * a for a in here)), 1e-12)
            u += sum(a / length * b for a, b in zip(here, x[place::places], strict=True))
        return u / sqrt(sum(b * b for b in x) + 1e-8)

    @holds
    def magnitudes_at_a_position_do_not_matter(self, similarity: Similarity) -> None:
        """All weights of a neuron ten times as large give the same (N1): of one channel, only signs are left (N2)."""
        for setting in ladder():
            x, w = setting.x(), setting.w()
            u = similarity.drive(setting.synapse, x, w)
            assert_close(similarity.drive(setting.synapse, x, 10 * w), u)
            if w.shape[1] == 1:
                assert_close(similarity.drive(setting.synapse, x, w.sign()), u)

    @holds
    def bright_inputs_count_as_dim_ones(self, similarity: Similarity) -> None:
        """Beyond the 1e-8 under the root, the size of the input does not matter either."""
        for setting in ladder():
            x, w = setting.x() + 2, setting.w()
            u = similarity.drive(setting.synapse, x, w)
            assert_close(similarity.drive(setting.synapse, 10 * x, w), u, rtol=0, atol=1e-7)
            assert float(u.abs().max()) <= 1 + 1e-12
            assert_close(similarity.drive(setting.synapse, torch.zeros_like(x), w), 0 * u)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [CosineByChannelClaims]
