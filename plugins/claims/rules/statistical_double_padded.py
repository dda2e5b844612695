"""The statistical mode of Jimenez Nimmo (2024), thesis, City University London, as published.

q = conv(x, w, padding p again) / (norm(w) + 1e-10) (discrepancies N8, N10); thr = mean + 2 std (n - 1) over channels,
per stimulus and position; z = q where q > thr, else 0; r = z top1(z), so z^2 at the winner (N9); dw = corr(x, r) -
S(r) w. With p > 0 the map of r is 2p wider than it should be, so that corr(x, r) is 1 x 1, and spread over the kernel.
What one synapse does depends on all positions, so there is no formula for one: a loop over a whole convolution instead.
"""

from math import sqrt

import torch
from torch import Tensor
from torch.testing import assert_close

from neuroplast import Fit, Refusal, Rule, build_layer, hookimpl
from neuroplast.testing import (
    Claims,
    Example,
    NotApplicable,
    RuleClaims,
    Setting,
    Site,
    holds,
)
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers

Image = list[list[float]]


class StatisticalDoublePaddedClaims(RuleClaims):
    """Δw = Σ x r - (Σ r) w, r the square of the winner among those that stand out."""

    of = "statistical_double_padded"
    # by default, 2, nobody among fewer than six can stand out
    cases = ({"deviations": 0.5}, {"deviations": 0.25, "padding": 1})
    examples = (
        Example(
            given={
                "w": [[3.0, 4.0], [1.0, 0.0], [0.0, 2.0]],
                "x": [[1.0, 2.0]],
                "g": [[0.0, 0.0, 0.0]],
            },
            expected=[[-9.68, -9.68], [0.0, 0.0], [0.0, 0.0]],
            parameters={"deviations": 0.5, "padding": 0},
            note="q = 11/5, 1, 2; mean 1.733, s.d. 0.643, thr 2.055; r = 2.2² = 4.84: 4.84 (1 - 3), 4.84 (2 - 4)",
        ),
        Example(
            given={
                "w": [[3.0, 4.0], [1.0, 0.0], [0.0, 2.0]],
                "x": [[-1.0, -2.0]],
                "g": [[1.0, 1.0, 1.0]],
            },
            expected=[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
            parameters={"deviations": 0.5, "padding": 0},
            note="q = -2.2, -1, -2: -1 stands out, but the largest z is the 0 of the others",
        ),
        Example(
            given={
                "w": [[3.0, 4.0], [1.0, 0.0], [0.0, 2.0]],
                "x": [[1.0, 2.0]],
                "g": [[0.0, 0.0, 0.0]],
            },
            expected=[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
            parameters={"deviations": 1.0, "padding": 0},
            note="thr 1.733 + 0.643 = 2.376: nobody stands out",
        ),
        Example(
            given={
                "w": [[3.0, 4.0], [3.0, 4.0], [1.0, 0.0]],
                "x": [[1.0, 2.0]],
                "g": [[0.0, 0.0, 0.0]],
            },
            expected=[[-9.68, -9.68], [0.0, 0.0], [0.0, 0.0]],
            parameters={"deviations": 0.5, "padding": 0},
            note="q = 11/5 twice and 1; mean 1.8, s.d. 0.693, thr 2.146: the first of two equals wins",
        ),
        Example(
            given={
                "w": [[3.0, 4.0], [3.0, 4.0]],
                "x": [[1.0, 2.0]],
                "g": [[0.0, 0.0]],
            },
            expected=[[0.0, 0.0], [0.0, 0.0]],
            parameters={"deviations": 0.0, "padding": 0},
            note="both are at the mean, and so at the threshold: nobody is above it",
        ),
        Example(
            given={
                "w": [[3.0, 4.0], [1.0, 0.0], [0.0, 2.0]],
                "x": [[1.0, 2.0]],
                "g": [[0.0, 0.0, 0.0]],
            },
            expected=[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
            parameters={"deviations": 0.8, "padding": 0},
            note="thr = 1.733 + 0.8·0.643 = 2.248 by n - 1, where n would give 2.153, and 2.2 stand out",
        ),
    )

    def change(self, rule: object, s: Site) -> float:
        """None is stated for one synapse."""
        raise NotApplicable(
            "what a synapse does depends on all positions of a map that is padded twice, so that no formula for one "
            "can say it; a statement loops over a whole convolution"
        )

    @holds
    def equals_a_loop_over_the_convolution(self, rule: Rule) -> None:
        """What loops over two images of two channels and three filters make of it, padded by as much as is said.

        Half a kernel unless said otherwise: 1 pixel for a kernel of 3, and 2 for one of 5.
        """
        for kernel, said, p in ((3, 0, 0), (3, 1, 1), (3, None, 1), (5, None, 2)):
            layer = build_layer(
                (2, 6, 6),
                synapse={"kind": "conv2d", "neurons": 3, "kernel": kernel, "padding": p},
                rule="hebb",
                competition="none",
                scaling="sum",
                rate={"kind": "constant", "eta": 0.1},
            )
            own = rule.model_copy(update={"deviations": 0.9, "padding": said})
            setting = Setting(layer.projections[0].synapse, (2, 6, 6), 2)
            view = setting.view(own)
            found = own.delta(view).tensor()
            expected = _looped(view.x.tolist(), view.w_e.tolist(), p)
            assert_close(found, torch.tensor(expected, dtype=torch.float64).expand_as(found))

    @holds
    def is_refused_where_positions_have_their_own_weights(self, rule: Rule) -> None:
        """Padded again, an input of 4 x 4 positions has more of them than have weights; without padding it has not."""
        padded, bare = (rule.model_copy(update={"padding": p}) for p in (None, 0))
        own_weights, shared = (48, 2, 3, 3), (3, 2, 3, 3)
        assert "than the (4, 4) that" in _refusal(padded, Fit((3, 4, 4), weight_shape=own_weights))
        assert not _refusal(bare, Fit((3, 4, 4), weight_shape=own_weights))
        assert not _refusal(padded, Fit((3, 4, 4), weight_shape=shared))
        assert not _refusal(padded, Fit((3,), weight_shape=(3, 18)))

    @holds
    def does_not_read_the_competition(self, rule: Rule) -> None:
        """It makes its own drive and its own winner: g has no say."""
        own = rule.model_copy(update={"deviations": 0.5, "padding": 0})
        w, x = numbers([3.0, 4.0], [1.0, 0.0], [0.0, 2.0]), numbers([1.0, 2.0])
        changes: list[Tensor] = [
            change(own, w, x, numbers([s, -s, 2 * s])) for s in (0.0, 1.0, -5.0)
        ]
        for other in changes[1:]:
            assert_close(other, changes[0])


def _refusal(rule: Rule, fit: Fit) -> str:
    """Why a rule is refused; nothing where it is not."""
    try:
        rule.check(fit)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _looped(x: list[list[Image]], w: list[list[Image]], p: int) -> list[list[Image]]:
    """The change, with the Hebbian term 1 x 1 and spread over the kernel where p is half a kernel."""
    k, side = len(w[0][0]), len(x[0][0])
    size, wide = (
        side + 2 * p - k + 1,
        side - k + 1,
    )  # the map of r, and where x has room for the kernel
    r = [[[[0.0] * size for _ in range(size)] for _ in w] for _ in x]
    for b in range(len(x)):
        for h in range(size):
            for v in range(size):
                q = [_similar(x[b], f, h - p, v - p) for f in w]
                winner = _winner(q, 0.9)
                if winner is not None:
                    r[b][winner][h][v] = q[winner] ** 2
    total = [sum(sum(map(sum, image[o])) for image in r) for o in range(len(w))]
    reach = k - 2 * p  # of corr(x, r): k without a second padding, 1 with half a kernel of it
    assert reach == side - size + 1
    assert size == wide + 2 * p

    def grown(o: int, c: int, i: int, j: int) -> float:
        return sum(
            r[b][o][h][v] * x[b][c][h + i % reach][v + j % reach]
            for b in range(len(x))
            for h in range(size)
            for v in range(size)
        )

    return [
        [
            [[grown(o, c, i, j) - total[o] * w[o][c][i][j] for j in range(k)] for i in range(k)]
            for c in range(len(w[0]))
        ]
        for o in range(len(w))
    ]


def _similar(x: list[Image], f: list[Image], h: int, v: int) -> float:
    """The filter's drive at a place of the padded image, zeros beyond it, over the filter's norm."""
    drive = square = 0.0
    for c in range(len(f)):
        for i in range(len(f[c])):
            for j in range(len(f[c])):
                square += f[c][i][j] ** 2
                if 0 <= h + i < len(x[c]) and 0 <= v + j < len(x[c]):
                    drive += f[c][i][j] * x[c][h + i][v + j]
    return drive / (sqrt(square) + 1e-10)


def _winner(q: list[float], deviations: float) -> int | None:
    """The channel of the largest z, where that is not one that does not stand out."""
    mean = sum(q) / len(q)
    threshold = mean + deviations * sqrt(sum((a - mean) ** 2 for a in q) / (len(q) - 1))
    z = [a if a > threshold else 0.0 for a in q]
    largest = max(z)
    return z.index(largest) if largest > 0 else None


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [StatisticalDoublePaddedClaims]
