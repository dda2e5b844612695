"""What plugins are installed, from their metadata and the record of the last real load: none of their code runs.

Whoever loads plugins for real (`registry.load`) writes the record, plugins.json in the user's cache. An entry holds for
one place, one version and one state of the plugin's source files; where these changed since, the status says so.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import neuroplast
from neuroplast.errors import ConfigurationError

GROUP = "neuroplast"
ALL = "*"
LOCAL = "local file"
_FORMAT = 1


@dataclass
class Failure:
    """Why one module of a plugin is not there: in a line, and with the traceback."""

    module: str
    reason: str
    trace: str = ""


@dataclass
class Plugin:
    """One entry point, or one local file: who it is, what it provides, what went wrong.

    status: "loaded", "failed" (nothing of it works), "partly" (some modules failed), "disabled"; and where it was not
        loaded now: "not loaded yet", "changed" (since it was loaded).
    """

    name: str
    package: str
    version: str
    target: str
    status: str = "loaded"
    provides: dict[str, list[str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def settle(self) -> None:
        """Set the status from what was provided and what failed."""
        if self.failures:
            self.status = "partly" if self.provides else "failed"

    @property
    def module(self) -> str:
        """What its module or package is imported as."""
        if self.package == LOCAL:
            return f"neuroplast_local_{Path(self.target).stem}"
        return self.target.partition(":")[0].strip()

    @property
    def info(self) -> str:
        """The command that tells all that is known of it."""
        command = f"neuroplast plugins info {shlex.quote(self.name)}"
        file = f" --plugin {shlex.quote(self.target)}" if self.package == LOCAL else ""
        return command + file

    def sources(self) -> list[Path]:
        """Its source files."""
        return [Path(self.target)] if self.package == LOCAL else sources(self.module)


@dataclass(frozen=True)
class Choice:
    """Which plugins are wanted: local files besides the installed ones, and names of some (or `*`, all) not to load."""

    files: tuple[Path, ...] = ()
    disabled: frozenset[str] = frozenset()

    def excludes(self, plugin: Plugin) -> bool:
        """Whether a plugin is disabled, by its own name or that of its package."""
        names = {_plain(plugin.name), _plain(plugin.package), ALL}
        return plugin.package != LOCAL and any(_plain(name) in names for name in self.disabled)


_choice = Choice()


def choose(files: Iterable[Path] = (), disabled: Iterable[str] = ()) -> None:
    """Set which plugins this process will load; for the command line, before anything is loaded.

    Raises ConfigurationError where a file is not there, or nothing has the name that is disabled.
    """
    global _choice
    _choice = Choice(tuple(files), frozenset(disabled))
    for path in _choice.files:
        describe_file(path)
    here = [describe(point) for point in points()] if _choice.disabled else []
    for name in _choice.disabled - {ALL}:
        if not any(Choice(disabled=frozenset([name])).excludes(plugin) for plugin in here):
            known = ", ".join(plugin.name for plugin in here) or "none"
            raise ConfigurationError(
                f"--no-plugins={name}: no plugin has this name; known: {known}"
            )


def chosen() -> Choice:
    """Which plugins this process loads."""
    return _choice


# -- metadata ----------------------------------------------------------------------------------------------------------


def points() -> list[EntryPoint]:
    """The entry points of all installed plugins, the built-in ones first: nobody takes their names."""
    found = [
        (describe(point).package != GROUP, point.name, point.value, point)
        for point in entry_points(group=GROUP)
    ]
    return [point for *_, point in sorted(found, key=lambda f: f[:3])]


def describe(point: EntryPoint) -> Plugin:
    """A plugin by its metadata alone."""
    package, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
    return Plugin(point.name, package or "unknown", version or "0", point.value)


def describe_file(path: Path) -> Plugin:
    """A local file as a plugin; ConfigurationError where there is no such file."""
    if not path.is_file():
        raise ConfigurationError(f"--plugin {path}: no such file; give a Python file")
    return Plugin(path.stem, LOCAL, "0", str(path.resolve()))


def sources(module: str) -> list[Path]:
    """The source files of a module, or of all modules of a package; none where it is not found."""
    spec = _spec(module)
    if spec is None:
        return []
    if spec.submodule_search_locations:
        folders = [Path(place) for place in spec.submodule_search_locations]
        return sorted(path for folder in folders for path in folder.rglob("*.py"))
    return [Path(spec.origin)] if spec.origin else []


def _spec(module: str) -> ModuleSpec | None:
    """Where a module is; unlike importlib's own search, this imports none of the packages around it."""
    top, *inner = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
        for name in inner:
            if spec is None:
                break
            spec = PathFinder.find_spec(
                f"{spec.name}.{name}", spec.submodule_search_locations or []
            )
    except (ImportError, ValueError, AttributeError):
        return None
    return spec


