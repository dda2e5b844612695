"""The gradient objective: a whole network and a linear head, end to end by backprop, as a control."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from neuroplast.functional import dropout, halvings
from neuroplast.network import Network
from neuroplast.progress import Progress
from neuroplast.scenario import PhaseSpec
from neuroplast.streams import stream


class GradientLearning:
    """Adam on the cross-entropy of a linear head over the last layer's response.

    The weights of the layers named by the phase are trained with it; normalisation statistics follow what adapts. The
    head is this phase's own and is dropped after it: read-outs are fitted as for any other network.
    """

    def __init__(self, network: Network, phase: PhaseSpec, classes: int, seed: int) -> None:
        self.network, self.phase = network, phase
        self.rng = stream(seed, f"{phase.name}.gradient")
        names = [n for n, layer in network.layers.items() if layer.adapts.weights]
        self.weights = [p.w for n in names for p in network.layers[n].projections]
        size = int(torch.Size(network.output_shape).numel())
        bound = 1 / sqrt(size)
        shapes = ((classes, size), (classes,))
        drawn = (torch.empty(shape).uniform_(-bound, bound, generator=self.rng) for shape in shapes)
        self.head = [tensor.to(network.device) for tensor in drawn]
        for tensor in (*self.weights, *self.head):
            tensor.requires_grad_(True)
        self.adam = torch.optim.Adam([*self.weights, *self.head], lr=phase.gradient.eta)

    def learn(self, x: Tensor, labels: Tensor, progress: Progress) -> None:
        """One step of Adam."""
        if self.phase.gradient.halve:
            self.adam.param_groups[0]["lr"] = self.phase.gradient.eta * 0.5 ** halvings(
                progress.epoch, progress.epochs
            )
        with torch.enable_grad():
            response = list(self.network.responses(x).values())[-1].flatten(1)
            scores = F.linear(dropout(response, self.phase.gradient.dropout, self.rng), *self.head)
            loss = F.cross_entropy(scores, labels)
            gradients = torch.autograd.grad(loss, [*self.weights, *self.head])
        for tensor, gradient in zip((*self.weights, *self.head), gradients, strict=True):
            tensor.grad = gradient
        self.adam.step()

    def state(self) -> dict[str, Any]:
        """Where it is: its head, Adam's averages by number of the parameter, and its random stream."""
        return {
            "head": list(self.head),
            "adam": {str(k): dict(v) for k, v in self.adam.state_dict()["state"].items()},
            "rng": self.rng.get_state(),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        with torch.no_grad():
            for tensor, kept in zip(self.head, state["head"], strict=True):
                tensor.copy_(kept)
        averages = {int(k): dict(v) for k, v in state["adam"].items()}
        self.adam.load_state_dict({**self.adam.state_dict(), "state": averages})
        self.rng.set_state(state["rng"])

    def finish(self) -> None:
        """Give the weights back without gradients."""
        for tensor in self.weights:
            tensor.requires_grad_(False)
            tensor.grad = None
