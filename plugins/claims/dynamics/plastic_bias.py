"""The log prior as a plastic bias: Moraitis et al. (2022), as coded by Journé et al. (2023) (facts.md 2.7).

b = log(1/K) / t at the start, added to u; with s = softmax(t (u + b)), db = (Σ s - M exp(t b)) / exp(t b) over its
largest entry, M = batch x positions, and b_k += η_k lr_b db_k: η_k the rate of the neuron's weights, η0 (||w_k| - 1| +
1e-10)^q, lr_b = 0.1 / t in convolutions and 1 / t in dense layers. `rate` is η0 lr_b.
"""

from collections.abc import Mapping
from math import exp, log, sqrt
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Dynamics, build_layer, hookimpl
from neuroplast.testing import Claims, DynamicsClaims, Example, Neuron, holds


class PlasticBiasClaims(DynamicsClaims):
    """All biases start alike; that of a neuron rises where it has more of the stimuli than exp(t b)."""

    of = "plastic_bias"
    cases = (
        {},
        {"inverse_temperature": 2.0, "rate": 0.1},
        {"inverse_temperature": 0.5, "rate": 1.0, "power": 0.0},
        {"rate": 0.08, "power": 1.0},
    )
    examples = (
        Example(
            given={"u": [0.0, 1.0]},
            expected=[-0.69314718, 0.30685282],
            note="b = log(1/2) = -0.69314718",
        ),
        Example(
            given={"u": [0.0, 1.0, 2.0, 3.0], "memory": {"shift": [0.5, 0.0, 0.0, -0.25]}},
            expected=[-0.19314718, 0.30685282, 1.30685282, 2.05685282],
            parameters={"inverse_temperature": 2.0},
            note="b = log(1/4) / 2 = -0.69314718, and what it has moved since",
        ),
    )

    def integrate(
        self, dynamics: Any, u: list[list[float]], memory: Mapping[str, Any]
    ) -> list[list[float]]:
        """The same bias at every position."""
        start = log(1 / len(u)) / dynamics.inverse_temperature
        shifts = memory["shift"]
        return [[x + start + shift for x in row] for row, shift in zip(u, shifts, strict=True)]

    def remember(self, dynamics: Any, n: Neuron) -> dict[str, float]:
        """The neuron that should move most goes η lr_b up or down, by the distance of its weights from unit length."""
        changes = [self._change(dynamics, k) for k in n.layer]
        largest = max(abs(change) for change in changes)
        step = changes[n.neuron] / largest if largest else 0.0
        norm = sqrt(sum(w * w for w in n.w))
        eta = dynamics.rate * (abs(norm - 1) + 1e-10) ** dynamics.power
        return {"shift": n.memory["shift"] + eta * step}

    def _change(self, dynamics: Any, n: Neuron) -> float:
        """(Σ s - M exp(t b)) / exp(t b) of one neuron."""
        t = dynamics.inverse_temperature
        share = sum(self._share(t, n, event) for event in range(len(n.v)))
        prior = exp(t * n.memory["shift"]) / len(n.layer)
        return (share - len(n.v) * prior) / prior

    def _share(self, t: float, n: Neuron, event: int) -> float:
        """The softmax of one stimulus at one position."""
        top = max(k.v[event] for k in n.layer)
        total = sum(exp(t * (k.v[event] - top)) for k in n.layer)
        return exp(t * (n.v[event] - top)) / total

    @holds
    def stays_where_shares_are_the_prior(self, dynamics: Dynamics) -> None:
        """Neurons that are driven alike have their share from the start, so no bias moves more than rounding."""
        t = dynamics.inverse_temperature  # type: ignore[attr-defined]
        b = _biases_after(dynamics, torch.zeros(3, 4), steps=10)
        assert_close(b, torch.full((4,), log(1 / 4) / t))

    @holds
    def biases_come_to_the_mean_share(self, dynamics: Dynamics) -> None:
        """At rest e^(t b) is the mean of s: stimuli of one class for three of another give 1/4 and 3/4."""
        t = dynamics.inverse_temperature  # type: ignore[attr-defined]
        slow = dynamics.model_copy(update={"rate": 2e-3, "power": 0.0})
        drives = torch.tensor([[20.0, 0.0], [0.0, 20.0], [0.0, 20.0], [0.0, 20.0]]) / t
        b = _biases_after(slow, drives, steps=3000)
        assert_close((t * b).exp(), torch.tensor([0.25, 0.75]), rtol=0.05, atol=0.0)

    @holds
    def each_bias_has_the_rate_of_its_weights(self, dynamics: Dynamics) -> None:
        """Weights of length 5, 1 and 2, and a stimulus for the first neuron: rates of 4^q, 1e-10^q and 1 of `rate`."""
        t, rate, q = (getattr(dynamics, n) for n in ("inverse_temperature", "rate", "power"))
        layer = build_layer(
            (2,),
            synapse={"kind": "dense", "neurons": 3},
            dynamics=[dynamics],
            competition="none",
            population="linear",
        )
        layer.w.copy_(torch.tensor([[3.0, 4.0], [1.0, 0.0], [2.0, 0.0]]))
        layer.learn(torch.tensor([[0.0, 25.0 / t]]))
        # s = (1, 0, 0), at a prior of 1/3: Δb is 2, -1, -1, over 2
        expected = [rate * 4**q, -rate / 2 * 1e-10**q, -rate / 2]
        found = layer.state["dynamics.0.shift"]
        assert_close(found, torch.tensor(expected), rtol=1e-4, atol=1e-6 * rate)


def _biases_after(dynamics: Dynamics, drives: Any, steps: int) -> Any:
    """The biases of neurons that relay their inputs, after these drives were presented so many times."""
    neurons = drives.shape[1]
    layer = build_layer(
        (neurons,),
        synapse={"kind": "dense", "neurons": neurons},
        dynamics=[dynamics],
        competition="none",
        population="linear",
    )
    layer.w.fill_diagonal_(1.0).mul_(layer.w == 1.0)
    for _ in range(steps):
        layer.learn(drives)
    return layer.respond(0 * drives)[0]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PlasticBiasClaims]
