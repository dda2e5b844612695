"""Learning layer after layer with the answers of frozen layers kept, beside recomputing them, and beside all at once.

    python benchmarks/greedy.py [--net cifar deep] [--epochs 4] [--images 300] [--rounds 5] [--threads 2]

Kept answers cost one pass of the layers below; without them every batch goes through those again, which weighs the more
the deeper the net is. `cifar` is the three-layer network of the scenario softhebb_cifar10, two thirds of whose work is
in its last layer; `deep` has twelve equal layers. Images are random. Whole runs are timed, without recording.
"""

import statistics
from collections.abc import Callable
from typing import Any

import torch
from timing import Row, begin, parser, seconds

from neuroplast import frozen, registry
from neuroplast.drafts import draft, load_scenario
from neuroplast.engine import Engine
from neuroplast.events import RunInfo
from neuroplast.network import Network
from neuroplast.parts.stimuli import Split
from neuroplast.preparation import Parts
from neuroplast.recording.recorder import NoRecorder
from neuroplast.scenario import Scenario

DEEP = 12


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--net", nargs="+", choices=NETS, default=list(NETS))
    options.add_argument("--epochs", type=int, default=4)
    options.add_argument("--images", type=int, default=300)
    options.add_argument("--rounds", type=int, default=5)
    args = options.parse_args()
    report = begin(args.threads, args.table)
    for net in args.net:
        ways = {
            "all at once": lambda net=net: learn(net, "simultaneous", args),
            "layer after layer, kept": lambda net=net: learn(net, "greedy", args),
            "layer after layer, recomputed": lambda net=net: recomputing(
                learn, net, "greedy", args
            ),
        }
        rounds = [{way: seconds(work) for way, work in ways.items()} for _ in range(args.rounds)]
        took = {way: statistics.median(r[way] for r in rounds) for way in ways}
        for way, median in took.items():
            ratio = statistics.median(r[way] / r["all at once"] for r in rounds)
            title = f"{net}, {args.epochs} epochs of {args.images} images, {way}"
            report.add(
                Row(title, median, ratio=ratio, note=f"ratio to all at once, {args.rounds} rounds")
            )


def learn(net: str, order: str, args: Any) -> None:
    scenario = NETS[net](order, args.epochs)
    x = torch.rand(args.images, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    parts = Parts(Split(x, torch.zeros(len(x), dtype=torch.int64)), {}, 1)
    network = Network(scenario.layers, (3, 32, 32), seed=0)
    info = RunInfo("benchmark", "", 0, None, 0)
    Engine(scenario, network, parts, NoRecorder(), registry.current(), info).run()


def recomputing(work: Callable[..., None], *given: Any) -> None:
    """The same where there is no room to keep anything."""
    room, frozen.room = frozen.room, lambda *_, **__: None
    try:
        work(*given)
    finally:
        frozen.room = room


def cifar(order: str, epochs: int) -> Scenario:
    changes = [f"phases.learn.order={order}", f"phases.learn.epochs={epochs}", "readouts=[]"]
    return load_scenario("softhebb_cifar10", changes, condition="simultaneous")


def deep(order: str, epochs: int) -> Scenario:
    layer = {
        "use": "softhebb",
        "synapse": {"kind": "conv2d", "neurons": 64, "kernel": 3},
        "rate": {"kind": "constant", "eta": 0.01},
        "population": "relu",
    }
    phase = {"name": "learn", "order": order, "epochs": epochs, "batch": 10}
    stimuli = {"kind": "gaussian", "inputs": 1}
    return draft({"stimuli": stimuli, "layers": [layer] * DEEP, "phases": [phase]}).resolve()


NETS = {"cifar": cifar, "deep": deep}

if __name__ == "__main__":
    main()
