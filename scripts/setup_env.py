"""Prepares the Python environment of this checkout; `make demo`, `test` and `lint` call it first.

    --env FOLDER   an environment. Made here if it is not there, and then kept up to date: a change
                   of pyproject.toml or constraints.txt updates it, an interrupted installation is
                   thrown away and made anew. One that somebody else made is never thrown away, and
                   keeps what it has, torch first of all; only what is missing is installed.
    --as-is        the Python that runs this file. Nothing is installed; what is missing is said.

Standard library only. It starts on Python 3.6 too, so that an old Python can find a newer one or
say what is needed; hence the old spelling of types.
"""

# ruff: noqa: UP006, UP035, UP045
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

OLDEST = (3, 11)
TRIED = ((3, 11), (3, 12), (3, 13), (3, 14))  # other Pythons to look for, the tested one first
DISK_GB = 9  # measured: 6.1 are installed, mostly torch's GPU libraries; 2.6 more pass through
INPUTS = ("pyproject.toml", "constraints.txt", "setup.py")
MARK = "made-by-neuroplast"  # in an environment made here, from its first moment on
STAMP = "neuroplast-stamp.json"  # written last, so that it stands only in a complete environment


class Look(NamedTuple):
    """What a Python has."""

    version: List[int]
    installed: Dict[str, str]  # name to version
    plugins: Optional[str]  # the folder that is installed as neuroplast_plugins


# Runs in the environment. The empty entry of sys.path is this checkout: what is found there by
# accident is not installed.
LOOK = """
import importlib.metadata, importlib.util, json, sys
sys.path = [entry for entry in sys.path if entry]
found = [(each.metadata["Name"], each.version) for each in importlib.metadata.distributions()]
plugins = importlib.util.find_spec("neuroplast_plugins")
places = list(plugins.submodule_search_locations or []) if plugins else []
print(json.dumps({"version": list(sys.version_info[:2]), "installed": found,
                  "plugins": places[0] if places else None}))
"""


class SetupError(Exception):
    """Something that the person at the keyboard has to settle; the message says how."""


def say(text: str) -> None:
    """Print a line at once, before pip prints its own."""
    print("set-up: " + text, flush=True)


# What is needed


def dotted(version: Sequence[int]) -> str:
    """Return (3, 11) as '3.11'."""
    return ".".join(str(part) for part in version)


def plain(name: str) -> str:
    """Return a package's name in the one spelling that all others mean: 'lazy-loader'."""
    return re.sub("[-_.]+", "-", name).lower()


def numbers(version: str) -> Tuple[int, ...]:
    """Return the leading numbers of a version: '2.15.0+cpu' is (2, 15, 0)."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])


def check_version(version: Sequence[int], whose: str) -> None:
    """Refuse a Python that is too old."""
    if tuple(version[:2]) < OLDEST:
        raise SetupError(
            f"{whose} is Python {dotted(version[:2])}, and neuroplast needs {dotted(OLDEST)} or "
            "newer. Install one, and name it if it is not found by itself: BASE=/path/to/python3"
        )


def check_disk(folder: Path) -> None:
    """Refuse to fill a disk; `folder` need not exist yet."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free_gb = shutil.disk_usage(str(there)).free / 1e9
    if free_gb < DISK_GB:
        raise SetupError(
            f"PyTorch and its GPU libraries need {DISK_GB} GB of disk, and {there} has "
            f"{free_gb:.1f} GB left. Free some, put the environment on another disk "
            "(make VENV=/other/disk/env), or use one that has torch (VENV= or PYTHON=)"
        )


def requirements(root: Path, dev: bool) -> Dict[str, str]:
    """Return the packages that pyproject.toml asks for, with the oldest version, '' for any."""
    import tomllib  # not in an old Python, which never comes this far

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines: List[str] = project["dependencies"]
    if dev:
        lines = lines + project["optional-dependencies"]["dev"]
    split = [re.fullmatch(r"([\w.-]+)(?:>=([\w.]+))?", line) for line in lines]
    return {plain(found[1]): found[2] or "" for found in split if found}


