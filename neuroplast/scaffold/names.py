"""What a new plugin may be called."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
import unicodedata
from dataclasses import dataclass
from importlib import metadata

from neuroplast.errors import ConfigurationError
from neuroplast.kinds import KINDS, SCENARIO
from neuroplast.registry import Registry

_PATTERN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_RESERVED = ("all", "package", "tests")
"""Words with a meaning of their own: `plugins check all`, and the folder of a package's tests."""
_LONGEST = 50
"""Letters of a name: names of files are made of it, and messages tell it."""


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
        raise ConfigurationError(f"{family!r} is no kind of part; give one of {', '.join(KINDS)}")
    part = text.replace("-", "_")
    if len(part) > _LONGEST:
        raise ConfigurationError(
            f"{text[:20]!r}... has {len(text)} letters; give a name of at most {_LONGEST}"
        )
    if not _PATTERN.fullmatch(part):
        raise ConfigurationError(
            f"{text!r} is no name for a plugin: a letter, then small letters, digits and - or _; "
            f"write {_like(text, family, known)}"
        )
    called = Names(family, part)
    if taken := _taken(called, known):
        raise ConfigurationError(
            f"{text!r} is taken: {taken}; choose another name, such as my-{called.package}"
        )
    return called


def _like(text: str, family: str, known: Registry) -> str:
    """The name that is most like a text and free; one after its kind where none is left of it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", plain)
    found = Names(family, "_".join(words).lower().lstrip("0123456789_"))
    return f"my-{family}" if not found.part or _taken(found, known) else found.package


def _taken(called: Names, known: Registry) -> str:
    """By whom a name is taken; empty where it is free."""
    part, family = called.part, called.family
    if keyword.issoftkeyword(part) or part in _RESERVED:
        return f"{part} is a word with a meaning of its own"
    if python := next(filter(keyword.iskeyword, (part, called.cls)), ""):
        return f"{python} is a word with a meaning of its own"
    parts = {name: e for e in known.entries(family) for name in (e.part.kind, *e.part.aliases)}
    if part in parts:
        return f"package {parts[part].plugin.package} has a {family} {part}"
    if f"{part}_example" in known.kinds()[SCENARIO]:
        return f"there is a scenario {part}_example"
    if any(plugin.name.replace("-", "_") == part for plugin in known.plugins):
        return f"there is a plugin {part}"
    if part in sys.stdlib_module_names or _is_installed(part):
        return f"Python has a module {part}"
    if _has_package(called.package):
        return f"a package {called.package} is installed"
    return ""


def _has_package(name: str) -> bool:
    """Whether a package of this name is installed, which another one would replace."""
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _is_installed(module: str) -> bool:
    """Whether it could be imported; a mere folder in the path does not count."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None
