"""`run`, and what is done with a run afterwards."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from neuroplast import runs
from neuroplast.cli.progress import Bars
from neuroplast.events import IntervalReport, RunInfo
from neuroplast.recording.reader import open_run

CONDITIONS = """
[[conditions]]
name = "plain"

[[conditions]]
name = "frozen"
set = { "phases.phase1.adapt" = ["statistics"] }
"""


def test_a_dry_run_prints_the_plan_and_writes_nothing(cli, scenario, tmp_path):
    file = scenario()
    before = set(tmp_path.rglob("*"))
    answer = cli("run", file, "--dry-run", "--seeds", "3")
    assert answer.code == 0
    assert "mine: seeds 0, 1, 2" in answer.out
    assert "layer1: x̂ = none" in answer.out
    assert "4 steps of 10 stimuli" in answer.out
    assert {p for p in tmp_path.rglob("*") if "cache" not in p.parts} == {
        p for p in before if "cache" not in p.parts
    }


def test_a_number_that_is_none_is_nan_in_the_table_and_null_in_json(cli, scenario, plugin):
    source = '''
from typing import ClassVar

from neuroplast import Measure, hookimpl


class Odd(Measure):
    """Nothing."""

    kind: ClassVar[str] = "odd_measure"

    def measure(self, network, stimuli):
        return {"value": float("nan")}


@hookimpl
def measures():
    return [Odd]
'''
    plugin("odd", source)
    file = scenario(measures='measures = ["odd_measure"]')
    words = ("run", file, "--seeds", "2", "--quiet")
    answer = cli(*words, "--out", "one")
    assert answer.code == 0
    assert answer.out.splitlines()[1].split() == ["mine", "nan", "2"]
    told = cli(*words, "--out", "two", "--json")
    for text in (told.out, Path("two/results.json").read_text()):
        assert "NaN" not in text
        assert [run["results"] for run in json.loads(text)["runs"]] == [
            {"odd_measure": {"value": None}}
        ] * 2


def test_a_dry_run_as_json(cli, scenario):
    assert json.loads(cli("run", scenario(), "--dry-run", "--json").out)["plan"]


def test_one_run(cli, scenario, tmp_path):
    answer = cli("run", scenario(), "--out", "here")
    assert (answer.code, answer.err) == (0, "")
    plan, _, results = answer.out.partition("principal_component cosine")
    assert "layer1" in plan
    assert re.search(r"^mine +[\d.]+ ", results, re.MULTILINE)
    assert "written: here/run.h5\n" in results
    with open_run(tmp_path / "here") as recording:
        assert recording.state == "complete"


def test_results_are_mean_and_spread_over_seeds_by_condition(cli, scenario):
    file = scenario(conditions=CONDITIONS)
    told = json.loads(cli("run", file, "--seeds", "3", "--out", "here", "--json").out)
    lengths = {"plain": [], "frozen": []}
    for run in told["runs"]:
        lengths[run["condition"]].append(run["results"]["principal_component"]["length"])
    assert [len(values) for values in lengths.values()] == [3, 3]
    assert lengths["plain"] != lengths["frozen"]
    for condition, values in lengths.items():
        found = told["summary"][condition]["principal_component.length"]
        mean = sum(values) / 3
        assert found["n"] == 3
        assert found["mean"] == pytest.approx(mean)
        assert found["sd"] == pytest.approx((sum((v - mean) ** 2 for v in values) / 2) ** 0.5)
    table = cli("run", file, "--seeds", "3", "--out", "there").out
    rows = [line.split("  ") for line in table.splitlines() if line.startswith(("plain", "frozen"))]
    assert [row[0].strip() for row in rows] == ["plain", "frozen"]
    assert all(row[-1].strip() == "3" and "±" in "".join(row) for row in rows)
    assert "written: there/results.json" in table


def test_one_condition_and_one_seed(cli, scenario):
    words = ("--condition", "frozen", "--seed", "7", "--out", "here", "--json")
    (run,) = json.loads(cli("run", scenario(conditions=CONDITIONS), *words).out)["runs"]
    assert (run["condition"], run["seed"]) == ("frozen", 7)


def test_a_set_value_changes_what_is_run(cli, scenario, tmp_path):
    answer = cli("run", scenario(), "--set", "layer1.rate.eta=0.125", "--out", "here")
    assert "constant(eta=0.125)" in answer.out
    with open_run(tmp_path / "here") as recording:
        assert recording.scenario["layers"][0]["rate"][0]["eta"] == 0.125


def test_published_numbers_stand_below(cli, scenario):
    file = scenario(
        published='[[published]]\nwhat = "cosine"\nvalue = 0.9\nsd = 0.1\nsource = "somebody"'
    )
    assert "published: 0.9 ± 0.1 cosine (somebody)" in cli("run", file, "--out", "here").out


def test_what_is_unhealthy_is_said(cli, scenario, monkeypatch):
    answer = cli("run", scenario(), "--out", "here")
    assert "health: no dead units" in answer.out
    made = runs.Run("mine", "", 0, runs.Path("x"), {}, ["layer1: half of its neurons are dead"])
    monkeypatch.setattr(runs, "run_set", lambda *_, **__: runs.RunSet("mine", made.path, [made]))
    answer = cli("run", scenario(), "--quiet")
    assert "unhealthy: mine, seed 0: layer1: half of its neurons are dead" in answer.out
    assert "health: no dead units" not in answer.out


def test_quiet_prints_results_only(cli, scenario):
    answer = cli("run", scenario(), "--out", "here", "--quiet")
    assert answer.out.splitlines()[0].split() == [
        *("principal_component", "cosine", "principal_component", "length", "n")
    ]
    assert answer.err == ""


def test_the_log_follows_the_run(cli, scenario, tmp_path):
    cli("run", scenario(), "--out", "here", "--log", "log.txt")
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert "mine, seed 0: 4 steps" in log
    assert "layer1 has learnt" in log
    assert "principal_component.cosine" in log


@pytest.mark.parametrize(
    ("mean", "sd", "cell"),
    [
        (81.23456, 0.3123, "81.23 ± 0.31"),
        (99.5, 12.3, "100 ± 12"),
        (0.99999876, 0.0000018, "0.9999988 ± 0.0000018"),
        (81.23456, float("nan"), "81.235"),
        (50.0, 0.0, "50 ± 0"),
    ],
)
def test_a_cell_has_as_many_digits_as_its_spread_allows(mean, sd, cell):
    from neuroplast.cli.run import _cell

    assert _cell(mean, sd, 2) == cell


# Stopped early


def test_ctrl_c_tells_where_the_partial_record_is(cli, scenario, plugin, tmp_path):
    hook = "from neuroplast import hookimpl\n\n@hookimpl\ndef layer_finished(run): raise KeyboardInterrupt"
    plugin("finger", hook)
    answer = cli("run", scenario(), "--seeds", "2", "--out", "here")
    assert answer.code == 130
    assert (
        answer.err
        == "interrupted; what was committed is kept; go on with: neuroplast resume here\n"
    )
    with open_run(tmp_path / "here" / "run-seed0") as recording:
        assert recording.state == "interrupted"


def test_bars_are_drawn_at_a_terminal_only(monkeypatch, capsys):
    """Two stages of a run: each bar is named, and gone at the end."""
    info = RunInfo("mine", "", 0, runs.Path("here"), 4)

    def follow(quiet=False):
        bars = Bars(quiet)
        bars.run_started(info)
        bars.interval(info, IntervalReport("phase1", 1, 2))
        bars.interval(info, IntervalReport("readout", 1, 2))
        bars.run_finished(info, {"readout": {"test": 81.0}})
        bars.close()
        return capsys.readouterr()

    assert follow() == ("", "")
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    drawn = follow()
    assert drawn.out == ""
    assert all(word in drawn.err for word in ("mine, seed 0", "phase1", "readout", "test 81"))
    assert follow(quiet=True) == ("", "")


def test_each_of_several_runs_has_a_bar(monkeypatch, capsys):
    """One of the two ends, and the other's bar stays."""
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    one, other = (RunInfo("mine", "", n, runs.Path(f"here/{n}"), 4) for n in (0, 1))
    bars = Bars(quiet=False)
    for run in (one, other):
        bars.run_started(run)
        bars.interval(run, IntervalReport("learn", 1, 2))
    assert [task.description for task in bars._progress.tasks] == ["seed 0, learn", "seed 1, learn"]
    bars.interval(one, IntervalReport("ridge", 1, 4))
    assert [task.description for task in bars._progress.tasks] == ["seed 1, learn", "seed 0, ridge"]
    bars.run_finished(one, {})
    bars.run_failed(other, error := RuntimeError())
    assert not bars._progress.tasks
    bars.close()
    assert error.__notes__ == ["what was committed is kept; go on with: neuroplast resume here/1"]


