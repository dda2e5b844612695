"""`plugins new`: the package that it writes is listed, passes every check and its own tests, and its scenario runs."""

import json
import runpy
import tomllib

import pytest
from support.programs import call, environment, pip

from neuroplast.kinds import KINDS

# What is written works, for every kind


@pytest.fixture
def begun(cli, site, monkeypatch):
    """Begin a plugin, and leave it as an editable install does: begun("rule") is its folder."""

    def begin(kind, name="begun-here"):
        folder = site / name
        answer = cli("plugins", "new", name, "--kind", kind, "--out", folder)
        assert answer.code == 0, answer.err
        part = name.replace("-", "_")
        info = site / f"{part}-0.1.0.dist-info"
        info.mkdir()
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        (point,) = project["entry-points"]["neuroplast"].items()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        )
        (info / "entry_points.txt").write_text(f"[neuroplast]\n{point[0]} = {point[1]}\n")
        monkeypatch.syspath_prepend(folder / "src")
        return folder

    return begin


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_listed_passes_and_its_scenario_shows_what_it_says(cli, begun, tmp_path, kind):
    folder = begun(kind)
    listed = {p["name"]: p for p in json.loads(cli("plugins", "list", "--load", "--json").out)}
    assert listed["begun_here"]["status"] == "loaded"
    assert listed["begun_here"]["provides"] == {
        kind: ["begun_here"],
        "scenario": ["begun_here_example"],
    }
    answer = cli("plugins", "check", "begun-here", "--json")
    assert answer.code == 0, cli("plugins", "check", "begun-here").out
    outcomes = json.loads(answer.out)["outcomes"]
    assert {(o["family"], o["part"]) for o in outcomes} == {(kind, "begun_here")}
    assert not [o["message"] for o in outcomes if "no claims" in o["message"]]
    assert cli("validate", "begun-here-example").code == 0
    tests = runpy.run_path(str(folder / "tests" / "test_scenario.py"))
    (test,) = [f for name, f in tests.items() if name.startswith("test_")]
    test(tmp_path)


