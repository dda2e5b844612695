"""The README and every page do what they say: their code runs, their commands work, their output is what is printed."""

import sys
import tomllib

import h5py
import pytest
from support.pages import NOT_RUN, PLANNED, Walk, blocks, commands, page_names, read
from support.programs import environment

from neuroplast import registry
from neuroplast.drafts import draft

JOURNEY = ("docs/write-a-rule.md", "docs/write-a-competition.md", "docs/publish.md")
"""Pages that go on in the folder of the page before."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def binaries(tmp_path_factory):
    """A folder of commands, of an environment that sees all packages and into which a page may install."""
    python = environment(tmp_path_factory.mktemp("reader") / "env")
    programs = {
        "neuroplast": f"#!{python}\nimport sys\nfrom neuroplast.cli import main\nsys.exit(main())\n",
        "pytest": f'#!/bin/sh\nexec {python} -m pytest -p no:cacheprovider "$@"\n',
        "pip": f'#!/bin/sh\nexec {sys.executable} -m pip --python {python} "$@"\n',
    }
    for name, text in programs.items():
        file = python.parent / name
        file.write_text(text)
        file.chmod(0o755)
    return python.parent


@pytest.mark.parametrize("page", [p for p in page_names() if p not in JOURNEY])
def test_a_page_does_what_it_says(page, tmp_path, binaries):
    Walk(tmp_path, binaries).follow(page)


@pytest.fixture(scope="module")
def journey(tmp_path_factory, binaries):
    """From an empty folder: a rule is written, a competition, and a package made of the rule."""
    walk = Walk(tmp_path_factory.mktemp("journey"), binaries)
    for page in JOURNEY:
        walk.follow(page)
    return walk


def test_the_rule_that_the_page_writes_works(journey):
    known = registry.load(files=[journey.folder / "gated_hebb.py"])
    assert known.provider("rule", "gated_hebb").status == "loaded"
    assert known.get("rule", "gated_hebb").part().theta == 0.5


def test_the_rule_has_twenty_lines():
    """Without its docstrings and blank lines."""
    (rule,) = [b for b in blocks(JOURNEY[0]) if b.title == "gated_hebb.py"]
    parts = rule.text.split('"""')
    lines = [line for part in parts[::2] for line in part.splitlines() if line.strip()]
    assert len(lines) <= 20


@pytest.mark.parametrize("run", ["bars", "shared"])
def test_each_neuron_learns_a_bar_of_its_own(journey, run):
    """As theory has it for a winner of one stimulus x: w along x - θ, of unit length."""
    with h5py.File(journey.folder / "runs" / run / "run.h5") as file:
        w = file["layers/layer1/w"][-1].reshape(4, 8, 8)
    upright = (abs(w[:, :, 3:5]).sum((1, 2)) / abs(w).sum((1, 2))).argmax()
    assert (w[upright][:, 3:5] > 0.15).all()  # (1 - ¼) / √(16 · 0.75² + 48 · 0.25²) = 0.217
    assert (w[upright][:, :3] < -0.03).all()  # -¼ / √12 = -0.072
    assert (w[upright][:, 5:] < -0.03).all()
    assert abs((w * w).sum((1, 2)) - 1).max() < 1e-5
    assert len({(field > 0).tobytes() for field in w}) == 4


def test_the_package_is_installed_and_tested(journey):
    assert "pip install --no-deps --no-build-isolation -e ." in journey.done
    assert "pytest" in journey.done
    assert (journey.folder / "gated-hebb" / "src" / "gated_hebb" / "rule.py").read_text() == (
        journey.folder / "gated_hebb.py"
    ).read_text()


# What is not run


def test_every_exception_is_still_needed():
    told = [command for page in page_names() for b in blocks(page) for command, _ in _told(b)]
    assert [command for command in NOT_RUN if command not in told] == []
    assert [start for start in PLANNED if not any(c.startswith(start) for c in told)] == []


def _told(block):
    return commands(block) if block.language == "sh" else ()


# Scenarios and tables


def _tables():
    found = [b for page in page_names() for b in blocks(page) if b.language == "toml"]
    assert found
    return [pytest.param(b, id=b.where) for b in found]


@pytest.mark.parametrize("block", _tables())
def test_a_scenario_is_one_and_a_table_can_be_read(block, tmp_path):
    table = tomllib.loads(block.text)
    if "stimuli" not in table:
        return
    page = block.where.partition(":")[0]
    if block.title and f"run {block.title}" in read(page):
        return  # resolved when the page runs it, with the plugins that it needs
    file = tmp_path / (block.title or "scenario.toml")
    file.write_text(block.text)
    draft(str(file), []).resolve()