# Used afterwards


@pytest.fixture
def learned(cli, scenario, tmp_path):
    """A run whose stimuli have labels: which of four corners."""
    rng = np.random.default_rng(0)
    y = np.arange(80) % 4
    x = (np.eye(4)[y] + 0.1 * rng.standard_normal((80, 4))).astype(np.float32)
    np.savez(tmp_path / "corners.npz", x_train=x[:60], y_train=y[:60], x_test=x[60:], y_test=y[60:])
    file = scenario(
        stimuli='stimuli = { kind = "arrays", file = "corners.npz" }',
        measures='readouts = ["ridge"]',
        synapse='synapse = { kind = "dense", neurons = 6 }',
    )
    assert cli("run", file, "--out", "here").code == 0
    return tmp_path / "here"


@pytest.mark.parametrize(
    "words", [(), ("--kind", "ridge"), ("--kind", "ridge", "--layer", "layer1")]
)
def test_readout(cli, learned, words):
    answer = cli("readout", learned, *words)
    assert answer.code == 0
    rows = dict(line.split() for line in answer.out.splitlines())
    assert float(rows["test_accuracy"]) == 100.0
    told = json.loads(cli("readout", learned / "run.h5", *words, "--json").out)
    assert told["test_accuracy"] == 100.0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--kind", "rigde"), "unknown readout 'rigde'; did you mean ridge?"),
        (
            ("--kind", "ridge", "--set", "penaltie=1"),
            "--kind ridge: 1 problem\n  penaltie: unknown key",
        ),
        (("--set", "penalty=1"), "--set penalty: name the read-out too, with --kind"),
        (("--layer", "layer9"), "layer9"),
    ],
)
def test_readout_that_cannot_be_meant(cli, learned, words, told):
    answer = cli("readout", learned, *words)
    assert answer.code == 2
    assert told in answer.err


