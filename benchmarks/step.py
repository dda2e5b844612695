"""A training step of the CIFAR-10 network, neuroplast beside the plain published formulation, in one process.

    python benchmarks/step.py [--precision fp32 bf16] [--pairs 30] [--threads 2] [--batch 10]

First both learn from the same 20 batches with one thread and their weights are compared; then blocks of steps are timed
in alternating pairs. With two threads sums are rounded in another order, one near tie in these batches has another
winner, and single weights part by 3e-3. The plain one is in float32 always, as it was published.
"""

from dataclasses import replace
from itertools import cycle
from math import prod

import torch
from plain import PlainNetwork
from timing import begin, compare, parser, peak

from neuroplast.drafts import load_scenario
from neuroplast.layer import PLASTIC
from neuroplast.loading import data_root
from neuroplast.network import Network
from neuroplast.precision import Precision


def main() -> None:
    options = parser(__doc__, pairs=30)
    options.add_argument(
        "--precision", nargs="+", choices=("fp32", "bf16"), default=["fp32", "bf16"]
    )
    options.add_argument("--batch", type=int, default=10)
    options.add_argument("--block", type=int, default=10, help="steps timed at a time")
    args = options.parse_args()
    batches = images(args.batch, 20)
    torch.set_num_threads(1)
    print(f"one thread, largest difference of any weight after 20 steps: {difference(batches):.2g}")
    report = begin(args.threads, args.table)
    for precision in args.precision:
        ours, plain = networks(precision)
        mine, theirs = cycle(batches), cycle(batches)
        row = compare(
            f"step of the CIFAR-10 net, {precision}, batch {args.batch}",
            lambda ours=ours, given=mine: ours.learn(next(given)),
            lambda plain=plain, given=theirs: plain.step(next(given)),
            args.pairs,
            args.block,
        )
        rate = f"{args.batch / row.ours:.0f} images/s, {gflop(ours, args.batch) / row.ours:.0f} GFLOP/s, {peak()}"
        report.add(replace(row, note=rate))


def images(batch: int, count: int) -> list[torch.Tensor]:
    """Batches of 32 x 32 images whose three colours are three of the bundled grey ones.

    On images of noise near ties are so frequent that rounding decides winners, and weights part by 1e-3.
    """
    stimuli = load_scenario("quickstart", condition="learned").stimuli
    grey = stimuli.load(data_root(), torch.Generator()).train.x[: 3 * batch * count].float() / 255
    padded = torch.nn.functional.pad(grey, (2, 2, 2, 2)).view(count, batch, 3, 32, 32)
    return list(padded)


def networks(precision: Precision) -> tuple[Network, PlainNetwork]:
    scenario = load_scenario("softhebb_cifar10", condition="simultaneous")
    ours = Network(scenario.layers, (3, 32, 32), seed=0, precision=precision)
    ours.adapt(dict.fromkeys(ours.layers, PLASTIC))
    return ours, PlainNetwork([layer.w for layer in ours.layers.values()])


def difference(batches: list[torch.Tensor]) -> float:
    ours, plain = networks("fp32")
    for x in batches:
        ours.learn(x)
        plain.step(x)
    pairs = zip(ours.layers.values(), plain.layers, strict=True)
    return max(float((layer.w - other.w).abs().max()) for layer, other in pairs)


def gflop(network: Network, batch: int) -> float:
    """Billions of operations of a step: a drive and an outer product for every layer."""
    layers = network.layers.values()
    return 4e-9 * batch * sum(layer.w[0].numel() * prod(layer.response_shape) for layer in layers)


if __name__ == "__main__":
    main()
