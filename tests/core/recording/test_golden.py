"""Files of older formats stay readable: tests/data/run-1.0.h5 is what 0.1.0 wrote of the scenario beside it."""

import pytest
import torch
from support.pages import ROOT
from torch.testing import assert_close

from neuroplast.drafts import draft
from neuroplast.recording.check import check
from neuroplast.recording.reader import open_run

FILE = ROOT / "tests" / "data" / "run-1.0.h5"


@pytest.fixture(scope="module")
def run():
    with open_run(FILE, verify=True) as opened:
        yield opened


def test_what_was_asked(run):
    assert (run.state, run.title, run.seed, run.condition) == ("complete", "golden", 3, "")
    assert (run.steps_done, run.steps_total, run.input_shape) == (12, 12, (1, 6, 6))
    assert "rule:bcm==0.1.0" in run.parts
    assert run.data["name"] == "bars"
    assert draft(run.scenario).resolve().layers[0].name == "edges"
    assert run.is_intact()


def test_what_was_found(run):
    edges, lines = run.layers.values()
    assert edges.weight_shapes == {"w": (3, 1, 3, 3)}
    assert lines.weight_shapes == {"forward.w": (4, 108), "lateral.w": (4, 4)}
    assert edges.steps == lines.steps == (2, 4, 6, 8, 10, 12)
    assert edges.snapshot_steps == lines.snapshot_steps == (0, 12)
    assert (
        edges.series["win_count"].values.sum(1).tolist() == [5 * 36] * 6
    )  # a winner at each position
    assert lines.series["win_count"].values.sum(1).tolist() == [5] * 6
    assert run.metrics["wins"]["largest"].steps.tolist() == [0, 4, 8, 12]
    assert [event.kind for event in run.events] == ["phase", "layer finished", "layer finished"]


def test_what_was_learnt(run):
    """Initial weights are near their radius, lateral ones at 0; the latter stay without autapses, and inhibit."""
    before, after = run.snapshot(0), run.final_state()
    assert set(after["edges"]) == {"w", "rule.theta", "rule.seen"}
    assert after["edges"]["rule.seen"].item() == 60
    assert before["lines"]["lateral.w"].abs().max() == 0
    assert after["lines"]["lateral.w"].max() <= 0
    assert after["lines"]["lateral.w"].diagonal().abs().max() == 0
    assert not torch.equal(before["edges"]["w"], after["edges"]["w"])
    norm = run.layers["edges"].series["w_norm"].values[-1]
    assert_close(after["edges"]["w"].flatten(1).norm(dim=1), norm)


def test_its_tree(run):
    weights = run.tree["layers/lines/forward/w"]
    assert weights.dims == ("snapshot_step", "neuron", "input")
    assert weights.sel(snapshot_step=12).shape == (4, 108)


def test_check_passes_it_with_a_note():
    (found,) = check(FILE)
    assert (found.severity, found.place) == ("note", "/provenance")
