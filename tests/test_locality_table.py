"""The tables of docs/locality.md say what is measured."""

import importlib.util
from pathlib import Path

import pytest

from neuroplast import registry
from neuroplast.build import layer_spec
from neuroplast.testing.locality import measure_layer
from neuroplast.testing.locality.alone import EXPERIMENTS

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location(
        "measure_locality", ROOT / "scripts" / "measure_locality.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(page, name):
    table = page.partition(f"<!-- measured: {name} -->\n")[2].partition("<!-- end -->")[0]
    return [tuple(c.strip() for c in line.strip("|").split("|")) for line in table.splitlines()[2:]]


@pytest.mark.slow
def test_the_page_is_as_measured(script):
    page = script.PAGE.read_text(encoding="utf-8")
    assert script.renewed(page) == page, "run: python scripts/measure_locality.py"


def test_every_built_in_part_that_counts_is_in_the_table_with_what_theory_says(script):
    known = registry.current()
    listed = {row[:2]: row[2:4] for row in rows(script.PAGE.read_text(encoding="utf-8"), "parts")}
    expected = {
        (kind, e.part.kind)
        for kind in EXPERIMENTS
        for e in known.entries(kind)
        if e.plugin.name == "builtin"
    }
    assert set(listed) == expected
    assert {listed["rule", name] for name in ("hebb", "instar", "oja", "softhebb")} == {("A", "")}
    assert listed["competition", "soft_wta"] == ("B", "")
    assert listed["competition", "none"] == ("A", "")
    assert listed["scaling", "largest"] == ("B", "couples_batch, couples_neurons")
    assert listed["scaling", "mean"] == ("A", "")
    assert listed["constraint", "unit_norm"] == ("N", "")
    assert listed["rate", "weight_norm"] == ("N", "")
    assert listed["normalisation", "batch_norm"] == ("B", "couples_batch")
    assert listed["step", "plain"] == ("A", "")
    assert listed["synapse", "conv2d"] == ("A", "shares_weights")
    assert listed["synapse", "dense"] == ("A", "")


def test_softhebb_with_the_largest_entry_is_tier_b_and_oja_is_local(script):
    listed = {row[:2]: row[2] for row in rows(script.PAGE.read_text(encoding="utf-8"), "layers")}
    assert listed["oja_first_component", "layer1"] == "tier A"
    told = listed["softhebb_cifar10", "layer2"]
    assert told.startswith("tier B from")
    assert "couples_neurons from scaling largest" in told
    assert "competition soft_wta" in told


ALL_TO_ALL = {"synapse": {"kind": "dense", "neurons": 9}, "rate": {"kind": "constant", "eta": 0.1}}


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"rule": "oja", "scaling": "mean"}, "tier A"),
        (
            {"rule": "hebb", "scaling": "sum", "constraints": ["unit_norm"]},
            "tier N from constraint unit_norm",
        ),
        (
            {"rule": "softhebb", "scaling": "mean", "competition": "soft_wta"},
            "tier B from competition soft_wta",
        ),
        (
            {"rule": "hebb", "scaling": "largest"},
            "tier B from scaling largest; couples_batch from scaling largest; couples_neurons from scaling largest",
        ),
        (
            {"rule": "oja", "scaling": "mean", "normalisation": "z_score"},
            "tier N from normalisation z_score",
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_one_part_makes_the_difference(entries, told):
    assert str(measure_layer(layer_spec(**ALL_TO_ALL, **entries))) == told
