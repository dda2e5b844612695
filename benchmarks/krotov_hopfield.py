"""Krotov and Hopfield's rule, fully connected, on images of MNIST's size: an epoch, and a step beside the released.

    python benchmarks/krotov_hopfield.py [--neurons 2000] [--batch 1024] [--images 60000] [--pairs 30] [--threads 2]

The images are random. The other side is the released script's step in torch: the whole ranking is sorted, and each
product, sum and scaling is a pass of its own.
"""

import time
from dataclasses import replace
from itertools import cycle

import torch
from timing import Row, begin, compare, parser
from torch import Tensor

from neuroplast.drafts import draft
from neuroplast.layer import PLASTIC
from neuroplast.network import Network

INPUTS = 784


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--neurons", type=int, default=2000)
    options.add_argument("--batch", type=int, default=1024)
    options.add_argument("--images", type=int, default=60_000)
    options.add_argument("--p", type=float, nargs="+", default=[2.0, 3.0])
    args = options.parse_args()
    report = begin(args.threads, args.table)
    rng = torch.Generator().manual_seed(0)
    x = torch.rand(args.images, INPUTS, generator=rng)
    batches = x[: 20 * args.batch].split(args.batch)
    for p in args.p:
        network, plain = networks(args.neurons, p)
        name = f"Krotov-Hopfield, {args.neurons} neurons, batch {args.batch}, p = {p:g}"
        network.learn(batches[0])
        plain.step(batches[0])
        apart = float((network.layers["layer1"].w - plain.w).abs().max())
        print(f"largest difference of any weight after a step: {apart:.2g}")
        mine, theirs = cycle(batches), cycle(batches)
        row = compare(
            f"{name}, a step",
            lambda network=network, given=mine: network.learn(next(given)),
            lambda plain=plain, given=theirs: plain.step(next(given)),
            args.pairs,
        )
        report.add(replace(row, note=f"{args.batch / row.ours:.0f} images/s"))
        report.add(Row(f"{name}, an epoch of {args.images} images", epoch(network, x, args.batch)))


def networks(neurons: int, p: float) -> tuple[Network, "Plain"]:
    layer = {
        "use": {"kind": "krotov_hopfield", "p": p},
        "synapse": {"kind": "dense", "neurons": neurons},
    }
    scenario = draft(
        {"stimuli": {"kind": "gaussian", "inputs": INPUTS}, "layers": [layer]}
    ).resolve()
    network = Network(scenario.layers, (INPUTS,), seed=0)
    network.adapt(dict.fromkeys(network.layers, PLASTIC))
    return network, Plain(network.layers["layer1"].w, p)


def epoch(network: Network, x: Tensor, batch: int) -> float:
    """Seconds for all images in a new order."""
    start = time.perf_counter()
    for index in torch.randperm(len(x)).split(batch):
        network.learn(x[index])
    return time.perf_counter() - start


class Plain:
    """The released step."""

    def __init__(
        self, w: Tensor, p: float, k: int = 2, delta: float = 0.4, eta: float = 0.02
    ) -> None:
        self.w, self.p, self.k, self.delta, self.eta = w.clone(), p, k, delta, eta

    def step(self, x: Tensor) -> None:
        w, samples = self.w, torch.arange(len(x))
        current = (w.sign() * w.abs() ** (self.p - 1)) @ x.T
        order = current.argsort(dim=0)
        g = torch.zeros_like(current)
        g[order[-1], samples] = 1.0
        g[order[-self.k], samples] = -self.delta
        pulled = (g * current).sum(1)
        change = g @ x - pulled[:, None] * w
        w += self.eta * change / change.abs().max().clamp_min(1e-30)


if __name__ == "__main__":
    main()