def pins(root: Path) -> Dict[str, str]:
    """Return the tested version of each package."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.strip().split("==") for line in lines if "==" in line]
    return {plain(name): version for name, version in pairs}


def unmet(needed: Mapping[str, str], installed: Mapping[str, str]) -> List[str]:
    """Return what is missing or too old, in words."""
    missing = []
    for name, oldest in needed.items():
        if name not in installed:
            missing.append(name)
        elif oldest and numbers(installed[name]) < numbers(oldest):
            missing.append(f"{name} {oldest} or newer (it has {installed[name]})")
    return missing


# What is there


def interpreter(env: Path) -> Path:
    """Return the Python of an environment."""
    return env / "bin" / "python"


def look(python: Path) -> Optional[Look]:
    """Ask a Python what it has; None if it does not run."""
    try:
        answer = subprocess.run([str(python), "-c", LOOK], stdout=subprocess.PIPE, check=True)
        found = json.loads(answer.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
    # The first of a name is the one that is imported, so it is written last.
    installed = {plain(name): version for name, version in reversed(found["installed"]) if name}
    return Look(found["version"], installed, found["plugins"])


def complaints(root: Path, found: Look, dev: bool) -> List[str]:
    """Return all that an environment lacks for this checkout, in words."""
    missing = unmet(requirements(root, dev), found.installed)
    if found.plugins is None:
        missing.append("neuroplast itself")
    elif Path(found.plugins).resolve() != (root / "plugins").resolve():
        missing.append(f"this checkout's neuroplast (it has that of {found.plugins})")
    return missing


def wanted_stamp(root: Path, version: Sequence[int]) -> Dict[str, str]:
    """Describe what an environment is made from; it points at the checkout, so that is part."""
    content = hashlib.sha256()
    for name in INPUTS:
        content.update((root / name).read_bytes())
    return {"checkout": str(root), "python": dotted(version), "inputs": content.hexdigest()}


def read_stamp(env: Path) -> Optional[Dict[str, str]]:
    """Return the stamp of a complete environment; None if there is none."""
    try:
        return dict(json.loads((env / STAMP).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def write_stamp(env: Path, stamp: Mapping[str, str]) -> None:
    """Declare the environment complete, all at once or not at all."""
    draft = env / (STAMP + ".draft")
    draft.write_text(json.dumps(stamp, indent=2), encoding="utf-8")
    os.replace(draft, env / STAMP)


def ours(env: Path) -> bool:
    """Tell whether the environment may be made anew: not there, still empty, or made here."""
    return not env.exists() or (env / MARK).exists() or (env.is_dir() and not os.listdir(env))


# What is done


def discard(env: Path) -> None:
    """Delete an environment; its name is free at once, however long the deletion takes."""
    aside = env.with_name(env.name + ".discarded")
    shutil.rmtree(aside, ignore_errors=True)
    if env.exists():
        os.replace(env, aside)
        shutil.rmtree(aside, ignore_errors=True)


def create(env: Path) -> None:
    """Make an empty environment, marked as ours before anything else is in it."""
    env.mkdir(parents=True, exist_ok=True)
    (env / MARK).touch()
    try:
        venv.create(str(env), with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(
            f"{sys.executable} could not make an environment in {env}: {error}. On Debian and "
            "Ubuntu the package python3-venv may be missing"
        ) from error


def install(root: Path, env: Path, versions: Mapping[str, str]) -> None:
    """Install what is missing, and this checkout so that an edit takes effect at once."""
    pip = [str(interpreter(env)), "-m", "pip", "install", "--disable-pip-version-check"]
    if not sys.stdout.isatty():
        pip.append("--quiet")
    # Downloads pass through the environment's own disk, which was checked, and go when it goes.
    with tempfile.TemporaryDirectory(prefix="passing-through-", dir=str(env)) as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("".join(f"{name}=={versions[name]}\n" for name in versions))
        # Built with the environment's own setuptools: a second call, of which the network has no
        # part when nothing but a setting changed.
        for what in (["setuptools>=77"], ["--no-build-isolation", "--editable", f"{root}[dev]"]):
            call_pip([*pip, "--constraint", str(constraints), *what], folder)


def call_pip(command: Sequence[str], folder: str) -> None:
    """Run pip, which says itself what it does and what went wrong."""
    if subprocess.run(list(command), env={**os.environ, "TMPDIR": folder}).returncode:
        raise SetupError(
            "pip failed, for the reason above. Run the same command again when it is settled. "
            "Without a network, use an environment that has the packages: VENV= or PYTHON="
        )


def complete(root: Path, env: Path, versions: Mapping[str, str]) -> None:
    """Install, and stamp the environment when all is there."""
    before = read_stamp(env)
    (env / STAMP).unlink(missing_ok=True)
    try:
        install(root, env, versions)
    except SetupError:
        # pip came to an orderly end, and the environment is as good as before. Only after an
        # interruption, which leaves by another way, is it without a stamp, and made anew.
        if before is not None:
            write_stamp(env, before)
        raise
    found = look(interpreter(env))
    missing = ["a Python that runs"] if found is None else complaints(root, found, dev=True)
    if found is None or missing:
        raise SetupError(f"{env} still lacks {', '.join(missing)} after the installation")
    write_stamp(env, wanted_stamp(root, found.version))
    say("done")


def prepare_ours(root: Path, env: Path) -> None:
    """Make an environment, or bring one made here up to date."""
    stamp, found = read_stamp(env), look(interpreter(env))
    if stamp is not None and found is not None:
        wanted = wanted_stamp(root, found.version)
        if stamp == wanted and not complaints(root, found, dev=True):
            return
        if stamp.get("python") == wanted["python"]:
            say(f"updating {env}, since what it is made from has changed")
            complete(root, env, pins(root))
            return
    if env.exists():
        say(f"{env} is incomplete, or its Python has gone; making it anew")
    discard(env)
    check_disk(env)
    say(f"making {env} with Python {dotted(sys.version_info[:2])}: about 6 GB, some minutes")
    create(env)
    complete(root, env, pins(root))


def gentle_pins(tested: Mapping[str, str], installed: Mapping[str, str]) -> Dict[str, str]:
    """Return versions for what is missing that leave what is there as it is.

    torchvision goes with one version of torch, so beside another torch pip has to choose it.
    """
    versions = {name: tested[name] for name in tested if name not in installed}
    if "torch" in installed:
        versions["torch"] = installed["torch"]
        if numbers(installed["torch"]) != numbers(tested["torch"]):
            versions.pop("torchvision", None)
    return versions


def prepare_theirs(root: Path, env: Path) -> None:
    """Add what is missing to an environment that somebody else made."""
    found = look(interpreter(env))
    if found is None:
        raise SetupError(
            f"VENV={env} is there, but has no working bin/python. It was not made here and is left "
            "alone; name another folder, or remove it"
        )
    check_version(found.version, f"VENV={env}")
    missing = complaints(root, found, dev=True)
    if not missing and read_stamp(env) == wanted_stamp(root, found.version):
        return
    if "torch" not in found.installed:
        check_disk(env)
    say(f"adding to {env}: {', '.join(missing) or 'what has changed'}; what it has stays")
    complete(root, env, gentle_pins(pins(root), found.installed))


def check_as_is(root: Path, python: Path, dev: bool) -> None:
    """Refuse a Python that lacks something, and say what and how to get it."""
    found = look(python)
    missing = ["the standard library"] if found is None else complaints(root, found, dev)
    if missing:
        raise SetupError(
            f"PYTHON={python} is used as it is, and lacks: {', '.join(missing)}.\n"
            f"To install that: {python} -m pip install --editable '.[dev]'\n"
            "or leave PYTHON= out, and an environment is made in .venv"
        )


# The start


def newer_python() -> Optional[str]:
    """Return another Python on this machine that is new enough, and runs."""
    for version in TRIED:
        path = shutil.which("python" + dotted(version))
        if path and subprocess.run([path, "-c", ""], stderr=subprocess.DEVNULL).returncode == 0:
            return path
    return None


def main(arguments: Sequence[str]) -> int:
    """Prepare, and return the exit code."""
    parser = argparse.ArgumentParser(description="Prepare the environment of this checkout.")
    parser.add_argument("--env", type=Path, help="the environment to make or use")
    parser.add_argument("--as-is", action="store_true", help="check this Python, install nothing")
    parser.add_argument("--dev", action="store_true", help="with --as-is: for the tests and lint")
    asked = parser.parse_args(arguments)
    if (asked.env is None) != asked.as_is:
        parser.error("give either --env FOLDER or --as-is")
    root = Path(__file__).resolve().parent.parent
    try:
        newer = None if asked.as_is or sys.version_info >= OLDEST else newer_python()
        if newer:
            os.execv(newer, [newer, __file__, *arguments])
        check_version(sys.version_info[:2], sys.executable)
        if asked.as_is:
            check_as_is(root, Path(sys.executable), asked.dev)
        elif ours(Path(os.path.abspath(asked.env))):
            prepare_ours(root, Path(os.path.abspath(asked.env)))
        else:
            prepare_theirs(root, Path(os.path.abspath(asked.env)))
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up: interrupted; the same command starts again safely", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
