"""Finds plugins, loads each on its own, and turns the name of a kind into a class."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pluggy

from neuroplast import discovery, hookspecs
from neuroplast.component import Component
from neuroplast.discovery import Choice, Failure, Plugin
from neuroplast.errors import ConfigurationError, PluginError
from neuroplast.kinds import KINDS, SCENARIO

_EVENTS = ("run_started", "interval", "layer_finished", "run_finished", "run_failed")


@dataclass(frozen=True)
class Entry:
    """One part, with the plugin that provides it."""

    part: type[Component]
    plugin: Plugin

    @property
    def label(self) -> str:
        """For the record: `kind:name==version`."""
        return f"{self.part.family}:{self.part.kind}=={self.plugin.version}"


class Registry:
    """All parts and scenarios that plugins provide, and the hooks to tell them what happens."""

    def __init__(self, warn: Callable[[str], None] | None = None) -> None:
        self.plugins: list[Plugin] = []
        self._warn = warn or _to_stderr
        self._parts: dict[str, dict[str, Entry]] = {kind: {} for kind in KINDS}
        self._names: dict[tuple[str, str], str] = {}
        self._scenarios: dict[str, tuple[Path, Plugin]] = {}
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
            for name in _isolated(plugin, point.value, lambda p=point: _imported(p, plugin)) or []:
                self._add(plugin, name, sys.modules[name])
            self._settle(plugin)

    def load_file(self, path: Path) -> None:
        """Load one local file as a plugin; ConfigurationError where there is no such file."""
        if not path.is_file():
            raise ConfigurationError(f"--plugin {path}: no such file; give a Python file")
        plugin = discovery.describe_file(path)
        self.plugins.append(plugin)
        module = _isolated(plugin, path.name, lambda: _import_file(path))
        if module is not None:
            self._add(plugin, path.name, module)
        self._settle(plugin)

    def add(
        self, module: object, name: str = "", package: str = "local", version: str = "0"
    ) -> Plugin:
        """Add a module or object whose functions are marked with `hookimpl`."""
        name = name or getattr(module, "__name__", type(module).__name__)
        plugin = Plugin(name, package, version, name)
        self.plugins.append(plugin)
        self._add(plugin, name, module)
        self._settle(plugin)
        return plugin

    def _add(self, plugin: Plugin, name: str, module: object) -> None:
        """Register one module: all that it provides, or none of it and a failure."""

        def register() -> None:
            _check_version(module)
            _check_names(module)
            try:
                self._hooks.register(module, name=f"{plugin.name}:{plugin.target}:{name}")
                found = [
                    e
                    for kind in KINDS.values()
                    for e in _provided(module, kind.hook, kind.interface, plugin)
                ]
                scenarios = [Path(p) for p in _call(module, "scenarios")]
                self._check_clashes(found, scenarios, plugin)
            except BaseException:
                self._hooks.unregister(module)
                raise
            for entry in found:
                self._enter(entry)
            for path in scenarios:
                self._scenarios[path.stem] = path, plugin
                plugin.provides.setdefault(SCENARIO, []).append(path.stem)

        _isolated(plugin, name, register)

    def _enter(self, entry: Entry) -> None:
        part, plugin = entry.part, entry.plugin
        self._parts[part.family][part.kind] = entry
        for name in (part.kind, *part.aliases):
            self._names[part.family, name] = part.kind
        plugin.provides.setdefault(part.family, []).append(part.kind)

    def _check_clashes(self, found: list[Entry], scenarios: list[Path], plugin: Plugin) -> None:
        for entry in found:
            default = self.default(entry.part.family)
            if entry.part.default and default is not None:
                raise PluginError(
                    f"{entry.part.family} {entry.part.kind!r} cannot be the default: {default.kind!r} is"
                )
            for name in (entry.part.kind, *entry.part.aliases):
                taken = self._names.get((entry.part.family, name))
                if taken is not None:
                    other = self._parts[entry.part.family][taken].plugin
                    raise PluginError(
                        f"{entry.part.family} {name!r} of package {plugin.package} "
                        f"is taken by package {other.package}; "
                        f"rename one, or disable one with --no-plugins={plugin.name}"
                    )
        for path in scenarios:
            if path.stem in self._scenarios:
                other = self._scenarios[path.stem][1]
                raise PluginError(
                    f"scenario {path.stem!r} of package {plugin.package} "
                    f"is taken by package {other.package}; rename one"
                )

    def _settle(self, plugin: Plugin) -> None:
        """Conclude the loading of a plugin, and tell of failures in one line."""
        if not plugin.failures and not self._has_hooks(plugin):
            reason = f"{plugin.target}: has no hook; mark its functions with neuroplast.hookimpl"
            plugin.failures.append(Failure(plugin.target, reason))
        plugin.settle()
        if plugin.failures:
            more = f" (and {len(plugin.failures) - 1} more)" if len(plugin.failures) > 1 else ""
            self._warn(
                f"plugin {plugin.name}: {plugin.failures[0].reason}{more}; "
                f"see: neuroplast plugins info {plugin.name}"
            )

    def _has_hooks(self, plugin: Plugin) -> bool:
        own = f"{plugin.name}:{plugin.target}:"
        modules = [m for name, m in self._hooks.list_name_plugin() if name.startswith(own)]
        return any(_hook_names(module) for module in modules)

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
        plain = self._names.get((kind, name)) or self._names.get((kind, name.replace("-", "_")))
        if plain is not None:
            return self._parts[kind][plain]
        raise ConfigurationError(f"unknown {kind} {name!r}; {self._advice(kind, name)}")

    def default(self, kind: str) -> type[Component] | None:
        """The part that stands where none of its kind is named; None where no plugin provides one."""
        return next((e.part for e in self.entries(kind) if e.part.default), None)

    def scenario(self, name: str) -> Path:
        """The file of a shipped scenario."""
        plain = name.replace("-", "_")
        if plain not in self._scenarios:
            raise ConfigurationError(f"no scenario {name!r}; {self._advice(SCENARIO, name)}")
        return self._scenarios[plain][0]

    def provider(self, kind: str, name: str) -> Plugin:
        """Who provides a part or a scenario."""
        return self._scenarios[name][1] if kind == SCENARIO else self.get(kind, name).plugin

    def _advice(self, kind: str, name: str) -> str:
        """What to do about a name that is not there: the plugin that failed, the nearest name, or all names."""
        for plugin in self.plugins:
            for failure in plugin.failures:
                if name in (
                    plugin.name,
                    failure.module.rpartition(".")[2],
                    Path(failure.module).stem,
                ):
                    return f"the plugin that should provide it failed: {failure.reason}"
        known = self.kinds()[kind]
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        failed = [p.name for p in self.plugins if p.failures]
        disabled = [p.name for p in self.plugins if p.status == "disabled"]
        advice = (
            f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known) or 'none'}"
        )
        if failed:
            advice += f" (plugins that failed to load: {', '.join(failed)})"
        if disabled:
            advice += f" (disabled: {', '.join(disabled)})"
        return advice

    # -- events ----------------------------------------------------------------------------------------------------

    def listen(self, listener: object) -> None:
        """Call the event hooks of this object too."""
        _check_names(listener)
        self._hooks.register(listener)

    def silence(self, listener: object) -> None:
        """Stop calling it."""
        self._hooks.unregister(listener)

    def fire(self, event: str, **arguments: Any) -> None:
        """Tell every listener; one that raises is named on stderr once, and not asked again."""
        for impl in reversed(getattr(self._hooks.hook, event).get_hookimpls()):
            try:
                impl.function(**{name: arguments[name] for name in impl.argnames})
            except Exception as error:
                self._hooks.unregister(impl.plugin)
                self._warn(
                    f"plugin {impl.plugin_name}: its hook {event} raised {type(error).__name__}: {error}; "
                    "it is not called again in this run"
                )


def describe(point: EntryPoint) -> Plugin:
    """A plugin by its metadata alone, without running any of its code."""
    package, version = (point.dist.name, point.dist.version) if point.dist else ("unknown", "0")
    return Plugin(point.name, package, version, point.value)


def _modules(target: str, plugin: Plugin) -> Iterator[str]:
    """Import a module, or every module of a package, each on its own; yield the names of those that imported."""
    module = importlib.import_module(target)
    yield target
    for info in pkgutil.iter_modules(getattr(module, "__path__", []), f"{target}."):
        yield from (_isolated(plugin, info.name, partial(_names, info.name, plugin)) or [])


def _names(target: str, plugin: Plugin) -> list[str]:
    return list(_modules(target, plugin))


def _import_file(path: Path) -> object:
    if not path.is_file():
        raise PluginError(f"no such file: {path}")
    name = f"neuroplast_local_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _isolated(plugin: Plugin, name: str, action: Callable[[], Any]) -> Any:
    """The result of running a plugin's code; a failure is kept with the plugin and None returned."""
    try:
        return action()
    except (Exception, SystemExit) as error:
        reason = (
            str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
        )
        first = reason.strip().splitlines()[0] if reason.strip() else type(error).__name__
        plugin.failures.append(Failure(name, f"{name}: {first}", traceback.format_exc()))
        return None


