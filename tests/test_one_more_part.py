"""A part is added by its own files alone: a plugin, its test and a scenario; nothing else in the tree changes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

PLUGIN = '''
"""Growth by the sign of presynaptic activity."""

from neuroplast import Delta, Rule, View, hookimpl
from neuroplast.testing import Claims, RuleClaims, Site


class SignHebb(Rule):
    """Delta w_ij = sum g_i sign(x_j), summed over stimuli and positions.

    Shapes:
        g: (batch, post, *positions). x: (batch, pre, *positions). w: (post, pre, *kernel).

    Source:
        This test.
    """

    kind = "sign_hebb"
    uses = {"pre", "post"}
    bounded = False
    companion = "unit_norm"

    def delta(self, view: View) -> Delta:
        """Not yet computed."""
        return view.outer(view.g, view.x.sign())


class SignHebbClaims(RuleClaims):
    """g sign(x)."""

    of = "sign_hebb"

    def change(self, rule: object, s: Site) -> float:
        """One synapse."""
        return s.g * ((s.x > 0) - (s.x < 0))


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [SignHebb]


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SignHebbClaims]
'''

TEST = """
import torch
from torch.testing import assert_close

from neuroplast import build_layer
from neuroplast.testing.pytest_plugin import conformance

test_conformance = conformance("rule:sign_hebb")


def test_by_hand():
    layer = build_layer(
        (2,), synapse={"kind": "dense", "neurons": 1}, rule="sign_hebb", competition="none",
        scaling="sum", rate={"kind": "constant", "eta": 1.0}, population="linear",
    )
    layer.w.copy_(torch.tensor([[1.0, 0.5]]))
    layer.learn(torch.tensor([[4.0, -2.0]]))  # g = 4 - 1 = 3
    assert_close(layer.w, torch.tensor([[4.0, -2.5]]))
"""

SCENARIO = """
about = "one neuron under the new rule"
presentations = 50
batch = 5
stimuli = { kind = "gaussian", inputs = 4, train = 100 }

[[layers]]
synapse = { kind = "dense", neurons = 2 }
rule = "sign_hebb"
competition = "hard_wta"
scaling = "mean"
rate = { kind = "constant", eta = 0.1 }
constraints = ["unit_norm"]
"""


@pytest.mark.slow
def test_three_files_make_a_part(tmp_path):
    tree = tmp_path / "tree"
    kept = shutil.ignore_patterns("__pycache__", "*.npz", "*.egg-info", ".*")
    for folder in ("neuroplast", "plugins", "scenarios", "data"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=kept)
    before = {p: p.read_bytes() for p in tree.rglob("*") if p.is_file()}
    new = {
        "plugins/rules/sign_hebb.py": PLUGIN,
        "tests/plugins/rules/test_sign_hebb.py": TEST,
        "scenarios/sign_hebb.toml": SCENARIO,
    }
    for name, text in new.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text.lstrip())
    names = tmp_path / "names"  # the folders under the names that they are installed as
    names.mkdir()
    (names / "neuroplast").symlink_to(tree / "neuroplast")
    for folder in ("plugins", "scenarios", "data"):
        (names / f"neuroplast_{folder}").symlink_to(tree / folder)

    def python(*words):
        env = {**os.environ, "PYTHONPATH": str(names), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        env |= {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = python("-c", "import neuroplast_plugins as p; print(p.__file__)")
    assert str(names) in where
    assert "sign_hebb" in python("-m", "neuroplast", "list", "rule")
    assert "0 failed" in python("-m", "neuroplast", "plugins", "check", "sign_hebb")
    python("-m", "neuroplast", "run", "sign_hebb", "--out", str(tmp_path / "run"), "--quiet")
    test = str(tree / "tests/plugins/rules/test_sign_hebb.py")
    told = python("-m", "pytest", "-p", "no:cacheprovider", "-q", "--rootdir", str(tmp_path), test)
    assert "passed" in told
    assert "failed" not in told
    after = {p: p.read_bytes() for p in tree.rglob("*") if p.is_file()}
    assert {p: after[p] for p in before} == before
    added = {str(p.relative_to(tree)) for p in after.keys() - before.keys()}
    assert added == set(new)
