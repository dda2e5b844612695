"""Which parts are meant by a name: of a plugin, of one part, of a local file, or all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from neuroplast.discovery import Plugin
from neuroplast.errors import ConfigurationError
from neuroplast.kinds import KINDS
from neuroplast.registry import Entry, Registry

ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """Parts to check, and the plugins that were named."""

    entries: tuple[Entry, ...]
    plugins: tuple[Plugin, ...] = ()

    @property
    def broken(self) -> list[str]:
        """A line for each failure to load one of these plugins."""
        return [
            f"plugin {plugin.name} (package {plugin.package}) failed to load: {failure.reason}; see: {plugin.info}"
            for plugin in self.plugins
            for failure in plugin.failures
        ]


def chosen(name: str, registry: Registry) -> Chosen:
    """The parts that a name means: `all`, a plugin, `kind:name`, a name that only one part has, or a file.

    Raises ConfigurationError where nothing has this name, several parts do, or its plugin is disabled.
    """
    if name == ALL:
        return _of(registry, registry.plugins)
    if name.endswith(".py"):
        return _of(registry, [_file(Path(name), registry)])
    kind, colon, part = name.partition(":")
    if colon:
        return Chosen((registry.get(kind, part),))
    if plugins := [p for p in registry.plugins if p.name == name]:
        return _of(registry, plugins)
    found = [e for e in _entries(registry) if name in (e.part.kind, *e.part.aliases)]
    if len(found) != 1:
        several = ", ".join(f"{e.part.family}:{e.part.kind}" for e in found)
        raise ConfigurationError(
            f"{name!r} is ambiguous; write one of: {several}"
            if found
            else f"no plugin or part {name!r}; see: neuroplast plugins list"
        )
    return Chosen(tuple(found))


def together(names: Iterable[str], registry: Registry) -> Chosen:
    """The parts that several names mean, each once."""
    found = [chosen(name, registry) for name in names]
    entries = {entry.part: entry for one in found for entry in one.entries}
    plugins = {id(plugin): plugin for one in found for plugin in one.plugins}
    return Chosen(tuple(entries.values()), tuple(plugins.values()))


def _of(registry: Registry, plugins: Iterable[Plugin]) -> Chosen:
    wanted = list(plugins)
    if len(wanted) == 1 and wanted[0].status == "disabled":
        raise ConfigurationError(f"plugin {wanted[0].name} is disabled; leave out --no-plugins")
    entries = [e for e in _entries(registry) if any(e.plugin is plugin for plugin in wanted)]
    return Chosen(tuple(entries), tuple(wanted))


def _entries(registry: Registry) -> list[Entry]:
    return [entry for kind in KINDS for entry in registry.entries(kind)]


def _file(path: Path, registry: Registry) -> Plugin:
    """The plugin that a local file is, loaded unless it has been."""
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file; give a Python file, or the name of a part")
    target = str(path.resolve())
    if not any(plugin.target == target for plugin in registry.plugins):
        registry.load_file(path)
    return next(plugin for plugin in registry.plugins if plugin.target == target)
