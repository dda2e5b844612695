"""What a new plugin may be called."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from dataclasses import dataclass

from neuroplast.errors import ConfigurationError
from neuroplast.kinds import KINDS, SCENARIO
from neuroplast.registry import Registry

_PATTERN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_RESERVED = ("all", "package")
"""Words with a meaning of their own: `plugins check all`."""


@dataclass(frozen=True)
class Names:
    """A plugin's name in every spelling: the part and its module `my_rule`, package `my-rule`, class `MyRule`."""

    family: str
    part: str

    @property
    def package(self) -> str:
        """As package indices write it."""
        return self.part.replace("_", "-")

    @property
    def cls(self) -> str:
        """The name of the class."""
        return "".join(word.capitalize() for word in self.part.split("_"))

    @property
    def scenario(self) -> str:
        """The name of the scenario that uses it."""
        return f"{self.part}_example"


def names(text: str, family: str, known: Registry) -> Names:
    """The spellings of a name; ConfigurationError where it cannot be one, or is taken."""
    if family not in KINDS:
        raise ConfigurationError(
            f"--kind {family}: is no kind of part; a {family} is a file, which needs no package"
        )
    part = text.replace("-", "_")
    if not _PATTERN.fullmatch(part):
        words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", text)
        better = "-".join(words).lower().lstrip("0123456789-") or f"my-{family}"
        raise ConfigurationError(
            f"{text!r} is no name for a plugin: a letter, then small letters, digits and - or _; "
            f"write {better}"
        )
    if taken := _taken(part, family, known):
        raise ConfigurationError(f"{text!r} is taken: {taken}; choose another name")
    return Names(family, part)


def _taken(part: str, family: str, known: Registry) -> str:
    """By whom a name is taken; empty where it is free."""
    if keyword.iskeyword(part) or keyword.issoftkeyword(part) or part in _RESERVED:
        return f"{part} is a word with a meaning of its own"
    parts = {name: e for e in known.entries(family) for name in (e.part.kind, *e.part.aliases)}
    if part in parts:
        return f"package {parts[part].plugin.package} has a {family} {part}"
    if f"{part}_example" in known.kinds()[SCENARIO]:
        return f"there is a scenario {part}_example"
    if any(plugin.name.replace("-", "_") == part for plugin in known.plugins):
        return f"there is a plugin {part}"
    if part in sys.stdlib_module_names or _is_installed(part):
        return f"Python has a module {part}"
    return ""


def _is_installed(module: str) -> bool:
    """Whether it could be imported; a mere folder in the path does not count."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None
