"""A small run with everything in it: a convolution, a layer of two projections, a layer without weights."""

from dataclasses import replace

import torch

from neuroplast.recording.recorder import Header, LayerHeader, Series
from neuroplast.recording.writer import RunRecorder

LAYERS = (
    LayerHeader("conv", 4, (2, 6, 6), {"w": (4, 2, 3, 3)}, {"rule": "oja", "competition": "k_wta"}),
    LayerHeader("both", 3, (4,), {"near.w": (3, 4), "far.w": (3, 5)}, {"near.rule": "hebb"}),
    LayerHeader("sum", 3, (3,)),
)
HEADER = Header(
    title="a small run",
    condition="random",
    seed=7,
    steps_total=10,
    scenario={"about": "θ and ü", "layers": [{"name": "conv", "rate": 0.1}], "seeds": [7]},
    provenance={"run_id": "one", "host": "here", "cpu_threads": 2, "hours": 0.5, "whole": True},
    parts=("rule:oja==0.1.0", "competition:k_wta==0.1.0"),
    packages=("torch==2.11", "h5py==3.16"),
    data={"name": "bars", "copy": "generated", "source": "here", "sha256": "ab" * 32},
    input_shape=(2, 6, 6),
    layers=LAYERS,
)


def header(**changes):
    return replace(HEADER, **changes)


def state(seed):
    """Every kind of state tensor that a layer may have."""
    rng = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=rng)

    return {
        "conv": {
            "w": normal(4, 2, 3, 3).to(memory_format=torch.channels_last),
            "step.momentum": normal(4, 2, 3, 3),
            "normalisation.mean": normal(2),
            "rule.theta": normal(4),
            "dynamics.0.trace": normal(4, 4, 4),
            "dynamics.1.history": normal(4, 5),
            "competition.count": torch.tensor(seed),
        },
        "both": {
            "near.w": normal(3, 4),
            "near.normalisation.mean": normal(4),
            "far.w": normal(3, 5),
            "competition.correlation": normal(3, 3),
        },
        "sum": {},
    }


def sample(step):
    """The series of layer `conv` at one step; `late` begins at step 6."""
    values = {
        "w_norm": Series(torch.arange(4.0) + step, "norm of a neuron's weights"),
        "win_count": Series(torch.tensor([step, 0, 1, 2]), "positions won", statistic="sum"),
        "dead_share": Series(torch.tensor(1 / step), "share of dead neurons"),
        "corrected": Series(float(step), "values corrected", unit="1", statistic="sum"),
    }
    if step > 5:
        values["late"] = Series(-float(step), "begins late")
    return values


def begin(folder, **changes):
    """A recorder that has begun to write a run into a folder; it commits when it is told to."""
    recorder = RunRecorder(folder, seconds=float("inf"))
    recorder.start(header(**changes))
    return recorder


def record(folder, commits=(4,), closed="complete", **changes):
    """Write the whole run, committed after these steps; return the folder."""
    recorder = begin(folder, **changes)
    recorder.snapshot(0, state(0))
    recorder.event(0, "phase", "phase1: conv, both")
    for step in range(1, 11):
        recorder.series("conv", step, sample(step))
        if step % 5 == 0:
            recorder.series("both", step, {"near.norm": Series(torch.ones(3) * step, "norm")})
            recorder.metrics("linear/test", step, {"accuracy": 10.0 * step})
        if step in commits:
            recorder.commit(step, {})
    recorder.metrics("linear/test", 10, {"loss": 0.25})
    recorder.snapshot(10, state(10))
    recorder.close(closed, 10)
    return folder
