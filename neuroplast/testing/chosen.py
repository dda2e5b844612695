"""Which parts are meant by a name: of a plugin, of one part, of a local file, or all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from neuroplast.discovery import LOCAL, Plugin
from neuroplast.errors import ConfigurationError
from neuroplast.kinds import KINDS
from neuroplast.provided import Entry
from neuroplast.registry import Registry

ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """Parts to check.

    plugins: those that were named, that were given as a file, or that have one of these parts of which nothing is
        claimed: where one of them failed, a part might lack its claims, and pass for that.
    idle: claims of theirs that nothing is held to.
    """

    entries: tuple[Entry, ...]
    plugins: tuple[Plugin, ...] = ()
    idle: tuple[str, ...] = ()

    @property
    def broken(self) -> list[str]:
        """A line for each thing wrong with one of these plugins."""
        failures = [
            f"plugin {plugin.name} (package {plugin.package}) failed to load: {failure.reason}; see: {plugin.info}"
            for plugin in self.plugins
            for failure in plugin.failures
        ]
        return [*failures, *self.idle]


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
        return _chosen([registry.get(kind, part)], [], registry)
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
    return _chosen(found, [], registry)


def together(names: Iterable[str], registry: Registry) -> Chosen:
    """The parts that several names mean, each once."""
    found = [chosen(name, registry) for name in names]
    entries = {entry.part: entry for one in found for entry in one.entries}
    plugins = [plugin for one in found for plugin in one.plugins]
    return _chosen(entries.values(), plugins, registry)


def _of(registry: Registry, plugins: Iterable[Plugin]) -> Chosen:
    wanted = list(plugins)
    if len(wanted) == 1 and wanted[0].status == "disabled":
        raise ConfigurationError(f"plugin {wanted[0].name} is disabled; leave out --no-plugins")
    entries = [e for e in _entries(registry) if any(e.plugin is plugin for plugin in wanted)]
    return _chosen(entries, wanted, registry)


def _chosen(entries: Iterable[Entry], named: Iterable[Plugin], registry: Registry) -> Chosen:
    """Parts, with all plugins that matter to them."""
    found = tuple(entries)
    files = [plugin for plugin in registry.plugins if plugin.package == LOCAL]
    bare = [e.plugin for e in found if registry.claims(e.part.family, e.part.kind) is None]
    plugins = {id(p): p for p in (*named, *bare, *files)}
    idle = [
        f"plugin {plugin.name} (package {plugin.package}): {claims}"
        for plugin in plugins.values()
        for claims in registry.idle_claims(plugin)
    ]
    return Chosen(found, tuple(plugins.values()), tuple(idle))


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
