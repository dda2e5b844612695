"""What recording costs: steps with the default series on and off, in alternating blocks of one process.

    python benchmarks/recording.py [--net toy|conv|all] [--pairs 30] [--threads 2] [--size-steps 50]

Off is learning alone. On is learning with a watch on every layer, its samples handed to a recorder that writes segments
and checkpoints into a folder; a commit that is due is waited for, so that all its cost counts. Other work moves CPU
time less than the clock on the wall; the load of the machine is told, and should be near 0.
The toy net has two dense layers and 24 series, one probe among them; the other is the CIFAR-10 network of the scenario
softhebb_cifar10 on random images. The size of a record of 5,000 steps is extrapolated from a few.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import torch
from machine import describe, versions
from timing import interval

from neuroplast.allocation import keep_freed_memory
from neuroplast.drafts import draft, load_scenario
from neuroplast.layer import PLASTIC
from neuroplast.network import Network
from neuroplast.probes import selection
from neuroplast.probes.estimate import estimate, readable
from neuroplast.probes.schedule import Stretch
from neuroplast.recording.recorder import Header, LayerHeader
from neuroplast.recording.schema import RUN_FILE
from neuroplast.recording.writer import RunRecorder
from neuroplast.scenario import Scenario

STEPS = 1_000_000
"""More than are run."""
WHOLE_RUN = 5_000


class Times(NamedTuple):
    """Of one step: by the clock on the wall, and of all threads, the recorder's among them, on the CPU."""

    wall: float
    cpu: float