BROKEN = {
    "rule": ("- view.decay", "+ view.decay"),
    "competition": ("v.amax(1", "v.amax(0"),
    "dynamics": ("u - memory", "u + memory"),
    "constraint": ("clamp_(-self.bound", "clamp_(0 * self.bound"),
    "scaling": ("delta / view", "delta * view"),
    "rate": ("1 + progress.step", "2 + progress.step"),
    "step": ("mul_(self.momentum)", "mul_(1 - self.momentum)"),
    "population": ("v > 0", "v > 1"),
    "pool": ("y.mean(", "y.sum("),
    "normalisation": (".norm(dim=1)", ".norm(1, dim=1)"),
    "initialisation": ("2 * self.size", "3 * self.size"),
    "effective": (".abs() >=", ".abs() <"),
    "similarity": ("u / per_neuron", "u * per_neuron"),
    "signal": ("-self.punishment * one", "self.punishment * one"),
    "recipe": ("self.eta", "2 * self.eta"),
    "stimuli": ("> 0).long", "< 0).long"),
    "readout": ("return -torch.cdist", "return torch.cdist"),
    "measure": (").mean())", ").sum())"),
    "synapse": ("x[:, : self.size - 1]", "0 * x[:, : self.size - 1]"),
    "architecture": ("for count in self.neurons", "for count in self.neurons[::-1]"),
    "preprocessing": ("x - memory", "x + memory"),
}
"""For each kind, a slip in what was written, which its claims must tell."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_slip_in_the_part_is_told(cli, begun, kind):
    """The formula in `claims.py` is the part's own, not any that passes."""
    file = begun(kind) / "src" / "begun_here" / f"{kind}.py"
    right, wrong = BROKEN[kind]
    assert right in file.read_text()
    file.write_text(file.read_text().replace(right, wrong))
    answer = cli("plugins", "check", "begun-here")
    assert answer.code == 1
    assert f"FAILED {kind}:begun_here of plugin begun_here" in answer.out


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A Python in an environment of its own, which sees all that is installed here."""
    return environment(tmp_path_factory.mktemp("installed") / "env")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rule", "competition"])
def test_it_installs_with_pip_and_passes_its_own_tests(python, tmp_path, kind):
    name = f"begun-{kind}"
    home = {"HOME": str(tmp_path / "home"), "NEUROPLAST_CACHE": str(tmp_path / "cache")}

    def neuroplast(*words):
        return call([python, "-m", "neuroplast", *words], tmp_path, **home)

    neuroplast("plugins", "new", name, "--kind", kind)
    folder = tmp_path / name
    pip(python, "install", "--no-index", "--no-deps", "--no-build-isolation", "-e", folder)
    listed = {p["name"]: p for p in json.loads(neuroplast("plugins", "list", "--load", "--json"))}
    part = name.replace("-", "_")
    assert listed[part]["package"] == name
    assert listed[part]["status"] == "loaded"
    assert "0 failed" in neuroplast("plugins", "check", part)
    neuroplast("run", f"{part}_example", "--out", tmp_path / "run")
    own = call([python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"], folder, **home)
    last = own.splitlines()[-1]
    assert " passed" in last
    assert "failed" not in last


# Names and folders


def test_the_files_and_where_they_are(cli, tmp_path):
    answer = cli("plugins", "new", "my-rule")
    assert answer.code == 0
    assert answer.out.splitlines()[0] == "my-rule"
    files = {str(p.relative_to(tmp_path / "my-rule")) for p in (tmp_path / "my-rule").rglob("*.*")}
    assert files == {
        "README.md",
        "CITATION.cff",
        "pyproject.toml",
        "src/my_rule/__init__.py",
        "src/my_rule/rule.py",
        "src/my_rule/claims.py",
        "src/my_rule/scenarios.py",
        "src/my_rule/my_rule_example.toml",
        "tests/test_conformance.py",
        "tests/test_scenario.py",
    }
    assert "MIT License" in (tmp_path / "my-rule" / "LICENSE").read_text()
    assert "class MyRule(Rule)" in (tmp_path / "my-rule/src/my_rule/rule.py").read_text()
    assert not [p for p in (tmp_path / "my-rule").rglob("*.*") if "$" in p.read_text()]


def test_a_kind_may_be_in_the_plural_and_the_folder_is_chosen(cli, tmp_path):
    (tmp_path / "empty").mkdir()
    answer = cli("plugins", "new", "Mine".lower(), "--kind", "comp", "--out", "empty", "--quiet")
    assert (answer.code, answer.out) == (0, "empty\n")
    assert (tmp_path / "empty/src/mine/competition.py").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["MyRule"], "write my-rule"),
        (["9lives"], "is no name for a plugin"),
        (["my rule"], "write my-rule"),
        (["my--rule"], "write my-rule"),
        (["_mine"], "write mine"),
        (["lambda"], "a word with a meaning of its own"),
        (["all"], "a word with a meaning of its own"),
        (["oja"], "package neuroplast has a rule oja"),
        (["k-winners", "--kind", "competition"], "package neuroplast has a competition k_winners"),
        (["builtin"], "there is a plugin builtin"),
        (["json"], "Python has a module json"),
        (["torch"], "Python has a module torch"),
        (["far-off"], "a package far-off is installed; choose another name, such as my-far-off"),
        (
            ["none"],
            "None is a word with a meaning of its own; choose another name, such as my-none",
        ),
        (["true", "--kind", "pool"], "True is a word with a meaning of its own"),
        (["match"], "a word with a meaning of its own"),
        (["tests"], "a word with a meaning of its own"),
        (["LAMBDA", "--kind", "pool"], "write my-pool"),
        (["", "--kind", "pool"], "'' is no name for a plugin: a letter, then small letters, d"),
        (["", "--kind", "pool"], "write my-pool"),
        (["my.rule"], "write my-rule"),
        (["../mine"], "write mine"),
        (["naïve-pool", "--kind", "pool"], "write naive-pool"),
        (["правило", "--kind", "rate"], "write my-rate"),
        (["a" * 300], "'aaaaaaaaaaaaaaaaaaaa'... has 300 letters; give a name of at most 50"),
        (["A" * 300], "has 300 letters"),
        (["a" * 51], "has 51 letters"),
        (
            ["rule"],
            "its class Rule would hide a name that is needed; choose another name, such as my",
        ),
        (["field"], "its class Field would hide a name"),
        (["mine", "--kind", "scenario"], "is no kind of part"),
        (["mine", "--kind", "scenarios"], "is no kind of part"),
        (["mine", "--kind", "ruul"], "unknown kind 'ruul'; known: architecture, competition"),
        (["mine", "--kind", ""], "unknown kind ''"),
        (["mine", "--out", "a" * 300], "cannot be looked into (File name too long); give a new or"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_cannot_be_a_name_is_refused_and_nothing_written(cli, tmp_path, site, words, told):
    package = site / "far_off-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: far-off\nVersion: 1.0\n")
    before = set(tmp_path.iterdir())
    answer = cli("plugins", "new", *words)
    assert answer.code == 2
    assert told in answer.err
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "cache"}


def test_the_longest_name_works(cli, tmp_path):
    name = "a" * 50
    assert cli("plugins", "new", name).code == 0
    assert (tmp_path / name / "src" / name / f"{name}_example.toml").is_file()


def test_kinds_that_are_listed_can_be_begun(cli):
    known = cli("plugins", "new", "mine", "--kind", "ruul").err.partition("known: ")[2]
    assert set(known.strip().split(", ")) == set(KINDS)


def test_a_folder_with_something_in_it_is_refused(cli, tmp_path):
    (tmp_path / "my-rule").mkdir()
    (tmp_path / "my-rule" / "notes.txt").write_text("mine")
    answer = cli("plugins", "new", "my-rule")
    assert answer.code == 2
    assert "my-rule: is there, and not empty; give a new or empty folder with --out" in answer.err
    assert [p.name for p in (tmp_path / "my-rule").iterdir()] == ["notes.txt"]
    answer = cli("plugins", "new", "my-rule", "--out", tmp_path / "my-rule" / "notes.txt")
    assert answer.code == 2
    assert "notes.txt: is there, and no folder; give a new or empty folder with --out" in answer.err
    answer = cli("plugins", "new", "my-rule", "--out", tmp_path / "my-rule" / "notes.txt" / "here")
    assert answer.code == 2
    assert "cannot be written" in answer.err
