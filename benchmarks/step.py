"""A training step of the CIFAR-10 network, neuroplast beside the plain published formulation, in one process.

    python benchmarks/step.py [--pairs 40] [--threads 2] [--batch 10]

First both learn from the same 20 batches with one thread and their weights are compared; then steps are timed in
alternating pairs. With two threads sums are rounded in another order, one near tie in these batches has another winner,
and single weights part by 3e-3.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from machine import describe
from plain import PlainNetwork

from neuroplast.drafts import load_scenario
from neuroplast.layer import PLASTIC
from neuroplast.loading import data_root
from neuroplast.network import Network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=10)
    args = parser.parse_args()
    torch.set_num_threads(1)
    ours, plain = networks()
    batches = images(args.batch, 20)
    for x in batches:
        ours.learn(x)
        plain.step(x)
    print(
        f"one thread, largest difference of any weight after 20 steps: {difference(ours, plain):.2g}"
    )
    torch.set_num_threads(args.threads)
    print(describe())
    times = [
        (seconds(lambda x=x: ours.learn(x)), seconds(lambda x=x: plain.step(x)))
        for x in take(batches, args.pairs)
    ]
    mine, theirs = (sorted(t) for t in zip(*times, strict=True))
    ratios = [b / a for a, b in times]
    print(f"neuroplast, median ms a step: {1e3 * statistics.median(mine):.1f}")
    print(f"plain, median ms a step:      {1e3 * statistics.median(theirs):.1f}")
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(
        f"plain / neuroplast, {len(ratios)} pairs: median {middle:.2f}, quartiles {low:.2f} to {high:.2f}"
    )


def images(batch: int, count: int) -> list[torch.Tensor]:
    """Batches of 32 x 32 images whose three colours are three of the bundled grey ones.

    On images of noise near ties are so frequent that rounding decides winners, and weights part by 1e-3.
    """
    stimuli = load_scenario("quickstart", condition="learned").stimuli
    grey = stimuli.load(data_root(), torch.Generator()).train.x[: 3 * batch * count].float() / 255
    padded = torch.nn.functional.pad(grey, (2, 2, 2, 2)).view(count, batch, 3, 32, 32)
    return list(padded)


def networks() -> tuple[Network, PlainNetwork]:
    scenario = load_scenario("softhebb_cifar10", condition="simultaneous")
    ours = Network(scenario.layers, (3, 32, 32), seed=0)
    ours.adapt(dict.fromkeys(ours.layers, PLASTIC))
    return ours, PlainNetwork([layer.w for layer in ours.layers.values()])


def difference(ours: Network, plain: PlainNetwork) -> float:
    pairs = zip(ours.layers.values(), plain.layers, strict=True)
    return max(float((layer.w - other.w).abs().max()) for layer, other in pairs)


def seconds(step: Callable[[], None]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def take(batches: list[torch.Tensor], count: int) -> list[torch.Tensor]:
    return [batches[i % len(batches)] for i in range(count)]


if __name__ == "__main__":
    main()