@dataclass
class Net:
    """A network that learns from random batches, and what looks at it."""

    scenario: Scenario
    network: Network
    batches: list[torch.Tensor]
    recorder: RunRecorder
    step: int = 0

    def __post_init__(self) -> None:
        self.layers = list(self.network.layers)
        self.network.adapt(dict.fromkeys(self.layers, PLASTIC))
        stretches = [Stretch(0, STEPS, STEPS, tuple(self.layers))]
        record = self.scenario.record
        self.watch = selection.watch(record, self.network.layers, stretches, self.recorder)
        self.recorder.start(header(self.scenario, self.network))
        self.recorder.snapshot(0, self.network.state())

    def alone(self, steps: int) -> None:
        for i in range(steps):
            self.network.learn(self.batches[i % len(self.batches)])

    def recorded(self, steps: int) -> None:
        for i in range(steps):
            self.watch.attach(self.layers, self.step + 1, True)
            self.network.learn(self.batches[i % len(self.batches)])
            self.step += 1
            self.watch.record(self.layers, self.step)
            if self.recorder.is_due:
                self.recorder.commit(self.step, self.state(), wait=True)

    def state(self) -> dict[str, Any]:
        return {"network": self.network.state(), "watch": self.watch.state()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--net", choices=("toy", "conv", "all"), default="all")
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size-steps", type=int, default=50)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    load = ", ".join(f"{n:.1f}" for n in os.getloadavg())
    print(describe(), versions("h5py", "numpy"), f"load of the machine before: {load}", sep="\n")
    keep_freed_memory()  # as the command line does
    if args.net in ("toy", "all"):
        compare("toy net", toy, args.pairs, block=400)
        growth(20_000)
    if args.net in ("conv", "all"):
        compare("CIFAR-10 net, batch 10", conv, args.pairs, block=10)
        size(args.size_steps)


def compare(title: str, make: Callable[[Path], Net], pairs: int, block: int) -> None:
    """Time blocks of steps without and with recording, which of them first changing from pair to pair."""
    with TemporaryDirectory() as folder:
        net = make(Path(folder) / "run")
        net.alone(block)
        net.recorded(block)
        times: list[tuple[Times, Times]] = []
        for n in range(pairs):
            sides = [net.alone, net.recorded]
            took = {side.__name__: timed(side, block) for side in sides[:: 1 - 2 * (n % 2)]}
            times.append((took["alone"], took["recorded"]))
        net.recorder.close("complete", net.step)
    for what, clock in (("by the wall clock", "wall"), ("of CPU time", "cpu")):
        pairs_of = [(getattr(a, clock), getattr(b, clock)) for a, b in times]
        off = statistics.median(a for a, _ in pairs_of)
        print(f"{title}, {what}: {1e3 * off:.3f} ms a step without recording")
        tell("added", [1e6 * (b - a) for a, b in pairs_of], "µs a step")
        tell("added", [100 * (b - a) / a for a, b in pairs_of], "% of the step")


def growth(steps: int) -> None:
    """How much memory a long recorded run of the toy net holds at its end that it did not at its first quarter."""
    with TemporaryDirectory() as folder:
        net = toy(Path(folder) / "run", commit=1.0)
        net.recorded(steps // 4)
        before = resident()
        net.recorded(steps - steps // 4)
        print(
            f"toy net: {(resident() - before) / 1e6:+.1f} MB resident after {steps:,} steps, a commit each second"
        )
        net.recorder.close("complete", net.step)


def size(steps: int) -> None:
    """The size of the record of a whole run: samples of some steps, repeated with noise that leaves no two alike."""
    rng = torch.Generator().manual_seed(0)
    with TemporaryDirectory() as folder:
        net = conv(Path(folder) / "run")
        net.recorded(steps)
        every = net.scenario.record.every
        for step in range(net.step + every, WHOLE_RUN + 1, every):
            for watcher in net.watch.watchers.values():
                sample = {
                    name: value * (1 + 1e-3 * torch.randn(value.shape, generator=rng))
                    if value.is_floating_point()
                    else value
                    for name, value in watcher.monitor.last.items()
                }
                watcher.monitor.hand_over([step], {k: v[None] for k, v in sample.items()})
        net.recorder.snapshot(WHOLE_RUN, net.network.state())
        net.recorder.close("complete", WHOLE_RUN)
        written = (Path(folder) / "run" / RUN_FILE).stat().st_size
    stretches = [Stretch(0, WHOLE_RUN, WHOLE_RUN, tuple(net.layers))]
    told = estimate(net.scenario.record, net.network.layers, stretches)
    print(
        f"CIFAR-10 net, record of {WHOLE_RUN:,} steps: {readable(written)} "
        f"(extrapolated: {steps} steps were run, the other samples are these with noise)"
    )
    print(f"  told before the run: {told}")


def toy(folder: Path, commit: float = 10.0) -> Net:
    dense = {
        "use": "softhebb",
        "rate": {"kind": "constant", "eta": 1e-3},
        "population": "relu",
    }
    probe = {"name": "ratio", "variables": ["update_to_weight"], "every": 10}
    tables = {
        "stimuli": {"kind": "gaussian", "inputs": 100},
        "layers": [
            {**dense, "synapse": {"kind": "dense", "neurons": 200}},
            {**dense, "synapse": {"kind": "dense", "neurons": 100}},
        ],
        "record": {"probes": [probe]},
    }
    scenario = draft(tables).resolve()
    return built(scenario, (100,), folder, commit)


def conv(folder: Path) -> Net:
    scenario = load_scenario("softhebb_cifar10", condition="simultaneous")
    return built(scenario, (3, 32, 32), folder, 10.0)


def built(scenario: Scenario, shape: tuple[int, ...], folder: Path, commit: float) -> Net:
    network = Network(scenario.layers, shape, seed=0)
    rng = torch.Generator().manual_seed(0)
    batches = [torch.rand(10, *shape, generator=rng) for _ in range(20)]
    return Net(scenario, network, batches, RunRecorder(folder, commit))


def header(scenario: Scenario, network: Network) -> Header:
    layers = tuple(
        LayerHeader(
            name,
            layer.response_shape[0],
            layer.projections[0].input_shape,
            {"w": tuple(layer.w.shape)},
        )
        for name, layer in network.layers.items()
    )
    return Header(
        title="benchmark",
        condition="",
        seed=0,
        steps_total=STEPS,
        scenario=scenario.plain(),
        provenance={},
        parts=(),
        packages=(),
        data={},
        input_shape=network.input_shape,
        layers=layers,
        probes=selection.headers(scenario.record, network.layers),
    )


def tell(what: str, values: Sequence[float], unit: str) -> None:
    low, middle, high = statistics.quantiles(values, n=4)
    lower, upper = interval(values)
    print(
        f"  {what} {middle:.2f} {unit}, median of {len(values)} pairs; 95 % interval of it {lower:.2f} to {upper:.2f}, "
        f"quartiles {low:.2f} to {high:.2f}"
    )


def timed(side: Callable[[int], None], steps: int) -> Times:
    """Seconds a step."""
    wall, cpu = time.perf_counter(), time.process_time()
    side(steps)
    return Times((time.perf_counter() - wall) / steps, (time.process_time() - cpu) / steps)


def resident() -> int:
    """Bytes of memory that the process holds (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


if __name__ == "__main__":
    main()