def test_features_of_new_stimuli(cli, learned, tmp_path):
    answer = cli("features", learned, "corners.npz", "--out", "f.npz")
    assert answer.code == 0
    assert answer.out == "f.npz: 6 features of 80 stimuli, with labels\n"
    with np.load(tmp_path / "f.npz") as found, np.load(tmp_path / "corners.npz") as given:
        assert found["features"].shape == (80, 6)
        assert (found["labels"][:60] == given["y_train"]).all()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("here", "corners.npz", "--out", "f.txt"), "f.txt: does not end in .npz"),
        (("here", "corners.npz", "--out", "corners.npz"), "corners.npz: exists"),
        (("here", "corners.npz", "--out", "no/f.npz"), "is in a folder that is not there"),
        (("here", "nothing.npz", "--out", "f.npz"), "nothing.npz"),
        (("here", "nothing", "--out", "f.npz"), "nothing"),
        (("nowhere", "corners.npz", "--out", "f.npz"), "nowhere"),
    ],
)
def test_features_that_cannot_be_had(cli, learned, tmp_path, words, told):
    before = (tmp_path / "corners.npz").read_bytes()
    answer = cli("features", *words)
    assert answer.code in (1, 2)
    assert told in answer.err
    assert "internal error" not in answer.err
    assert not (tmp_path / "f.npz").exists()
    assert (tmp_path / "corners.npz").read_bytes() == before


@pytest.mark.parametrize("verb", ["inspect", "readout"])
def test_a_run_that_is_not_there(cli, verb):
    answer = cli(verb, "nowhere")
    assert answer.code in (1, 2)
    assert "nowhere" in answer.err
    assert "internal error" not in answer.err
