"""The set-up script's decisions, without network: pip and the environment are stand-ins."""

import ast
import importlib.util
import re
import shutil
import sys
import tomllib
from collections import namedtuple
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "setup_env.py"


def load_script():
    spec = importlib.util.spec_from_file_location("setup_env", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


setup_env = load_script()


@pytest.fixture
def checkout(tmp_path):
    """A checkout with what the script reads, and nothing else."""
    root = tmp_path / "checkout"
    (root / "plugins").mkdir(parents=True)
    for name in setup_env.INPUTS:
        shutil.copy(ROOT / name, root / name)
    return root


class Pip:
    """Stands in for pip: fills the environment, or ends as `fails` says."""

    def __init__(self):
        self.calls = []
        self.fails = None

    def __call__(self, root, env, versions):
        self.calls.append(dict(versions))
        (env / "bin" / "half-installed").touch()
        if self.fails:
            raise self.fails
        (env / "bin" / "half-installed").unlink()
        (env / "bin" / "installed").touch()


@pytest.fixture
def pip(checkout, monkeypatch):
    pip = Pip()

    def create(env):
        (env / "bin").mkdir(parents=True)
        (env / setup_env.MARK).touch()
        (env / "bin" / "python").touch()

    def look(python):
        """A complete environment after pip, an empty one before, none where there is no Python."""
        if not python.exists():
            return None
        full = (python.parent / "installed").exists()
        plugins = str(checkout / "plugins") if full else None
        return setup_env.Look([3, 11], setup_env.pins(checkout) if full else {}, plugins)

    monkeypatch.setattr(setup_env, "create", create)
    monkeypatch.setattr(setup_env, "look", look)
    monkeypatch.setattr(setup_env, "install", pip)
    monkeypatch.setattr(setup_env, "check_disk", lambda folder: None)
    return pip


# Python and disk


def test_an_old_python_is_refused_in_plain_words():
    with pytest.raises(setup_env.SetupError, match=r"python3 is Python 3\.10, .* needs 3\.11 or"):
        setup_env.check_version((3, 10, 9), "python3")
    setup_env.check_version((3, 11), "python3")
    setup_env.check_version((4, 0), "python3")


def test_the_script_starts_on_an_old_python():
    """Python 3.6 and 3.7 share their grammar, but for the future import of annotations."""
    source = SCRIPT.read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    assert "__future__" not in source
    at_start = source.split("def ")[0]
    assert "tomllib" not in at_start


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    env = tmp_path / "not" / "yet" / "there"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9e12, 0, 8.9e9))
    with pytest.raises(setup_env.SetupError, match=r"need 9 GB of disk, and .* has 8\.9 GB"):
        setup_env.check_disk(env)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9e12, 0, 9.1e9))
    setup_env.check_disk(env)
    assert not env.exists()


# When an environment is complete


def test_made_once_and_then_left_alone(checkout, pip, tmp_path):
    env = tmp_path / "env"
    setup_env.prepare_ours(checkout, env)
    setup_env.prepare_ours(checkout, env)
    assert len(pip.calls) == 1


@pytest.mark.parametrize("name", setup_env.INPUTS)
def test_a_change_of_what_it_is_made_from_updates_it(checkout, pip, tmp_path, name):
    env = tmp_path / "env"
    setup_env.prepare_ours(checkout, env)
    (env / "bin" / "kept").touch()
    with (checkout / name).open("a") as file:
        file.write("# changed\n")
    setup_env.prepare_ours(checkout, env)
    setup_env.prepare_ours(checkout, env)
    assert len(pip.calls) == 2
    assert (env / "bin" / "kept").exists()


def test_a_moved_checkout_asks_for_another_stamp(checkout, tmp_path):
    stamp = setup_env.wanted_stamp(checkout, (3, 11))
    checkout.rename(tmp_path / "elsewhere")
    assert setup_env.wanted_stamp(tmp_path / "elsewhere", (3, 11)) != stamp


@pytest.mark.parametrize("first", [True, False], ids=["first installation", "update"])
def test_an_interrupted_installation_leaves_no_stamp_and_is_made_anew(
    checkout, pip, tmp_path, first
):
    env = tmp_path / "env"
    if not first:
        setup_env.prepare_ours(checkout, env)
        with (checkout / "constraints.txt").open("a") as file:
            file.write("# changed\n")
    pip.fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        setup_env.prepare_ours(checkout, env)
    assert setup_env.read_stamp(env) is None
    assert (env / "bin" / "half-installed").exists()

    pip.fails = None
    setup_env.prepare_ours(checkout, env)
    assert setup_env.read_stamp(env) is not None
    assert not (env / "bin" / "half-installed").exists()
    assert not env.with_name("env.discarded").exists()


def test_a_refused_update_is_tried_again_in_the_same_environment(checkout, pip, tmp_path):
    """Without network an update fails; the environment must not be thrown away for that."""
    env = tmp_path / "env"
    setup_env.prepare_ours(checkout, env)
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    pip.fails = setup_env.SetupError("no network")
    for _ in range(2):
        with pytest.raises(setup_env.SetupError, match="no network"):
            setup_env.prepare_ours(checkout, env)
    assert (env / "bin" / "installed").exists()
    pip.fails = None
    setup_env.prepare_ours(checkout, env)
    assert setup_env.read_stamp(env) == setup_env.wanted_stamp(checkout, (3, 11))