def names(files: Iterable[Path], name: str) -> bool:
    """Whether source files give this name to a part, or lie beside a scenario of this name."""
    given = re.compile(rf"""\b(kind|aliases)\b.*["']{re.escape(name.replace("-", "_"))}["']""")
    for path in files:
        try:
            if given.search(path.read_text(encoding="utf-8", errors="replace")):
                return True
            if path.with_name(f"{name}.toml").exists():
                return True
        except (OSError, ValueError):  # not there any more, or no name of a file
            continue
    return False


# -- the record --------------------------------------------------------------------------------------------------------


def installed() -> list[Plugin]:
    """Every plugin that would be loaded, with what the record knows of it."""
    record = _read()
    found = [describe(point) for point in points()] + [
        describe_file(path) for path in _choice.files
    ]
    return [_recalled(plugin, record) for plugin in found]


def _recalled(plugin: Plugin, record: dict[str, Any]) -> Plugin:
    key, stamp = _identity(plugin)
    plugin.status = "not loaded yet"
    try:
        entry = record[key]
        plugin.failures = [Failure(**failure) for failure in entry["failures"]]
        plugin.provides = {str(kind): list(parts) for kind, parts in entry["provides"].items()}
        plugin.status = str(entry["status"]) if entry["stamp"] == stamp else "changed"
    except (KeyError, TypeError, AttributeError):
        pass  # not there, or not written by this version
    if _choice.excludes(plugin):
        plugin.status = "disabled"
    return plugin


def remember(plugins: Iterable[Plugin]) -> None:
    """Write what was found when these plugins were loaded; disabled ones keep what is known of them."""
    old = _read()
    record = {key: entry for key, entry in old.items() if Path(key.rpartition("@")[2]).exists()}
    for plugin in plugins:
        if plugin.status != "disabled":
            key, stamp = _identity(plugin)
            record[key] = {"stamp": stamp, **asdict(plugin)}
    if record != old:
        _write(record)


def _identity(plugin: Plugin) -> tuple[str, str]:
    """(which plugin in which place, in which state): two environments may have plugins of one name."""
    files = plugin.sources()
    place = os.path.commonpath([path.parent for path in files]) if files else ""
    states = [state for path in files for state in _state(path)]
    newest, size = max((s.st_mtime_ns for s in states), default=0), sum(s.st_size for s in states)
    python = ".".join(map(str, sys.version_info[:2]))
    stamp = f"{plugin.version} {len(states)} {size} {newest} {neuroplast.__version__} {python}"
    return f"{plugin.name} {plugin.target}@{place}", stamp


def _state(path: Path) -> Iterator[os.stat_result]:
    try:
        yield path.stat()
    except OSError:
        return


def _path() -> Path:
    folder = os.environ.get("NEUROPLAST_CACHE")
    return (Path(folder) if folder else Path.home() / ".cache" / "neuroplast") / "plugins.json"


def _read() -> dict[str, Any]:
    """The record by plugin; empty where there is none, or none that can be read."""
    try:
        whole = json.loads(_path().read_text(encoding="utf-8"))
        found = whole["plugins"] if whole["format"] == _FORMAT else {}
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(record: dict[str, Any]) -> None:
    """Replace the record in one step. It is a convenience: where it cannot be written, `plugins list` knows less."""
    try:
        path = _path()
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}")
        part.write_text(
            json.dumps({"format": _FORMAT, "plugins": record}, indent=1), encoding="utf-8"
        )
        part.replace(path)
    except (OSError, RuntimeError):
        return


def _plain(name: str) -> str:
    return name.replace("-", "_").lower()
