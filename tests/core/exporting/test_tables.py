"""CSV and Parquet, read by pandas and pyarrow, and compared with what was recorded to the bit."""

import csv
import json
import math

import numpy as np
import pandas as pd
import pytest

import neuroplast
from neuroplast.recording.reader import open_run

FILES = [
    "layer.a%2Eb%2Fc",
    "layer.both",
    "layer.conv",
    "layer.sum",
    "metrics.linear%2Ftest",
    "probe.some.conv",
]


def read(path):
    """A CSV file as columns of texts."""
    with path.open(encoding="utf-8", newline="") as text:
        head, *rows = csv.reader(text)
    return (
        dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))
        if rows
        else {key: [] for key in head}
    )


def numbers(texts):
    return np.array([float(text) for text in texts])


def same(one, other):
    """Whether all bits are the same, NaN for NaN."""
    one, other = np.asarray(one), np.asarray(other)
    assert one.dtype == other.dtype
    bits = one.view(f"u{one.itemsize}") == other.view(f"u{one.itemsize}")
    return bool((bits | (np.isnan(one) & np.isnan(other))).all())


# CSV


def test_csv_has_a_file_for_each_table_and_says_what_is_in_them(run, tmp_path):
    written = neuroplast.export(run, "csv", tmp_path / "out")
    names = sorted(p.name for p in written)
    assert names == sorted([*(f"{n}.csv" for n in FILES), "columns.csv", "events.csv", "run.json"])
    said = pd.read_csv(tmp_path / "out/columns.csv").set_index(["file", "column"])
    assert said.loc["layer.conv.csv", "norm[2]"].to_dict() == {
        "series": "norm",
        "unit": "mV",
        "long_name": "norm of the weights",
        "statistic": "last",
        "dims": "neuron",
    }
    facts = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert json.loads(facts["scenario"])["about"] == "θ and ü"
    with open_run(run) as recording:
        assert facts["content_sha256"] == recording.provenance["content_sha256"] != ""


def test_csv_gives_every_number_back(run, tmp_path, recorded):
    neuroplast.export(run, "csv", tmp_path / "out")
    found = read(tmp_path / "out/layer.conv.csv")
    assert list(found) == ["step", "hard", "late", *(f"norm[{i}]" for i in range(4))]
    assert found["step"] == [str(step) for step in range(1, 9)]
    assert found["hard"] == [
        *("0.3333333333333333", "-0.0", "Inf", "-Inf", "NaN", "5e-324", "1e+300", "2.0")
    ]
    assert same(numbers(found["hard"]), np.array(recorded.hard))
    norm = np.stack([numbers(found[f"norm[{i}]"]) for i in range(4)], 1)
    assert same(norm, recorded.norm.numpy().astype(np.float64))
    late = [math.nan, math.nan, *(-step / 7 for step in range(3, 9))]
    assert same(numbers(found["late"]), np.array(late))


def test_csv_is_read_the_same_by_pandas(run, tmp_path, recorded):
    neuroplast.export(run, "csv", tmp_path / "out")
    found = pd.read_csv(tmp_path / "out/layer.conv.csv")
    norm = found[[f"norm[{i}]" for i in range(4)]].to_numpy().astype(np.float32)
    assert same(norm, recorded.norm.numpy())
    assert found["hard"].isna().tolist() == [math.isnan(value) for value in recorded.hard]


def test_csv_names_probes_neurons_and_bins_by_their_own_numbers(run, tmp_path):
    neuroplast.export(run, "csv", tmp_path / "out")
    found = read(tmp_path / "out/probe.some.conv.csv")
    assert list(found) == [
        *("step", "ltp[1]", "ltp[3]", "spread[-inf]", "spread[0.5]", "spread[1.5]"),
        *(f"w[{neuron},{i}]" for neuron in (1, 3) for i in range(4)),
    ]
    steps = np.arange(1, 9, dtype=np.float32)
    assert same(numbers(found["ltp[3]"]).astype(np.float32), -steps / np.float32(3))
    assert same(numbers(found["w[3,1]"]).astype(np.float32), np.float32(5) / steps)


