"""A training step of Miconi's network, beside autograd through a surrogate loss, as in the author's notebook.

    python benchmarks/miconi.py [--pairs 30] [--threads 2] [--batch 100]

Three convolutions of 100, 196 and 400 neurons on random images of CIFAR-10's size, all learning from every batch.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from timing import begin, compare, parser
from torch import Tensor

from neuroplast.drafts import draft
from neuroplast.layer import PLASTIC
from neuroplast.network import Network

SHAPE = (3, 32, 32)
LAYERS = ((100, 5, 1e-4), (196, 3, 1e-4), (400, 3, 1e-3))
"""Neurons, side of the field, rate."""


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--batch", type=int, default=100)
    args = options.parse_args()
    report = begin(args.threads, args.table)
    x = torch.rand(args.batch, *SHAPE)
    network = built()
    plain = [
        Plain(layer.w.clone(), eta)
        for layer, (_, _, eta) in zip(network.layers.values(), LAYERS, strict=True)
    ]

    def other() -> None:
        seen = x
        for layer in plain:
            seen = layer.step(seen)

    network.learn(x)
    other()
    pairs = zip(network.layers.values(), plain, strict=True)
    apart = max(float((ours.w - theirs.w).detach().abs().max()) for ours, theirs in pairs)
    print(f"largest difference of any weight after a step: {apart:.2g}")
    row = compare(
        f"step of Miconi's net, batch {args.batch}", lambda: network.learn(x), other, args.pairs
    )
    report.add(replace(row, note=f"{args.batch / row.ours:.0f} images/s"))


def built() -> Network:
    layers: list[dict[str, Any]] = [
        {
            "use": "miconi",
            "synapse": {"kind": "conv2d", "neurons": neurons, "kernel": kernel, "padding": 0},
            "rate": {"kind": "constant", "eta": eta},
            "pool": {"kind": "average", "size": 2, "stride": 2},
        }
        for neurons, kernel, eta in LAYERS
    ]
    scenario = draft({"stimuli": {"kind": "gaussian", "inputs": 1}, "layers": layers}).resolve()
    network = Network(scenario.layers, SHAPE, seed=0)
    network.adapt(dict.fromkeys(network.layers, PLASTIC))
    return network


@dataclass
class Plain:
    """One layer: z-scored input, thresholds, one binary winner, instar by a surrogate output, unit weights, pool."""

    w: Tensor
    eta: float

    def __post_init__(self) -> None:
        self.w.requires_grad_(True)
        self.theta = torch.zeros(len(self.w))
        self.sgd = torch.optim.SGD([self.w], lr=self.eta)

    def step(self, x: Tensor) -> Tensor:
        mean, sd = x.mean((1, 2, 3), keepdim=True), x.std((1, 2, 3), keepdim=True)
        x = (x - mean) / (sd + 1e-10)
        self.sgd.zero_grad()
        u = F.conv2d(x, self.w)
        with torch.no_grad():
            v = u - self.theta.view(-1, 1, 1)
            first = v.topk(1, dim=1).values[:, -1:]
            g = (torch.where(v < first, 0.0, v) > 0).float()
        surrogate = u - (self.w**2).sum((1, 2, 3)).view(-1, 1, 1) / 2
        surrogate.data = g  # the values of the response, and the graph of the drive
        (-(surrogate**2).sum() / 2).backward()
        self.sgd.step()
        with torch.no_grad():
            self.w /= (self.w**2).sum((1, 2, 3), keepdim=True).sqrt() + 1e-10
            self.theta += 3.0 * (g.mean((0, 2, 3)) - 1 / len(self.w))
            return F.avg_pool2d(g, 2)


if __name__ == "__main__":
    main()
