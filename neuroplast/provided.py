"""What a plugin's module provides, by the hooks that it marks; refused where it is not what the hooks ask for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from neuroplast import hookspecs
from neuroplast.component import Component
from neuroplast.discovery import Plugin
from neuroplast.errors import PluginError
from neuroplast.kinds import KINDS

Key = tuple[str, str]
"""A family, and the kind of a part of it."""
Claimed = tuple[type[Any], Plugin]
"""Claims, and who makes them."""
_EVENTS = (
    *("run_started", "interval", "layer_finished", "checkpoint"),
    *("run_finished", "run_failed"),
)


@dataclass(frozen=True)
class Entry:
    """One part, with the plugin that provides it."""

    part: type[Component]
    plugin: Plugin

    @property
    def label(self) -> str:
        """For the record: `kind:name==version`."""
        return f"{self.part.family}:{self.part.kind}=={self.plugin.version}"


def check_version(module: object) -> None:
    """Refuse what was written for other hooks than these."""
    version = getattr(module, "HOOK_VERSION", hookspecs.HOOK_VERSION)
    if version != hookspecs.HOOK_VERSION:
        newer = "neuroplast" if version > hookspecs.HOOK_VERSION else "the plugin"
        raise PluginError(
            f"written for hook specifications {version}, this neuroplast has {hookspecs.HOOK_VERSION}; update {newer}"
        )


def hook_names(module: object) -> list[str]:
    """The names of the functions that it marks as hooks."""
    return [
        n
        for n in dir(module)
        if getattr(getattr(module, n, None), "neuroplast_impl", None) is not None
    ]


def check_names(module: object) -> None:
    """Refuse functions marked as hooks whose names are no hook."""
    known = [*(kind.hook for kind in KINDS.values()), "scenarios", "claims", *_EVENTS]
    for name in hook_names(module):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
            raise PluginError(f"{name!r} is no hook; did you mean {near[0]!r}?")


def provided_by(module: object, hook: str) -> list[Any]:
    """What one hook of a module returns; nothing where it has none."""
    if hook not in hook_names(module):
        return []
    provided = getattr(module, hook)()
    if not isinstance(provided, list):
        raise PluginError(
            f"hook {hook!r} returned {type(provided).__name__} {provided!r}; return a list"
        )
    return provided


def claims_of(
    provided: Iterable[Any], known: Mapping[Key, Claimed], plugin: Plugin
) -> dict[Key, Claimed]:
    """Claims by what they are about; PluginError where that cannot be told, or is claimed twice."""
    found: dict[Key, Claimed] = {}
    for claims in provided:
        key = _claimed(claims)
        if key in found or key in known:
            other, owner = found.get(key) or known[key]
            raise PluginError(
                f"{key[0]} {key[1]!r} is claimed of twice: by {other.__name__} of package {owner.package} "
                f"and by {claims.__name__} of package {plugin.package}; leave one of them out"
            )
        found[key] = claims, plugin
    return found


def _claimed(claims: Any) -> Key:
    """The family and the kind that claims are about."""
    family, kind = getattr(claims, "family", None), getattr(claims, "of", None)
    if not isinstance(claims, type) or family not in KINDS:
        raise PluginError(
            f"hook 'claims' provides {claims!r}; "
            "give it a subclass of neuroplast.testing.RuleClaims or its like"
        )
    if not isinstance(kind, str):
        raise PluginError(
            f'{claims.__name__} does not say what it is of; name the {family} that it claims: of = "..."'
        )
    return str(family), kind


def parts_of(module: object, hook: str, interface: type[Component], plugin: Plugin) -> list[Entry]:
    """The parts that one hook of a module provides; PluginError for what is none of that interface."""
    entries = []
    for part in provided_by(module, hook):
        if not (isinstance(part, type) and issubclass(part, interface)):
            raise PluginError(
                f"hook {hook!r} provides {part!r}, which is no subclass of {interface.__name__}"
            )
        if isinstance(part.aliases, str):
            raise PluginError(f"{part.__name__}.aliases is a string; make it a tuple of names")
        if not isinstance(getattr(part, "kind", None), str):
            raise PluginError(
                f'{part.__name__} has no kind; give it the name that scenarios will use: kind = "..."'
            )
        missing = ", ".join(sorted(getattr(part, "__abstractmethods__", ())))
        if missing:
            raise PluginError(f"{part.__name__} lacks what every {interface.family} has: {missing}")
        entries.append(Entry(part, plugin))
    return entries
