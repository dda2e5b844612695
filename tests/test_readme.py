"""The code of the README runs as it stands."""

import re
from pathlib import Path

import pytest
import torch

from neuroplast import registry

README = Path(__file__).parents[1] / "README.md"
PYTHON = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
TOML = re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_plugin_provides_its_rule(tmp_path):
    file = tmp_path / "anti_hebb.py"
    file.write_text(PYTHON[0], encoding="utf-8")
    known = registry.load(files=[file])
    assert known.provider("rule", "anti_hebb").status == "loaded"


def test_the_layer_finds_the_first_input():
    names: dict[str, torch.Tensor] = {}
    torch.manual_seed(0)
    exec(PYTHON[1], names)  # the README's own words
    w = names["layer"].w[0]
    assert w[0].abs() > 0.9
    assert w.norm() == pytest.approx(1, abs=0.1)


def test_a_run_gives_features(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, torch.Tensor] = {}
    exec(PYTHON[2], names)
    assert names["features"].shape == (5, 1)


def test_the_scenario_is_the_shipped_one():
    shipped = README.parent / "scenarios/oja_first_component.toml"
    (shown,) = TOML
    assert shown == shipped.read_text(encoding="utf-8")