def test_csv_keeps_odd_names_and_events(run, tmp_path):
    neuroplast.export(run, "csv", tmp_path / "out")
    odd = pd.read_csv(tmp_path / "out/layer.a%2Eb%2Fc.csv")
    assert odd.to_dict("list") == {
        "step": [1, 3, 4, 5, 6, 7, 8],
        "odd/name:x": [1.0, 3, 4, 5, 6, 7, 8],
    }
    with (tmp_path / "out/events.csv").open(encoding="utf-8", newline="") as text:
        assert list(csv.reader(text)) == [
            ["step", "kind", "message"],
            ["0", "phase", 'phase1: "conv", θ'],
        ]


def test_csv_in_long_form_has_a_row_for_each_number(run, tmp_path, recorded):
    neuroplast.export(run, "csv", tmp_path / "out", form="long")
    found = read(tmp_path / "out/layer.conv.csv")
    assert list(found) == ["step", "series", "neuron", "value", "unit"]
    rows = {
        name: [i for i, s in enumerate(found["series"]) if s == name]
        for name in ("norm", "hard", "late")
    }
    assert [len(r) for r in rows.values()] == [32, 8, 8]
    norm = {name: [texts[i] for i in rows["norm"]] for name, texts in found.items()}
    assert set(norm["unit"]) == {"mV"}
    assert same(numbers(norm["value"]).reshape(8, 4), recorded.norm.double().numpy())
    assert norm["neuron"] == ["0", "1", "2", "3"] * 8
    assert norm["step"] == [str(step) for step in range(1, 9) for _ in range(4)]
    assert {found["neuron"][i] for i in rows["hard"]} == {""}
    probe = read(tmp_path / "out/probe.some.conv.csv")
    places = [
        (n, i)
        for s, n, i in zip(probe["series"], probe["neuron"], probe["input"], strict=True)
        if s == "w"
    ]
    assert places == [(n, i) for _ in range(8) for n in "13" for i in "0123"]
    assert read(tmp_path / "out/layer.sum.csv") == {
        "step": [],
        "series": [],
        "value": [],
        "unit": [],
    }


@pytest.mark.parametrize("form", ["wide", "long"])
def test_csv_of_a_run_that_was_stopped_has_what_was_committed(stopped, tmp_path, recorded, form):
    neuroplast.export(stopped, "csv", tmp_path / "out", form=form)
    found = read(tmp_path / "out/layer.conv.csv")
    if form == "wide":
        assert found["step"] == ["1", "2"]
        norm = np.stack([numbers(found[f"norm[{i}]"]) for i in range(4)], 1)
        assert same(norm, recorded.norm[:2].double().numpy())
    else:
        assert same(numbers(found["value"]).reshape(2, 4), recorded.norm[:2].double().numpy())
    assert json.loads((tmp_path / "out/run.json").read_text())["state"] == "interrupted"


# Parquet


def test_parquet_gives_every_number_back_in_its_own_type(run, tmp_path, recorded):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an optional extra")
    written = neuroplast.export(run, "parquet", tmp_path / "out")
    assert sorted(p.stem for p in written) == sorted([*FILES, "events"])
    found = parquet.read_table(tmp_path / "out/layer.conv.parquet")
    assert same(found["hard"].to_numpy(), np.array(recorded.hard))
    assert found["hard"].null_count == 0
    norm = np.stack([found[f"norm[{i}]"].to_numpy() for i in range(4)], 1)
    assert same(norm, recorded.norm.numpy())
    assert same(found["late"].to_numpy()[:2], np.array([math.nan, math.nan]))
    about = found.schema.field("norm[2]").metadata
    assert (about[b"unit"], about[b"long_name"]) == (b"mV", b"norm of the weights")
    assert json.loads(found.schema.metadata[b"scenario"])["about"] == "θ and ü"
    assert found.schema.metadata[b"seed"] == b"7"


def test_parquet_in_long_form(run, tmp_path, recorded):
    pytest.importorskip("pyarrow", reason="pyarrow is an optional extra")
    neuroplast.export(run, "parquet", tmp_path / "out", form="long")
    found = pd.read_parquet(tmp_path / "out/layer.conv.parquet")
    norm = found[found["series"] == "norm"]
    assert same(norm["value"].to_numpy(np.float32).reshape(8, 4), recorded.norm.numpy())
    assert norm["neuron"].tolist() == [0, 1, 2, 3] * 8
    assert found[found["series"] == "hard"]["neuron"].isna().all()
    probe = pd.read_parquet(tmp_path / "out/probe.some.conv.parquet")
    bins = probe[probe["series"] == "spread"]["bin"].unique().tolist()
    assert bins == [-math.inf, 0.5, 1.5]
