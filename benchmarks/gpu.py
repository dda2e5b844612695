"""Checks and times neuroplast on a GPU in one call: the numbers of the CPU, waiting, replays, seeds, whole runs.

    python benchmarks/gpu.py [--device cuda|cpu] [--steps 200] [--batch 10] [--seeds 1 2 5 10] [--images 50000]
                             [--stimuli random] [--precision fp32 tf32 bf16]

With `--device cpu --steps 3 --images 100` the same is gone through without a GPU, which shows that the script works and
no more. The network is that of the scenario softhebb_cifar10. Steps are timed on random images, one after another and
replayed as a CUDA graph; where they cannot be, the reason is printed. Whole runs, with their records and a read-out of
50 epochs, are on as many random images, or on `--stimuli cifar10`, whose accuracy is then told.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import count, pairwise

import numpy as np
import torch
from machine import describe
from torch import Tensor

import neuroplast
from neuroplast import Progress, hookimpl
from neuroplast.computing import computing
from neuroplast.drafts import load_scenario
from neuroplast.features import KeptFeatures
from neuroplast.layer import PLASTIC
from neuroplast.network import Network
from neuroplast.precision import PRECISIONS, Precision
from neuroplast.replay import AS_IT_IS, graph
from neuroplast.replayed_steps import Steps
from neuroplast.spec import STIMULI

SHAPE = (3, 32, 32)
TRAIN = 50_000
HEAD, BATCHES = 64, 10
Do = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--precision", choices=PRECISIONS, nargs="+", help="all by default")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 5, 10], help="side by side")
    parser.add_argument("--images", type=int, default=TRAIN, help="of a whole run, if random")
    parser.add_argument("--stimuli", default="random", help="or cifar10, cifar10_jpeg")
    args = parser.parse_args()
    here = [p for p in PRECISIONS if p != "tf32" or args.device == "cuda"]
    for precision in args.precision or here:
        with computing(args.device, None, precision) as on:
            name = torch.cuda.get_device_name() if on.device.type == "cuda" else describe()
            print(f"\n{precision} on {name}")
            check(on.device, precision, args.batch)
            times(on.device, precision, args.batch, args.steps, args.seeds)
        whole(args.device, precision, args.stimuli, args.images)


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
    row("a step, eager", seconds(lambda: network.learn(x), steps, device), batch)
    print(f"  waits for the device in a step: {waits(lambda: network.learn(x), device)}")
    step, told = replayed(network, x)
    row(f"a step as in a run, {told}", seconds(step, steps, device), batch)
    for many in seeds:
        networks = [learning(device, precision, seed) for seed in range(many)]
        step, told = side_by_side(networks, x)
        took = seconds(step, steps, device)
        row(f"a step of {many} seeds, {told}", took, many * batch)
        print(
            f"    multiplied out, {TRAIN} images for each of {many}: {took * TRAIN / batch:.1f} s"
        )
    network.freeze()
    images = torch.rand(min(1000, 10 * steps), *SHAPE, device=device)
    often = max(1, steps // 20)
    row(
        "features",
        seconds(lambda: network.features(images, device=device), often, device),
        len(images),
    )
    row("the linear read-out, a batch", seconds(read_out(device), often, device) / BATCHES, HEAD)


def read_out(device: torch.device) -> Do:
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


def replayed(network: Network, x: Tensor) -> tuple[Do, str]:
    """A step as the engine does it, and whether it was a replay."""
    told: list[str] = []
    steps = Steps(network, lambda batch, *rest: network.learn(batch[STIMULI], *rest), told.append)
    done = count()

    def step() -> None:
        steps({STIMULI: x}, None, Progress(next(done), TRAIN))

    if not x.is_cuda:
        return lambda: network.learn(x), "eager: graphs are of CUDA devices"
    for _ in range(AS_IT_IS + 1):
        step()
    return step, f"eager, since capture failed: {told[0]}" if told else "replayed"


def side_by_side(networks: Sequence[Network], x: Tensor) -> tuple[Do, str]:
    """One step of every network, on a stream of its own, as one graph; eager where that cannot be, and why."""

    def eager() -> None:
        for network in networks:
            network.learn(x)

    if not x.is_cuda:
        return eager, "eager: graphs are of CUDA devices"
    streams = [torch.cuda.Stream() for _ in networks]

    def at_once() -> None:
        now = torch.cuda.current_stream()
        for network, stream in zip(networks, streams, strict=True):
            stream.wait_stream(now)
            with torch.cuda.stream(stream):
                network.learn(x)
        for stream in streams:
            now.wait_stream(stream)

    for _ in range(AS_IT_IS):
        at_once()
    torch.cuda.synchronize()
    try:
        return graph(at_once).replay, "one graph"
    except (RuntimeError, ValueError) as error:
        return eager, f"eager, since capture failed: {str(error).splitlines()[0]}"


class Moments:
    """When a run reached what."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    @hookimpl
    def run_started(self) -> None:
        self.at["prepared"] = time.perf_counter()

    @hookimpl
    def layer_finished(self) -> None:
        self.at["learnt"] = time.perf_counter()


def whole(device: str, precision: Precision, stimuli: str, images: int) -> None:
    """Print how long a whole run takes, and its parts."""
    moments = Moments()
    with tempfile.TemporaryDirectory() as folder:
        given = stimuli
        if stimuli == "random":
            file = f"{folder}/random.npz"
            rng = np.random.default_rng(0)
            arrays = {
                f"{name}_{part}": rng.integers(0, most, shape, np.uint8)
                for part, n in (("train", images), ("test", images // 5))
                for name, most, shape in (("x", 256, (n, 32, 32, 3)), ("y", 10, (n,)))
            }
            np.savez(file, **arrays)
            given = f"{{kind = 'arrays', file = '{file}'}}"
        start = time.perf_counter()
        run = neuroplast.run(
            "softhebb_cifar10",
            sets=[f"stimuli={given}"],
            condition="simultaneous",
            out=f"{folder}/run",
            device=device,
            precision=precision,
            listeners=[moments],
        )
        end = time.perf_counter()
        said = [e.message for e in neuroplast.open_run(folder + "/run").events if e.kind == "eager"]
    parts = (start, moments.at["prepared"], moments.at["learnt"], end)
    prepared, learnt, read_out = (b - a for a, b in pairwise(parts))
    accuracy = run.results["linear"]["test_accuracy"]
    print(
        f"  a whole run on {stimuli}, seed {run.seed}: {end - start:.1f} s: {prepared:.1f} to prepare, "
        f"{learnt:.1f} to learn, {read_out:.1f} for features and read-out; {accuracy:.2f} % test"
    )
    for line in said:
        print(f"    {line}")


def waits(step: Do, device: torch.device) -> str:
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


def seconds(step: Do, count: int, device: torch.device) -> float:
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
