"""How near a training step of the CIFAR-10 network comes to what its convolutions need at best on this machine.

    python benchmarks/ceiling.py [--precision fp32 bf16] [--threads 2] [--batch 10] [--steps 30]

For each layer's drive and outer product every way that is known here to compute it is tried; the ceiling is the sum of
the fastest. Its share of the whole step's median time is printed, and a table of where the time of a step goes.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from machine import describe
from torch import Tensor
from torch.nn.grad import conv2d_weight
from torch.utils._python_dispatch import TorchDispatchMode

from neuroplast.allocation import keep_freed_memory
from neuroplast.drafts import load_scenario
from neuroplast.functional import product
from neuroplast.layer import PLASTIC, Layer
from neuroplast.network import Network
from neuroplast.precision import Precision

TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
Way = Callable[[], Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--precision", nargs="+", choices=TYPES, default=list(TYPES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--steps", type=int, default=30)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    keep_freed_memory()
    print(describe())
    for precision in args.precision:
        report(precision, args.batch, args.steps)


@torch.no_grad()
def report(precision: Precision, batch: int, steps: int) -> None:
    """Print the ceiling of one precision, the share of it, and where a step's time goes."""
    scenario = load_scenario("softhebb_cifar10", condition="simultaneous")
    network = Network(scenario.layers, (3, 32, 32), seed=0, precision=precision)
    network.adapt(dict.fromkeys(network.layers, PLASTIC))
    x = torch.rand(batch, 3, 32, 32)
    step = statistics.median(times(lambda: network.learn(x), steps))
    print(f"\n{precision}: a step of {batch} images takes {step:.1f} ms, the median of {steps}")
    ceiling = work = 0.0
    for layer in network.layers.values():
        for name, ways, gflop in shapes(layer, batch, TYPES[precision]):
            fastest, ms = min(
                ((w, min(times(f, steps))) for w, f in ways.items()), key=lambda p: p[1]
            )
            print(
                f"  {layer.name} {name:14} {ms:6.2f} ms  {1e3 * gflop / ms:5.0f} GFLOP/s  by {fastest}"
            )
            ceiling, work = ceiling + ms, work + gflop
    print(
        f"  ceiling: {ceiling:.1f} ms for {work:.1f} GFLOP; share of it: {100 * ceiling / step:.0f} %"
    )
    parts = spent(network, x, steps)
    for what, ms in {**parts, "Python, and waiting": step - sum(parts.values())}.items():
        print(f"  {what:25} {ms:6.2f} ms  {100 * ms / step:3.0f} %")


def shapes(
    layer: Layer, batch: int, dtype: torch.dtype
) -> Iterator[tuple[str, dict[str, Way], float]]:
    """The two products of a layer's step: name, every way to compute it, and billions of operations."""
    projection = layer.projections[0]
    synapse, w = projection.synapse, layer.w.to(dtype)
    x = synapse.prepare(torch.rand(batch, *projection.input_shape)).to(dtype)
    post = synapse.drive(x, w)
    kernel, matrix = w.shape[2], w.permute(0, 2, 3, 1).flatten(1)
    height, width = post.shape[2:]

    def fields() -> Tensor:
        cut = x.permute(0, 2, 3, 1).unfold(1, kernel, 1).unfold(2, kernel, 1)
        return cut.permute(0, 1, 2, 4, 5, 3).reshape(batch * height * width, -1)

    def as_map(a: Tensor) -> Tensor:
        return a.view(1, len(a), 1, -1)

    activity = post.movedim(1, 0).flatten(1)
    gflop = 2e-9 * post.numel() * prod(w.shape[1:])
    yield (
        "drive",
        {
            "convolution": lambda: F.conv2d(x, w),
            "product of fields": lambda: product(fields(), matrix.T),
            "torch's product of fields": lambda: fields() @ matrix.T,
        },
        gflop,
    )
    yield (
        "outer product",
        {
            "weight gradient": lambda: conv2d_weight(x, w.shape, post),
            "product of fields": lambda: product(activity, fields()),
            "torch's product of fields": lambda: activity @ fields(),
            "1x1 convolution": lambda: F.conv2d(
                as_map(fields()), activity[..., None, None].contiguous()
            ),
        },
        gflop,
    )


def times(work: Callable[[], Any], count: int) -> list[float]:
    """Milliseconds of each of so many calls, after three that are not timed."""
    found = []
    for i in range(count + 3):
        start = time.perf_counter()
        work()
        if i >= 3:
            found.append(1e3 * (time.perf_counter() - start))
    return found


def spent(network: Network, x: Tensor, steps: int) -> dict[str, float]:
    """Milliseconds of the median step by what torch's operations in it go over."""
    weights = {layer.w.numel() for layer in network.layers.values()}
    found = []
    for _ in range(steps):
        with Operations(weights) as seen:
            network.learn(x)
        found.append(seen.ms)
    return {what: statistics.median(ms[what] for ms in found) for what in found[0]}


class Operations(TorchDispatchMode):
    """Times torch's operations, by what they go over."""

    def __init__(self, weights: set[int]) -> None:
        super().__init__()
        self.weights = weights
        self.ms = {
            "products and convolutions": 0.0,
            "passes over weights": 0.0,
            "passes over activities": 0.0,
        }

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        start = time.perf_counter()
        found = func(*args, **(kwargs or {}))
        self.ms[self._kind(str(func), args)] += 1e3 * (time.perf_counter() - start)
        return found

    def _kind(self, name: str, args: Any) -> str:
        if "conv" in name or "aten.mm" in name or "linear_pointwise" in name:
            return "products and convolutions"
        sizes = {a.numel() for a in args if isinstance(a, Tensor)}
        return "passes over weights" if sizes & self.weights else "passes over activities"


if __name__ == "__main__":
    main()
