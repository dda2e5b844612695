"""Finds plugins, loads each on its own, and turns the name of a kind into a class."""

from __future__ import annotations

import difflib
import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pluggy

from neuroplast import discovery, hookspecs
from neuroplast.component import Component
from neuroplast.delta import Delta
from neuroplast.discovery import Choice, Failure, Plugin
from neuroplast.errors import ConfigurationError, PartError, PluginError
from neuroplast.isolation import first_line, import_all, import_file, isolated, source_text
from neuroplast.kinds import KINDS, SCENARIO
from neuroplast.provided import (
    Claimed,
    Entry,
    Key,
    check_names,
    check_version,
    claims_of,
    hook_names,
    parts_of,
    provided_by,
)


class Registry:
    """All parts and scenarios that plugins provide, and the hooks to tell them what happens."""

    def __init__(self, warn: Callable[[str], None] | None = None) -> None:
        self.plugins: list[Plugin] = []
        self.texts: dict[str, str] = {}
        """The text of each local file as it was when it was loaded, by the target of its plugin."""
        self._warn = warn or to_stderr
        self._parts: dict[str, dict[str, Entry]] = {kind: {} for kind in KINDS}
        self._names: dict[tuple[str, str], str] = {}
        self._scenarios: dict[str, tuple[Path, Plugin]] = {}
        self._claims: dict[Key, Claimed] = {}
        self._hooks = pluggy.PluginManager(hookspecs.PROJECT)
        self._hooks.add_hookspecs(hookspecs)

    # -- loading ---------------------------------------------------------------------------------------------------

    def load_entry_points(self, disabled: Iterable[str] = ()) -> None:
        """Load every installed plugin but the disabled ones (`*` disables all), before any of their code runs."""
        choice = Choice(disabled=frozenset(disabled))
        for point in discovery.points():
            plugin = discovery.describe(point)
            self.plugins.append(plugin)
            if choice.excludes(plugin):
                plugin.status = "disabled"
                continue
            names = isolated(plugin, plugin.module, partial(import_all, plugin.module, plugin))
            hooked = [self._add(plugin, name, sys.modules[name]) for name in names or []]
            self._settle(plugin, any(hooked))

    def load_file(self, path: Path) -> None:
        """Load one local file as a plugin; ConfigurationError where there is no such file."""
        plugin = discovery.describe_file(path)
        self.plugins.append(plugin)
        module = isolated(plugin, path.name, partial(import_file, plugin.module, path))
        if module is not None:
            self.texts[plugin.target] = source_text(path)
        self._settle(plugin, module is not None and self._add(plugin, path.name, module))

    def add(
        self, module: object, name: str = "", package: str = "local", version: str = "0"
    ) -> Plugin:
        """Add a module or object whose functions are marked with `hookimpl`."""
        name = name or getattr(module, "__name__", type(module).__name__)
        plugin = Plugin(name, package, version, name)
        self.plugins.append(plugin)
        self._settle(plugin, self._add(plugin, name, module))
        return plugin

    def _add(self, plugin: Plugin, name: str, module: object) -> bool:
        """Register one module: all that it provides, or none of it and a failure. Whether it has hooks."""

        def register() -> bool:
            check_version(module)
            check_names(module)
            try:
                self._hooks.register(module, name=f"{plugin.name}:{name}")
                found = [
                    e
                    for kind in KINDS.values()
                    for e in parts_of(module, kind.hook, kind.interface, plugin)
                ]
                scenarios = [Path(p) for p in provided_by(module, "scenarios")]
                claims = claims_of(provided_by(module, "claims"), self._claims, plugin)
                self._check_clashes(found, scenarios, plugin)
            except BaseException:
                if self._hooks.is_registered(module):
                    self._hooks.unregister(module)
                raise
            for entry in found:
                self._enter(entry)
            for path in scenarios:
                self._scenarios[path.stem] = path, plugin
                plugin.provides.setdefault(SCENARIO, []).append(path.stem)
            self._claims.update(claims)
            return bool(hook_names(module))

        return bool(isolated(plugin, name, register))

    def _enter(self, entry: Entry) -> None:
        part, plugin = entry.part, entry.plugin
        self._parts[part.family][part.kind] = entry
        for name in (part.kind, *part.aliases):
            self._names[part.family, name] = part.kind
        plugin.provides.setdefault(part.family, []).append(part.kind)

    def _check_clashes(self, found: list[Entry], scenarios: list[Path], plugin: Plugin) -> None:
        owners = {key: self._parts[key[0]][kind].plugin for key, kind in self._names.items()}
        owners |= {(SCENARIO, name): owner for name, (_, owner) in self._scenarios.items()}
        keys = [(e.part.family, n) for e in found for n in {e.part.kind, *e.part.aliases}]
        for family, name in [*keys, *((SCENARIO, path.stem) for path in scenarios)]:
            if other := owners.get((family, name)):
                raise PluginError(
                    f"{family} {name!r} of package {plugin.package} is taken by package {other.package}; "
                    f"rename one, or disable one with --no-plugins={plugin.name}"
                )
            owners[family, name] = plugin
        for part in (e.part for e in found if e.part.default):
            if (other_part := self.default(part.family)) is not None:
                other = self.get(part.family, other_part.kind).plugin
                raise PluginError(
                    f"{part.family} {part.kind!r} of package {plugin.package} cannot be the default: "
                    f"{other_part.kind!r} of package {other.package} is"
                )

    def _settle(self, plugin: Plugin, hooked: bool) -> None:
        """Conclude the loading of a plugin, and tell of failures in one line."""
        if not plugin.failures and not hooked:
            reason = f"{plugin.module}: has no hooks; mark functions with neuroplast.hookimpl"
            plugin.failures.append(Failure(plugin.module, reason))
        plugin.settle()
        if plugin.failures:
            more = f" (and {len(plugin.failures) - 1} more)" if len(plugin.failures) > 1 else ""
            self._warn(
                f"plugin {plugin.name}: {plugin.failures[0].reason}{more}; see: {plugin.info}"
            )

    # -- asking ----------------------------------------------------------------------------------------------------

    def kinds(self) -> dict[str, list[str]]:
        """The names of all parts, by kind, and of the scenarios."""
        return {
            **{kind: sorted(parts) for kind, parts in self._parts.items()},
            SCENARIO: sorted(self._scenarios),
        }

    def entries(self, kind: str) -> list[Entry]:
        """All parts of a kind, by name."""
        return [self._parts[kind][name] for name in sorted(self._parts[kind])]

    def get(self, kind: str, name: str) -> Entry:
        """The part with this name or alias; ConfigurationError names the nearest, or the plugin that failed."""
        if not isinstance(name, str):
            raise ConfigurationError(f"found {name!r} where the name of a {kind} is needed")
        plain = self._names.get((kind, name)) or self._names.get((kind, name.replace("-", "_")))
        if plain is not None:
            return self._parts[kind][plain]
        raise ConfigurationError(self._missing(kind, name))

    def default(self, kind: str) -> type[Component] | None:
        """The part that stands where none of its kind is named; None where no plugin provides one."""
        return next((e.part for e in self.entries(kind) if e.part.default), None)

    def scenario(self, name: str) -> Path:
        """The file of a shipped scenario."""
        plain = {n.replace("-", "_"): n for n in self._scenarios}
        found = plain.get(name.replace("-", "_"))
        if found is None:
            raise ConfigurationError(self._missing(SCENARIO, name))
        return self._scenarios[found][0]

    def claims(self, kind: str, name: str) -> Any:
        """What is claimed of a part, made anew; None where nothing is."""
        claimed = self._claims.get((kind, name))
        return claimed and claimed[0]()

    def idle_claims(self, plugin: Plugin) -> list[str]:
        """What a plugin claims of parts that nobody provides, so that nothing is held to it; each with a remedy."""
        return [
            f"{claims.__name__} claims of a {kind} {name!r} what nothing is held to: "
            + self._no_part(kind, name)
            for (kind, name), (claims, owner) in self._claims.items()
            if owner is plugin and name not in self._parts[kind]
        ]

    def _no_part(self, kind: str, name: str) -> str:
        """Why no part of a kind has this plain name."""
        if plain := self._names.get((kind, name)):
            return f"it is an alias; write of = {plain!r}"
        others = [other for other, plain in self._kinds_of(name) if other != SCENARIO]
        if others:
            return f"it is a {others[0]}; make them {others[0].capitalize()}Claims"
        return self._missing(kind, name)

    def insist(self) -> None:
        """Raise the PluginError of a local file that failed: whoever gave it wants what is in it."""
        for plugin in self.plugins:
            if plugin.package == discovery.LOCAL and plugin.failures:
                reason = plugin.failures[0].reason
                raise PluginError(
                    f"--plugin {plugin.target} failed to load: {reason}; mend it, or leave it out"
                )

    def provider(self, kind: str, name: str) -> Plugin:
        """Who provides a part or a scenario."""
        return self._scenarios[name][1] if kind == SCENARIO else self.get(kind, name).plugin

    def _missing(self, kind: str, name: str) -> str:
        """What to say of a name that is not there: the plugin that failed or is disabled, or the nearest name."""
        for plugin in self.plugins:
            by = f"{kind} {name!r} comes from plugin {plugin.name} (package {plugin.package})"
            if plugin.status == "disabled" and discovery.names(plugin.sources(), name):
                return f"{by}, which is disabled; leave out --no-plugins"
            for failure in plugin.failures:
                files = discovery.sources(failure.module) or plugin.sources()
                if discovery.names(files, name):
                    return f"{by}, which failed: {failure.reason}; see: {plugin.info}"
        if others := self._kinds_of(name):
            there = ", ".join(f"{other} {plain}" for other, plain in others)
            return f"unknown {kind} {name!r}; found of another kind: {there}"
        known = self.kinds()[kind]
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        failed = [p.name for p in self.plugins if p.failures]
        advice = (
            f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known) or 'none'}"
        )
        if failed:
            advice += f" (plugins that failed to load: {', '.join(failed)})"
        if disabled := [p.name for p in self.plugins if p.status == "disabled"]:
            advice += f" (disabled: {', '.join(disabled)})"
        return f"unknown {kind} {name!r}; {advice}"

    def _kinds_of(self, name: str) -> list[tuple[str, str]]:
        """Every kind that has a part, or a scenario, of this name or alias; with its plain name."""
        plain = name.replace("-", "_")
        found = [(kind, part) for (kind, n), part in self._names.items() if n == plain]
        found += [(SCENARIO, n) for n in self._scenarios if n.replace("-", "_") == plain]
        return sorted(found)

    def culprit(self, error: BaseException) -> Plugin | None:
        """The plugin that an error came out of, or whose part is to blame for it; None where it came from elsewhere.

        Where a plugin of others hands its work to a part of this package, which then fails, it is the other's.
        """
        blamed = [error.part] if isinstance(error, PartError) else _involved(error)
        found = [plugin for plugin in map(self._owner, blamed) if plugin is not None]
        others = [plugin for plugin in found if plugin.package != __package__]
        return next(iter(others or found), None)

    def _owner(self, of: object) -> Plugin | None:
        """The plugin that provides a part, or that a module belongs to."""
        if isinstance(of, Component):
            entry = self._parts[of.family].get(of.kind)
            if entry is not None and entry.part is type(of):
                return entry.plugin
            of = type(of).__module__
        return next((p for p in self.plugins if f"{of}.".startswith(f"{p.module}.")), None)

    # -- events ----------------------------------------------------------------------------------------------------

    def listen(self, listener: object) -> None:
        """Call the event hooks of this object too."""
        check_names(listener)
        self._hooks.register(listener, name=f"{type(listener).__name__} {id(listener):x}")

    def silence(self, listener: object) -> None:
        """Stop calling it; one that raised is not called any more anyway."""
        if self._hooks.is_registered(listener):
            self._hooks.unregister(listener)

    def fire(self, event: str, **arguments: Any) -> None:
        """Tell every listener; one that raises is named on stderr once, and not asked again."""
        for impl in reversed(getattr(self._hooks.hook, event).get_hookimpls()):
            try:
                impl.function(**{name: arguments[name] for name in impl.argnames})
            except Exception as error:
                self._hooks.unregister(impl.plugin)
                self._blame(impl.plugin_name, f"its hook {event} raised {first_line(error)}")

    def _blame(self, name: str, reason: str) -> None:
        """Tell of a hook that failed, and keep the traceback with its plugin."""
        owner = next((p for p in self.plugins if name.startswith(f"{p.name}:")), None)
        line = f"plugin {owner.name if owner else name}: {reason}; it is not called again"
        if owner is not None:
            owner.failures.append(Failure(name, reason, traceback.format_exc()))
            owner.settle()
            discovery.remember([owner])
            line += f"; see: {owner.info}"
        self._warn(line)


