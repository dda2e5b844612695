"""Bienenstock, Cooper & Munro (1982), J. Neurosci. 2, 32-48; Intrator & Cooper (1992), Neural Networks 5, 3-17.

dw_ij = x_j y_i (y_i - theta_i), theta_i the running mean of y_i^2 from before the step. Over n stimuli it moves by
1 - (1 - 1/tau)^n towards their mean. While fewer than `warm_up` stimuli were seen nothing is learned, and theta is the
plain mean so far.
"""

from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, Neuron, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers, settled


class BcmClaims(RuleClaims):
    """Δw = x y (y - θ)."""

    of = "bcm"
    cases = (
        {},
        {"time_constant": 4.0},
        {"time_constant": 10.0, "warm_up": 3},
        {"warm_up": 1},
    )
    examples = (
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[3.0]], "memory": {"theta": [2.0]}},
            expected=[[3.0, 6.0]],
            note="3 (3 - 2) = 3, times 1 and 2",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
                "memory": {"theta": [1.0, 2.0]},
            },
            expected=[[3.0, 4.0], [1.5, 12.0]],
            note="y (y - θ) is 2, 2 and 0, 3: neuron 0: 2 + 0.5·2, -2·2 + 4·2; neuron 1: 0.5·3, 4·3",
        ),
        Example(
            given={"w": [[0.5, -1.0]], "x": [[1.0, 2.0]], "g": [[1.0]], "memory": {"theta": [4.0]}},
            expected=[[-3.0, -6.0]],
            note="active below the threshold: 1 (1 - 4) = -3, times 1 and 2",
        ),
        Example(
            given={
                "w": [[0.5, -1.0]],
                "x": [[1.0, 2.0]],
                "g": [[3.0]],
                "memory": {"theta": [2.0], "seen": 9.0},
            },
            expected=[[0.0, 0.0]],
            parameters={"warm_up": 10},
            note="9 of 10 stimuli of the warm-up were seen: nothing is learned from the tenth",
        ),
        Example(
            given={
                "w": [[0.5, -1.0]],
                "x": [[1.0, 2.0]],
                "g": [[3.0]],
                "memory": {"theta": [2.0], "seen": 10.0},
            },
            expected=[[3.0, 6.0]],
            parameters={"warm_up": 10},
            note="after the warm-up, 3 (3 - 2), times 1 and 2",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """Growth above the threshold, loss below it."""
        if s.memory["seen"] < rule.warm_up:
            return 0.0
        return float(s.x * s.g * (s.g - s.memory["theta"]))

    def remember(self, rule: Any, n: Neuron) -> dict[str, float]:
        """The mean of all squares while warming up, then a running one."""
        theta, seen = n.memory["theta"], n.memory["seen"]
        mean = sum(y * y for y in n.g) / len(n.g)
        if seen < rule.warm_up:
            after = (theta * seen + mean * n.stimuli) / (seen + n.stimuli)
        else:
            kept = (1 - 1 / rule.time_constant) ** n.stimuli
            after = kept * theta + (1 - kept) * mean
        return {"theta": after, "seen": seen + n.stimuli}

    @holds
    def rests_at_one_over_the_share(self, rule: Rule) -> None:
        """A neuron that answers one of K equally frequent stimuli, and that with y = K, neither changes nor does θ.

        It is active with probability π = 1/K, so that E[y²] = π y², which is y where y = 1/π.
        """
        steady = rule.model_copy(update={"warm_up": 0})
        for k in (1, 2, 4, 10):
            x = numbers(*([float(i == j) for j in range(k)] for i in range(k)))
            memory = {"theta": numbers([float(k)])[0]}
            assert_close(change(steady, k * x[:1], x, memory=memory), 0 * x[:1])
            assert_close(memory["theta"], numbers([float(k)])[0])

    @holds
    def becomes_selective(self, rule: Rule) -> None:
        """Of four orthogonal stimuli it comes to answer one, with 4, and none of the others."""
        quick = rule.model_copy(update={"time_constant": 2.0, "warm_up": 0})
        x = numbers(*([float(i == j) for j in range(4)] for i in range(4)))
        w = settled(quick, numbers([0.8, 1.2, 0.9, 0.7]), x, steps=1500)
        assert_close(w, numbers([0.0, 4.0, 0.0, 0.0]), rtol=0, atol=1e-6)

    @holds
    def starts_where_it_warmed_up(self, rule: Rule) -> None:
        """After a warm-up over a whole set, whatever the batches, θ is the mean square of the set."""
        warm, w = rule.model_copy(update={"warm_up": 6}), numbers([1.0, 0.0])
        memory: dict[str, Any] = {}
        x = numbers(*([float(i), 1.0] for i in range(1, 7)))
        for batch in (x[:1], x[1:3], x[3:]):
            assert_close(change(warm, w, batch, memory=memory), numbers([0.0, 0.0]))
        # (1 + 4 + 9 + 16 + 25 + 36) / 6 = 91 / 6
        assert_close(memory["theta"], numbers([91 / 6])[0])
        dw = change(warm, w, numbers([10.0, 1.0]), memory=memory)
        assert_close(dw, (10 * (10 - 91 / 6)) * numbers([10.0, 1.0]))

    @holds
    def learns_nothing_at_the_threshold(self, rule: Rule) -> None:
        """Nothing changes where the neuron is silent or just at its threshold; between them weights are lost."""
        x, memory = numbers([1.0, 2.0]), {"theta": numbers([2.0])[0], "seen": numbers([99.0])[0, 0]}
        for y, factor in ((0.0, 0.0), (1.0, -1.0), (2.0, 0.0), (3.0, 3.0)):
            dw = change(rule, numbers([0.3, 1.0]), x, numbers([y]), dict(memory))
            assert_close(dw, factor * x)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [BcmClaims]
