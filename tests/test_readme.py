"""The code of the README does what it says; that all of it runs is tested with the documentation's pages."""

import pytest
import torch
from support.pages import ROOT, blocks

from neuroplast import registry

PYTHON = [b for b in blocks("README.md") if b.language == "python"]
PLUGIN, LAYER, RUN = PYTHON


def test_the_plugin_provides_its_rule(tmp_path):
    file = tmp_path / PLUGIN.title
    file.write_text(PLUGIN.text, encoding="utf-8")
    known = registry.load(files=[file])
    assert known.provider("rule", "eager_instar").status == "loaded"


def test_the_layer_finds_the_first_input():
    names: dict[str, torch.Tensor] = {}
    torch.manual_seed(0)
    exec(LAYER.text, names)  # the README's own words
    w = names["layer"].w[0]
    assert w[0].abs() > 0.9
    assert w.norm() == pytest.approx(1, abs=0.1)


def test_a_run_gives_features(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, torch.Tensor] = {}
    exec(RUN.text, names)
    assert names["features"].shape == (5, 1)


def test_the_scenario_is_the_shipped_one():
    shipped = ROOT / "scenarios/oja_first_component.toml"
    (shown,) = [b for b in blocks("README.md") if b.language == "toml"]
    assert shown.text == shipped.read_text(encoding="utf-8")
