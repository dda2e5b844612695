"""The SoftHebb step as it was published, in plain code: only its operations, one after another.

Weight-gradient convolutions by swapping batch and channels, softmax on a flattened copy, each pass over a tensor on its
own. What neuroplast's own step is compared with: `python benchmarks/step.py`.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass
class PlainLayer:
    """One layer: batch norm, reflecting pad, convolution, soft winner with anti-Hebbian losers, Triangle, pool."""

    w: Tensor
    inverse_temperature: float
    eta: float
    power: float
    pool: str
    rate_power: float = 0.5

    def __post_init__(self) -> None:
        self.norm = torch.nn.BatchNorm2d(self.w.shape[1], affine=False).train()

    def step(self, x: Tensor) -> Tensor:
        x, u = self.drive(x)
        g = self.activity(u)
        change = F.conv2d(x.transpose(0, 1), g.transpose(0, 1)).transpose(0, 1)
        decay = torch.mul(g, u).sum(dim=(0, 2, 3))
        change = change - decay.view(-1, 1, 1, 1) * self.w
        change = change / (change.abs().max() + 1e-30)
        norms = self.w.view(len(self.w), -1).norm(dim=1)
        rate = self.eta * ((norms - 1).abs() + 1e-10) ** self.rate_power
        self.w += rate.view(-1, 1, 1, 1) * change
        return self.response(u)

    def respond(self, x: Tensor) -> Tensor:
        return self.response(self.drive(x)[1])

    def drive(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What is presented, normalised and padded, and the drive."""
        pad = self.w.shape[2] // 2
        x = F.pad(self.norm(x), (pad, pad, pad, pad), mode="reflect")
        return x, F.conv2d(x, self.w)

    def response(self, u: Tensor) -> Tensor:
        y = torch.relu(u - u.mean(dim=1, keepdim=True)) ** self.power
        return F.max_pool2d(y, 4, 2, 1) if self.pool == "max" else F.avg_pool2d(y, 2, 2)

    def activity(self, u: Tensor) -> Tensor:
        neurons = u.shape[1]
        flat = u.transpose(0, 1).reshape(neurons, -1)
        shared = torch.softmax(self.inverse_temperature * flat, dim=0)
        winner = torch.argmax(flat, dim=0)
        sign = -torch.ones_like(flat)
        sign[winner, torch.arange(flat.shape[1])] = 1.0
        signed = sign * shared
        return signed.reshape(neurons, u.shape[0], *u.shape[2:]).transpose(0, 1)


class PlainNetwork:
    """The three-layer CIFAR-10 network, all layers learning from every batch."""

    def __init__(self, weights: list[Tensor]) -> None:
        w1, w2, w3 = (w.clone().contiguous() for w in weights)
        self.layers = [
            PlainLayer(w1, 1.0, 0.08, 0.7, "max"),
            PlainLayer(w2, 0.65, 0.005, 1.4, "max"),
            PlainLayer(w3, 0.25, 0.01, 1.0, "average"),
        ]

    @torch.no_grad()
    def step(self, x: Tensor) -> None:
        for layer in self.layers:
            x = layer.step(x)

    @torch.no_grad()
    def features(self, x: Tensor) -> Tensor:
        """What the frozen network answers: (batch, features)."""
        for layer in self.layers:
            layer.norm.eval()
            x = layer.respond(x)
        return x.flatten(1)