def _check_version(module: object) -> None:
    version = getattr(module, "HOOK_VERSION", hookspecs.HOOK_VERSION)
    if version != hookspecs.HOOK_VERSION:
        newer = "neuroplast" if version > hookspecs.HOOK_VERSION else "the plugin"
        raise PluginError(
            f"written for hook specifications {version}, this neuroplast has {hookspecs.HOOK_VERSION}; update {newer}"
        )


def _hook_names(module: object) -> list[str]:
    return [
        n
        for n in dir(module)
        if getattr(getattr(module, n, None), "neuroplast_impl", None) is not None
    ]


def _check_names(module: object) -> None:
    """Refuse functions marked as hooks whose names are no hook."""
    known = [*(kind.hook for kind in KINDS.values()), "scenarios", *_EVENTS]
    for name in _hook_names(module):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
            raise PluginError(f"{name!r} is no hook; did you mean {near[0]!r}?")


def _call(module: object, hook: str) -> list[Any]:
    if hook not in _hook_names(module):
        return []
    provided = getattr(module, hook)()
    if not isinstance(provided, list):
        raise PluginError(
            f"hook {hook!r} returned {type(provided).__name__} {provided!r}; return a list"
        )
    return provided


def _provided(module: object, hook: str, interface: type[Component], plugin: Plugin) -> list[Entry]:
    entries = []
    for part in _call(module, hook):
        if not (isinstance(part, type) and issubclass(part, interface)):
            raise PluginError(
                f"hook {hook!r} provides {part!r}, which is no subclass of {interface.__name__}"
            )
        if not isinstance(getattr(part, "kind", None), str):
            raise PluginError(
                f'{part.__name__} has no kind; give it the name that scenarios will use: kind = "..."'
            )
        missing = ", ".join(sorted(getattr(part, "__abstractmethods__", ())))
        if missing:
            raise PluginError(f"{part.__name__} lacks what every {interface.family} has: {missing}")
        entries.append(Entry(part, plugin))
    return entries


_current: Registry | None = None


def current() -> Registry:
    """The registry of this process, made from all installed plugins when first asked for."""
    if _current is None:
        use(load())
    assert _current is not None
    return _current


def load(files: Iterable[Path] = (), disabled: Iterable[str] = ()) -> Registry:
    """A registry of all installed plugins and some local files, but not of disabled ones."""
    registry = Registry()
    registry.load_entry_points(disabled)
    for path in files:
        registry.load_file(path)
    return registry


def use(registry: Registry | None) -> None:
    """Make this the registry of the process; None makes it anew when next asked for."""
    global _current
    _current = registry
