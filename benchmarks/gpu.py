"""Checks and times neuroplast on a GPU in one call: the numbers of the CPU, waiting, graphs, seeds side by side.

    python benchmarks/gpu.py [--device cuda|cpu] [--steps 200] [--batch 10] [--seeds 1 2 5 10]

With `--device cpu --steps 3` the same is gone through without a GPU, which shows that the script works and no more. The
network is that of the scenario softhebb_cifar10, on random images. A step is captured as a CUDA graph where it can be;
where it cannot, the reason is printed, and eager steps are timed. The times of a whole protocol are multiplied out.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from machine import describe
from torch import Tensor

from neuroplast.computing import computing
from neuroplast.drafts import load_scenario
from neuroplast.features import KeptFeatures
from neuroplast.layer import PLASTIC
from neuroplast.network import Network
from neuroplast.precision import Precision

SHAPE = (3, 32, 32)
TRAIN = 50_000
HEAD, BATCHES = 64, 10
Step = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 5, 10], help="side by side")
    args = parser.parse_args()
    precisions: tuple[Precision, ...] = (
        ("fp32", "tf32", "bf16") if args.device == "cuda" else ("fp32", "bf16")
    )
    for precision in precisions:
        with computing(args.device, None, precision) as on:
            name = torch.cuda.get_device_name() if on.device.type == "cuda" else describe()
            print(f"\n{precision} on {name}")
            check(on.device, precision, args.batch)
            times(on.device, precision, args.batch, args.steps, args.seeds)


def check(device: torch.device, precision: Precision, batch: int) -> None:
    """Print how far the device's weights are from the CPU's in float32, after one step and after ten."""
    rng = torch.Generator().manual_seed(0)
    here, there = learning(torch.device("cpu"), "fp32", 0), learning(device, precision, 0)
    for step in range(1, 11):
        x = torch.rand(batch, *SHAPE, generator=rng)
        here.learn(x)
        there.learn(x.to(device))
        if step in (1, 10):
            layers = zip(here.layers.values(), there.layers.values(), strict=True)
            apart = [float((b.w.cpu() - a.w).norm() / a.w.norm()) for a, b in layers]
            print(
                f"  weights after {step:2} steps, |difference| / |w|: "
                + ", ".join(f"{d:.1e}" for d in apart)
            )


def times(
    device: torch.device, precision: Precision, batch: int, steps: int, seeds: Sequence[int]
) -> None:
    """Print the table of times."""
    x = torch.rand(batch, *SHAPE, device=device)
    network = learning(device, precision, 0)
    took = seconds(lambda: network.learn(x), steps, device)
    row("a step, eager", took, batch)
    print(f"  waits for the device in a step: {waits(lambda: network.learn(x), device)}")
    for count in seeds:
        networks = [learning(device, precision, seed) for seed in range(count)]
        step, told = captured(networks, x)
        took = seconds(step, steps, device)
        row(f"a step of {count} seeds, {told}", took, count * batch)
        print(
            f"    multiplied out, {TRAIN} images for each of {count}: {took * TRAIN / batch:.1f} s"
        )
    network.freeze()
    many = torch.rand(min(1000, 10 * steps), *SHAPE, device=device)
    often = max(1, steps // 20)
    row(
        "features", seconds(lambda: network.features(many, device=device), often, device), len(many)
    )
    row("the linear read-out, a batch", seconds(read_out(device), often, device) / BATCHES, HEAD)


def read_out(device: torch.device) -> Step:
    """An epoch of the scenario's read-out over so many batches of random features."""
    (spec,) = load_scenario("softhebb_cifar10").readouts
    part = spec.part.model_copy(update={"epochs": 1, "batch": HEAD})
    features = torch.rand(BATCHES * HEAD, 24_576, device=device)
    source = KeptFeatures(features, torch.arange(len(features), device=device) % 10)
    return lambda: part.fit(source, 10, torch.Generator(), lambda share: None)


def learning(device: torch.device, precision: Precision, seed: int) -> Network:
    scenario = load_scenario("softhebb_cifar10", condition="simultaneous")
    network = Network(scenario.layers, SHAPE, seed=seed, device=device, precision=precision)
    network.adapt(dict.fromkeys(network.layers, PLASTIC))
    return network


def captured(networks: Sequence[Network], x: Tensor) -> tuple[Step, str]:
    """One step of every network, on a stream of its own, as one graph; eager where that cannot be, and why."""

    def eager() -> None:
        for network in networks:
            network.learn(x)

    if not x.is_cuda:
        return eager, "eager: graphs are of CUDA devices"
    streams = [torch.cuda.Stream() for _ in networks]

    def side_by_side() -> None:
        now = torch.cuda.current_stream()
        for network, stream in zip(networks, streams, strict=True):
            stream.wait_stream(now)
            with torch.cuda.stream(stream):
                network.learn(x)
        for stream in streams:
            now.wait_stream(stream)

    graph = torch.cuda.CUDAGraph()
    try:
        with on_the_side():
            for _ in range(3):
                side_by_side()
        with torch.cuda.graph(graph):
            side_by_side()
    except (RuntimeError, ValueError) as error:
        return eager, f"eager, since capture failed: {str(error).splitlines()[0]}"
    return graph.replay, "one graph"


@contextmanager
def on_the_side() -> Iterator[None]:
    """Work before a capture, on a stream that is not the default one, as captures ask for."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        yield
    torch.cuda.current_stream().wait_stream(stream)
    torch.cuda.synchronize()


def waits(step: Step, device: torch.device) -> str:
    """Whether the host waits for the device anywhere in a step."""
    if device.type != "cuda":
        return "not asked, since there is no device to wait for"
    torch.cuda.set_sync_debug_mode("error")
    try:
        step()
    except RuntimeError as error:
        return f"yes: {str(error).splitlines()[0]}"
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return "no"


def seconds(step: Step, count: int, device: torch.device) -> float:
    """Of one call, on average, all work of the device finished."""
    step()
    wait(device)
    start = time.perf_counter()
    for _ in range(count):
        step()
    wait(device)
    return (time.perf_counter() - start) / count


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def row(what: str, took: float, images: int) -> None:
    print(f"  {what}: {1e3 * took:.3f} ms, {images / took:.0f} images/s")


if __name__ == "__main__":
    main()