def _involved(error: BaseException) -> Iterator[object]:
    """The modules that an error passed through, from the innermost on, and the parts whose change was computed."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    for frame in reversed(frames):
        yield frame.f_globals.get("__name__", "")
        computed = frame.f_locals.get("self")
        if isinstance(computed, Delta):
            yield from (*computed.makers, computed.geometry)


def to_stderr(line: str) -> None:
    """Tell of a plugin that fails."""
    print(line, file=sys.stderr)
    logging.getLogger(__package__).info(line)


_current: Registry | None = None


def current(warn: Callable[[str], None] | None = None) -> Registry:
    """The registry of this process, made from all installed plugins when first asked for.

    warn: who is told, where it is made now, of plugins that fail; they are named on stderr by default.
    """
    if _current is None:
        choice = discovery.chosen()
        use(load(choice.files, choice.disabled, warn))
    assert _current is not None
    return _current


def load(
    files: Iterable[Path] = (),
    disabled: Iterable[str] = (),
    warn: Callable[[str], None] | None = None,
) -> Registry:
    """A registry of all installed plugins and some local files, but not of disabled ones; the record is renewed."""
    registry = Registry(warn)
    registry.load_entry_points(disabled)
    for path in files:
        registry.load_file(path)
    discovery.remember(registry.plugins)
    return registry


def use(registry: Registry | None) -> None:
    """Make this the registry of the process; None makes it anew when next asked for."""
    global _current
    _current = registry
