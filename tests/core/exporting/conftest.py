"""A run with everything that is hard to export, and what was recorded in it."""

import math
from types import SimpleNamespace

import pytest
import torch
from support.recordings import LAYERS, begin, state

from neuroplast.recording.recorder import LayerHeader, ProbeHeader, Series, SeriesHeader, Statistic

HARD = [1 / 3, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1e300, 2.0]
SHORT = torch.tensor([[0.1 * i + j / 3 for j in range(4)] for i in range(8)])


def fill(recorder):
    """Eight steps of everything; `late` begins at the third, `odd/name` is missing at the second."""
    recorder.snapshot(0, {**state(0), "a.b/c": {"w": torch.ones(2, 2)}})
    recorder.event(0, "phase", 'phase1: "conv", θ')
    for step in range(1, 9):
        values = {
            "norm": Series(SHORT[step - 1], "norm of the weights", unit="mV"),
            "hard": Series(HARD[step - 1], "hard to write", statistic=Statistic.sum),
        }
        if step > 2:
            values["late"] = Series(-step / 7, "begins late")
        recorder.series("conv", step, values)
        if step != 2:
            recorder.series("a.b/c", step, {"odd/name:x": Series(float(step), "odd")})
        seen = {
            "ltp": torch.tensor([step / 3, -step / 3]),
            "w": torch.arange(8.0).reshape(2, 4) / step,
            "spread": torch.tensor([1.0, step, 0.0]),
        }
        recorder.probe("some", "conv", step, seen)
    recorder.metrics("linear/test", 4, {"accuracy": 200 / 3})
    recorder.metrics("linear/test", 8, {"accuracy": 70.1, "loss": 0.1})
    recorder.snapshot(8, {**state(8), "a.b/c": {"w": torch.full((2, 2), 0.1)}})
    return recorder


def _headers():
    series = {
        "ltp": SeriesHeader("potentiation", ("neuron",), "1", Statistic.sum),
        "w": SeriesHeader("weights", ("neuron", "input"), "1", Statistic.last, shape=(2, 2, 2)),
        "spread": SeriesHeader("of weights", ("bin",), "1", Statistic.histogram),
    }
    scales = {"neuron": (1, 3), "input": 4, "bin": (-math.inf, 0.5, 1.5)}
    layers = (*LAYERS, LayerHeader("a.b/c", 2, (2,), {"w": (2, 2)}))
    return {"layers": layers, "probes": (ProbeHeader("some", "conv", scales, series),)}


@pytest.fixture
def run(tmp_path):
    """The run, complete."""
    fill(begin(tmp_path / "run", **_headers())).close("complete", 8)
    return tmp_path / "run"


@pytest.fixture
def stopped(tmp_path):
    """The same run, of which two commits reached the disk before it was interrupted."""
    recorder = begin(tmp_path / "stopped", **_headers())
    recorder.series("conv", 1, {"norm": Series(SHORT[0], "norm of the weights", unit="mV")})
    recorder.commit(1, {}, wait=True)
    recorder.series("conv", 2, {"norm": Series(SHORT[1], "norm of the weights", unit="mV")})
    recorder.close("interrupted", 2)
    return tmp_path / "stopped"


@pytest.fixture
def recorded():
    """What is in it."""
    return SimpleNamespace(hard=HARD, norm=SHORT, state=state(8))
