"""A competition presented with one batch after the other, in a layer whose neurons each relay one input."""

import torch
from torch import Tensor

from neuroplast import Competition, build_layer


class Presented:
    """Neurons with v = x at every position, so that what they are presented is what competes."""

    def __init__(self, competition: Competition, neurons: int, side: int = 1) -> None:
        self._layer = build_layer(
            (neurons, side, side),
            synapse={"kind": "conv2d", "neurons": neurons, "kernel": 1, "padding": 0},
            competition=competition,
            population="winners",
        )
        self._layer.w.copy_(torch.eye(neurons).view(neurons, neurons, 1, 1))

    def present(self, v: Tensor) -> Tensor:
        """The g of a batch (stimuli, neurons, side, side), after which memory adapts."""
        return self._layer.learn(v)

    def compete(self, v: Tensor) -> Tensor:
        """The g of a batch of which nothing is remembered."""
        return self._layer.present(v, compete=True)[0][0].g

    def wins(self, v: Tensor, times: int) -> list[int]:
        """How often each neuron has won when stimuli (stimuli, neurons) are presented so many times."""
        won = torch.zeros(v.shape[1], dtype=torch.int64)
        for _ in range(times):
            won += (self.present(v[:, :, None, None]) > 0).sum((0, 2, 3))
        counts: list[int] = won.tolist()
        return counts

    @property
    def bytes_kept(self) -> int:
        """The size of all that the competition remembers."""
        kept = [t for name, t in self._layer.state.items() if name.startswith("competition.")]
        return sum(t.numel() * t.element_size() for t in kept)

    def memory(self, name: str) -> Tensor:
        """What the competition remembers under this name."""
        return self._layer.state[f"competition.{name}"]