@pytest.mark.parametrize("lost", ["bin/python", "bin/installed", setup_env.STAMP])
def test_a_broken_environment_is_mended(checkout, pip, tmp_path, lost):
    env = tmp_path / "env"
    setup_env.prepare_ours(checkout, env)
    (env / lost).unlink()
    setup_env.prepare_ours(checkout, env)
    assert (env / lost).exists()
    assert len(pip.calls) == 2


# Environments of somebody else


def test_only_what_was_made_here_may_be_thrown_away(tmp_path):
    theirs = tmp_path / "theirs"
    assert setup_env.ours(theirs)
    theirs.mkdir()
    assert setup_env.ours(theirs)
    (theirs / "pyvenv.cfg").touch()
    assert not setup_env.ours(theirs)
    (theirs / setup_env.MARK).touch()
    assert setup_env.ours(theirs)


def test_an_environment_of_somebody_else_is_never_thrown_away(checkout, pip, tmp_path):
    env = tmp_path / "theirs"
    env.mkdir()
    (env / "precious").touch()
    with pytest.raises(setup_env.SetupError, match=r"no working bin/python.* left alone"):
        setup_env.prepare_theirs(checkout, env)
    (env / "bin").mkdir()
    (env / "bin" / "python").touch()
    pip.fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        setup_env.prepare_theirs(checkout, env)
    pip.fails = None
    setup_env.prepare_theirs(checkout, env)
    setup_env.prepare_theirs(checkout, env)
    assert (env / "precious").exists()
    assert len(pip.calls) == 2


def test_the_torch_that_is_there_stays():
    tested = {"torch": "2.15.0", "torchvision": "0.30.0", "rich": "15.0.0", "numpy": "2.4.0"}
    older = setup_env.gentle_pins(tested, {"torch": "2.12.1+cu126", "numpy": "2.1.0"})
    assert older == {"torch": "2.12.1+cu126", "rich": "15.0.0"}
    same = setup_env.gentle_pins(tested, {"torch": "2.15.0+cpu"})
    assert same == {**tested, "torch": "2.15.0+cpu"}


def test_what_is_missing_or_too_old_is_named():
    needed = {"torch": "2.11", "rich": "", "pydantic": "2"}
    installed = {"torch": "2.9.1+cpu", "pydantic": "2.14.3"}
    assert setup_env.unmet(needed, installed) == ["torch 2.11 or newer (it has 2.9.1+cpu)", "rich"]
    assert setup_env.unmet(needed, {**installed, "torch": "2.11.0", "rich": "1"}) == []


def test_a_python_used_as_it_is_must_have_this_checkout(checkout, monkeypatch):
    complete = setup_env.pins(checkout)

    def has(installed, plugins):
        monkeypatch.setattr(
            setup_env, "look", lambda _: setup_env.Look([3, 11], installed, plugins)
        )

    has(complete, str(checkout / "plugins"))
    setup_env.check_as_is(checkout, Path("python"), dev=True)
    has(complete, None)
    with pytest.raises(setup_env.SetupError, match="lacks: neuroplast itself"):
        setup_env.check_as_is(checkout, Path("python"), dev=True)
    has(complete, "/other/plugins")
    with pytest.raises(setup_env.SetupError, match="it has that of /other/plugins"):
        setup_env.check_as_is(checkout, Path("python"), dev=True)
    has({k: v for k, v in complete.items() if k != "pytest"}, str(checkout / "plugins"))
    setup_env.check_as_is(checkout, Path("python"), dev=False)
    with pytest.raises(setup_env.SetupError, match="lacks: pytest"):
        setup_env.check_as_is(checkout, Path("python"), dev=True)


def test_this_python_is_seen_as_it_is():
    found = setup_env.look(Path(sys.executable))
    assert tuple(found.version) == sys.version_info[:2]
    assert found.installed["pytest"] == pytest.__version__
    assert setup_env.look(Path("/no/such/python")) is None


# What is written in two places


def test_every_requirement_has_a_reason_and_a_tested_version_that_meets_it():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["dev"]
    needed = setup_env.requirements(ROOT, dev=True)
    assert len(needed) == len(asked)  # each is written so that the script can read it
    assert setup_env.unmet(needed, setup_env.pins(ROOT)) == []
    for requirement in asked:
        assert re.search(rf'"{re.escape(requirement)}",\s+# \w', text), requirement


def test_constraints_hold_names_and_versions_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[0-9.]+", line), line
    assert not [line for line in lines if re.match("nvidia|cuda|triton", line)]


def test_the_version_is_the_same_wherever_it_is_written():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    package = (ROOT / "neuroplast" / "__init__.py").read_text(encoding="utf-8")
    assert f'\n__version__ = "{version}"\n' in package
