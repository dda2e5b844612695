"""One step of a layer with each part, and a read-out, on a GPU that is not there; prints what went wrong, as JSON.

Fake tensors have a device and a shape and no values: torch refuses operations that mix devices, as a GPU would. Whoever
asks for a number on the host gets 0; on the GPU, where the host would wait for it, that is noted. A process of its own,
since parts remember kernels, which would be fake ones.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from neuroplast import ConfigurationError, registry
from neuroplast.build import build_layer
from neuroplast.drafts import load_scenario
from neuroplast.evaluation import Evaluation
from neuroplast.features import ComputedFeatures, KeptFeatures
from neuroplast.network import Network
from neuroplast.parts.stimuli import Split
from neuroplast.preparation import Parts, Preparation
from neuroplast_plugins.readouts.linear import Linear

LISTS = ("dynamics", "constraint", "signal")
ENTRIES = {"constraint": "constraints", "recipe": "use", "signal": "signals"}
FAMILIES = (
    *(
        "rule",
        "competition",
        "dynamics",
        "scaling",
        "constraint",
        "population",
        "normalisation",
        "effective",
    ),
    *("similarity", "rate", "step", "pool", "recipe", "signal", "synapse"),
)
DENSE = {"use": "softhebb", "synapse": {"kind": "dense", "neurons": 12}}, (20,)
CONV = {"use": "softhebb", "synapse": {"kind": "conv2d", "neurons": 12, "kernel": 3}}, (4, 6, 6)


class Waited(Exception):
    """A number was asked for that lies on the GPU."""


class Numbers(TorchDispatchMode):
    """Answers whoever asks for a number."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is not torch.ops.aten._local_scalar_dense.default:
            return func(*args, **(kwargs or {}))
        if args[0].device.type != "cpu":
            raise Waited
        return 0.0 if args[0].is_floating_point() else 0


def main() -> None:
    logging.disable()  # torch tells of what it refuses
    found = {"steps": 0, "waits": [], "wrong": []}
    with FakeTensorMode(), Numbers():
        for name, entries, shape in layers():
            outcome(found, name, lambda entries=entries, shape=shape: step(entries, shape))
        for name, source in sources().items():
            outcome(found, name, lambda source=source: read_out(source))
        outcome(found, "features of a network", evaluated)
    print(json.dumps(found))


def outcome(found: dict[str, Any], name: str, work: Any) -> None:
    try:
        work()
        found["steps"] += 1
    except ConfigurationError:
        pass  # the part has no meaning in this layer
    except Waited:
        found["waits"].append(name)
    except Exception as error:
        found["wrong"].append(f"{name}: {error}")


def layers() -> Iterator[tuple[str, dict[str, Any], tuple[int, ...]]]:
    for family in FAMILIES:
        for kind in registry.current().kinds()[family]:
            named = [kind] if family in LISTS else {"kind": kind}
            entry = kind if family == "recipe" else named
            for base, shape in (DENSE, CONV):
                entries = {**base, ENTRIES.get(family, family): entry}
                yield f"{family} {kind}", entries, shape


def step(entries: dict[str, Any], shape: tuple[int, ...]) -> None:
    layer = build_layer(shape, device="cuda", **entries)
    x, labels = (
        torch.rand(5, *shape, device="cuda"),
        torch.zeros(5, dtype=torch.int64, device="cuda"),
    )
    assert layer.learn(x, labels).device.type == "cuda"


def sources() -> dict[str, Any]:
    """Features on the GPU, in both precisions; in memory since the GPU has no room; and not kept."""
    labels, size = torch.zeros(30, dtype=torch.int64, device="cuda"), 8
    there = torch.rand(30, size, device="cuda")
    return {
        "features there": KeptFeatures(there, labels),
        "features there in 16 bits": KeptFeatures(there.bfloat16(), labels),
        "features here": KeptFeatures(torch.rand(30, size), labels),
        "features not kept": ComputedFeatures(
            lambda index: torch.rand(len(index), size, device="cuda"), labels, size
        ),
    }


def evaluated() -> None:
    """Features of a whole network, kept where it is."""
    scenario = load_scenario("softhebb_cifar10", condition="simultaneous")
    device = torch.device("cuda")
    split = Split(torch.rand(30, 3, 32, 32), torch.zeros(30, dtype=torch.int64))
    network = Network(scenario.layers, (3, 32, 32), device=device)
    prepare = Preparation(scenario, split, 0, device)
    source = Evaluation(network, Parts(split), prepare, 0).features(split, None, "any", device)
    assert source.rows(torch.arange(3)).device == source.labels.device != torch.device("cpu")
    read_out(source)


def read_out(source: Any) -> None:
    fitted = Linear(epochs=1).fit(source, 3, torch.Generator(), lambda share: None)
    for features, labels in source.blocks():
        assert fitted.scores(features).device == labels.device


if __name__ == "__main__":
    main()
