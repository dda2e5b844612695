"""What is new in a run: everything once, in segments as in the one file, also where the run ends in between."""

import shutil

import pytest
from support.recordings import begin, record, sample

from neuroplast.recording import follow
from neuroplast.recording.folder import Segment
from neuroplast.recording.follow import news

SEGMENTS = [Segment(0, 3), Segment(3, 5), Segment(5, 10)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    root = tmp_path_factory.mktemp("follow")
    record(root / "stopped", commits=(3, 5), closed="interrupted")
    record(root / "done", commits=(3, 5))
    return root


def told(path, seen, whole):
    """All that one file has to tell, as (kind, group, step, names) and the number of events."""
    rows, events, more = [], 0, True
    while more:
        (found,) = news(str(path), seen, whole)
        for kind in ("samples", "metrics"):
            rows += [(row["group"], row["step"], *sorted(row["values"])) for row in found[kind]]
        events += len(found["events"])
        seen, more = found["seen"], found["more"]
    return sorted(rows), events, seen


SERIES = ("corrected", "dead_share", "w_norm", "win_count")
ALL = sorted(
    [("conv", step, *SERIES) for step in range(1, 6)]
    + [
        ("conv", step, "corrected", "dead_share", "late", "w_norm", "win_count")
        for step in range(6, 11)
    ]
    + [("both", 5, "near.norm"), ("both", 10, "near.norm")]
    + [("linear/test", 5, "accuracy"), ("linear/test", 10, "accuracy", "loss")]
)


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_everything_is_told_once_wherever_the_run_ends(recorded, before, monkeypatch):
    monkeypatch.setattr(follow, "ROWS", 4)
    rows, events, seen = [], 0, {}
    for segment in SEGMENTS[:before]:
        more, count, seen = told(recorded / "stopped" / segment.name, seen, whole=False)
        rows, events = rows + more, events + count
    more, count, _ = told(recorded / "done" / "run.h5", seen, whole=True)
    assert sorted(rows + more) == ALL
    assert events + count == 1


def test_values_are_numbers_or_what_several_amount_to(recorded):
    (found,) = news(str(recorded / "stopped" / SEGMENTS[0].name), {}, False)
    first = next(row for row in found["samples"] if row["group"] == "conv" and row["step"] == 1)
    assert first["values"] == {
        "corrected": 1.0,
        "dead_share": 1.0,
        "w_norm": {"mean": 2.5, "min": 1.0, "max": 4.0},
        "win_count": {"mean": 1.0, "min": 0.0, "max": 2.0},
    }
    assert (found["steps_done"], found["steps_total"], found["title"]) == (3, 10, "a small run")
    assert found["events"] == [{"step": 0, "kind": "phase", "message": "phase1: conv, both"}]


def test_a_row_that_is_completed_is_told_by_what_it_got(tmp_path):
    recorder, values = begin(tmp_path), sample(1)
    recorder.series("conv", 1, {"corrected": values["corrected"]})
    recorder.metrics("linear", 1, {"accuracy": 1.0})
    recorder.commit(1, {}, wait=True)
    first = shutil.copytree(tmp_path, tmp_path.parent / "first")
    recorder.metrics("linear", 1, {"loss": 2.0})
    recorder.close("complete", 1)
    rows, _, seen = told(first / Segment(0, 1).name, {}, whole=False)
    assert rows == [("conv", 1, "corrected"), ("linear", 1, "accuracy")]
    rows, _, _ = told(tmp_path / "run.h5", seen, whole=True)
    assert rows == [("linear", 1, "loss")]
