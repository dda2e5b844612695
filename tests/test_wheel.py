"""The wheel has all that a clone has: built, installed outside the checkout, and used there."""

import shutil
import site
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest
from support.programs import call

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["neuroplast", "neuroplast_plugins", "neuroplast_scenarios", "neuroplast_data"]


def copy_of_the_sources(folder):
    """Copy what the wheel is built from; an earlier build in the checkout would leak into it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = ["neuroplast", *project["tool"]["setuptools"]["package-dir"].values()]
    folder.mkdir()
    for name in ["pyproject.toml", "setup.py", "README.md", "LICENSE"]:
        shutil.copy(ROOT / name, folder / name)
    for name in folders:
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    sources = copy_of_the_sources(folder / "sources")
    pip = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation"]
    call([*pip, "--wheel-dir", folder, sources], folder)
    (built,) = folder.glob("neuroplast-*.whl")
    return built


@pytest.fixture(scope="module")
def neuroplast(wheel, tmp_path_factory):
    """A function that calls a Python which has the wheel, and finds the rest where the tests do."""
    folder = tmp_path_factory.mktemp("installed").resolve()
    venv.create(folder / "env", symlinks=True, with_pip=False)
    python = folder / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps"]
    call([*pip, wheel], folder)

    # A path file inside a folder that a path file adds is not read. So torch and the others are
    # found, and the checkout is not, though it is installed there, editable.
    here = Path(
        call([python, "-c", "import site; print(site.getsitepackages()[0])"], folder).strip()
    )
    others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    (here / "others.pth").write_text("\n".join(sorted(others)) + "\n")

    desk = folder / "desk"
    desk.mkdir()
    home = {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "home" / "cache")}

    def neuroplast(*arguments):
        return call([python, *arguments], desk, **home)

    neuroplast.folder = folder
    neuroplast.desk = desk
    return neuroplast


def test_it_is_the_wheel_that_is_used(neuroplast):
    program = (
        "import importlib.util, sys\n"
        f"for name in {NAMES}:\n"
        "    print(list(importlib.util.find_spec(name).submodule_search_locations)[0])\n"
        "print(*sys.path, sep='\\n')"
    )
    lines = [Path(line) for line in neuroplast("-c", program).splitlines() if line]
    for place in lines[: len(NAMES)]:
        assert place.is_relative_to(neuroplast.folder), place
    assert ROOT not in lines


@pytest.mark.parametrize("folder", ["neuroplast", "plugins", "scenarios", "data"])
def test_no_file_of_the_checkout_is_missing(neuroplast, folder):
    name = folder if folder == "neuroplast" else f"neuroplast_{folder}"
    program = (
        f"import importlib.util as u; print(u.find_spec({name!r}).submodule_search_locations[0])"
    )
    installed = Path(neuroplast("-c", program).strip())
    kept = [".py", ".typed", ".toml", ".npz", ".md", ".txt"]
    files = {p.relative_to(ROOT / folder) for p in (ROOT / folder).rglob("*") if p.suffix in kept}
    assert files
    assert not [str(file) for file in files if not (installed / file).is_file()]


def test_scenarios_are_listed(neuroplast):
    answer = neuroplast("-m", "neuroplast", "list", "scenario")
    assert "quickstart" in answer


def test_quickstart_is_planned_and_nothing_is_written(neuroplast):
    answer = neuroplast("-m", "neuroplast", "run", "quickstart", "--dry-run")
    assert "quickstart" in answer
    assert not list(neuroplast.desk.iterdir())


def test_the_built_in_plugins_load_through_the_entry_point(neuroplast):
    answer = neuroplast("-m", "neuroplast", "plugins", "list", "--load", "--json")
    assert "builtin" in answer
    assert "failed" not in answer
    assert "softhebb" in answer


def test_the_console_command_is_installed(neuroplast):
    command = neuroplast.folder / "env" / "bin" / "neuroplast"
    assert "Usage" in call([command, "--help"], neuroplast.desk)
