"""Three-factor learning with an eligibility trace: Frémaux & Gerstner (2016), Front. Neural Circuits 9, 85.

e <- lambda e + the step's summed outer product; dw = M e. With a batch the signal of each stimulus multiplies inside
the sum, and the trace that is carried over is multiplied by the batch's mean signal.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from torch.testing import assert_close

from neuroplast import Rule, hookimpl
from neuroplast.testing import Claims, Example, RuleClaims, Site, holds
from neuroplast_plugins.claims.rules.linear_neurons import change, numbers


class ThreeFactorClaims(RuleClaims):
    """Δw = Σ M g x + (mean M) λ e."""

    of = "three_factor"
    cases = ({}, {"signal": "teacher", "retention": 0.5}, {"retention": 0.25}, {"retention": 0.0})
    examples = (
        Example(
            given={
                "w": [[0.5, -1.0]],
                "x": [[1.0, 2.0]],
                "g": [[3.0]],
                "signals": {"reward": [2.0]},
                "memory": {"e": [[1.0, -1.0]]},
            },
            expected=[[7.8, 10.2]],
            note="e = 0.9 + 3·1 = 3.9 and -0.9 + 3·2 = 5.1, times 2",
        ),
        Example(
            given={
                "w": [[0.2, 0.4], [1.0, -1.0]],
                "x": [[1.0, -2.0], [0.5, 4.0]],
                "g": [[2.0, 0.0], [-1.0, 3.0]],
                "signals": {"reward": [1.0, -1.0]},
            },
            expected=[[2.5, 0.0], [-1.5, -12.0]],
            note="no trace yet; neuron 0: 2·1 + 1·0.5, 2·(-2) + 1·4; neuron 1: -3·0.5, -3·4",
        ),
        Example(
            given={
                "w": [[0.0, 0.0]],
                "x": [[1.0, 0.0], [1.0, 1.0]],
                "g": [[1.0], [2.0]],
                "signals": {"reward": [1.0, -0.5]},
                "memory": {"e": [[4.0, 8.0]]},
            },
            expected=[[0.5, 0.0]],
            parameters={"retention": 0.5},
            note="mean M = 0.25: 1 - 0.5·2 + 0.25·0.5·4 = 0.5, 0 - 0.5·2 + 0.25·0.5·8 = 0",
        ),
    )

    def change(self, rule: Any, s: Site) -> float:
        """A share of the carried trace for each stimulus and position, beside what is eligible now."""
        carried = rule.retention * s.memory["e"] / len(s.batch)
        return float(s.signals[rule.signal] * (s.g * s.x + carried))

    def remember_synapse(self, rule: Any, s: Sequence[Site]) -> Mapping[str, float]:
        """The trace decays, and takes in what was active together, rewarded or not."""
        return {"e": rule.retention * s[0].memory["e"] + sum(site.g * site.x for site in s)}

    @holds
    def stimulus_by_stimulus_it_is_reward_times_trace(self, rule: Rule) -> None:
        """An independent loop over seven stimuli, one by one: e = λ e + y x, Δw = M e."""
        retention = rule.retention  # type: ignore[attr-defined]
        memory: dict[str, Any] = {}
        trace = [[0.0, 0.0], [0.0, 0.0]]
        for t in range(7):
            x, y, m = [t - 2.0, 1.0 + t % 3], [2.0 - t % 2, 0.5 * t], (-1.0) ** t + 0.5
            expected = [[0.0, 0.0], [0.0, 0.0]]
            for i in range(2):
                for j in range(2):
                    trace[i][j] = retention * trace[i][j] + y[i] * x[j]
                    expected[i][j] = m * trace[i][j]
            told: dict[str, Any] = {rule.signal: numbers([m])[0]}  # type: ignore[attr-defined]
            dw = change(
                rule, numbers([0.3, 1.0], [2.0, 0.0]), numbers(x), numbers(y), memory, **told
            )
            assert_close(dw, numbers(*expected))
            assert_close(memory["e"], numbers(*trace))

    @holds
    def a_late_reward_is_for_what_was(self, rule: Rule) -> None:
        """A reward three silent steps after activity pays λ³ of it; without reward nothing changes."""
        late = rule.model_copy(update={"retention": 0.5})
        name = rule.signal  # type: ignore[attr-defined]
        memory: dict[str, Any] = {}
        w, x = numbers([0.3, 1.0]), numbers([1.0, 2.0])
        steps = ((4.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 2.0))
        changes = [
            change(late, w, x, numbers([y]), memory, **{name: numbers([m])[0]}) for y, m in steps
        ]
        for dw in changes[:3]:
            assert_close(dw, numbers([0.0, 0.0]))
        # 2 · 0.125 · 4 = 1
        assert_close(changes[3], numbers([1.0, 2.0]))

    @holds
    def each_neuron_has_its_own_signal(self, rule: Rule) -> None:
        """A signal per neuron reaches that neuron alone."""
        told: dict[str, Any] = {rule.signal: numbers([1.0, 0.0])}  # type: ignore[attr-defined]
        w, x, y = numbers([0.3, 1.0], [2.0, 0.0]), numbers([1.0, 2.0]), numbers([3.0, 5.0])
        assert_close(change(rule, w, x, y, **told), numbers([3.0, 6.0], [0.0, 0.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ThreeFactorClaims]
