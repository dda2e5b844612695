"""Writes a package with one part that works."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from neuroplast import registry
from neuroplast.errors import ConfigurationError
from neuroplast.scaffold.names import Names, names

_PLACES = {
    "README.md": "{file}",
    "LICENSE": "{file}",
    "CITATION.cff": "{file}",
    "pyproject.toml": "{file}",
    "init.py": "src/{part}/__init__.py",
    "part.py": "src/{part}/{family}.py",
    "claims.py": "src/{part}/{file}",
    "scenarios.py": "src/{part}/{file}",
    "scenario.toml": "src/{part}/{scenario}.toml",
    "test_conformance.py": "tests/{file}",
    "test_scenario.py": "tests/{file}",
}
"""Where each file goes, by the name of its template without `.txt`."""


def write(name: str, family: str, folder: Path | None = None) -> list[Path]:
    """Write a package for a new part, and return its files, README first.

    folder: where to, `./<name>` by default; it may be there, but empty.
    Raises ConfigurationError where the name or the folder cannot be taken; nothing is written then.
    """
    called = names(name, family, registry.current())
    root = folder or Path(called.package)
    content = {root / place: text for place, text in rendered(called).items()}
    _check_free(root)
    try:
        for path, text in content.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unfit(root, f"cannot be written ({error.strerror})") from None
    return list(content)


def rendered(called: Names) -> dict[str, str]:
    """The text of each file by its place in the package."""
    words = {
        "part": called.part,
        "package": called.package,
        "cls": called.cls,
        "scenario": called.scenario,
        "family": called.family,
        "year": str(date.today().year),
    }
    templates = _templates(called.family)
    found = {}
    for file, place in _PLACES.items():
        text = Template(templates[file].read_text(encoding="utf-8")).substitute(words)
        if file.endswith(".py"):
            _check_class(text, called)
        found[place.format(file=file, **words)] = text
    return found


def _templates(family: str) -> dict[str, Traversable]:
    """The templates by name: those of every package, and those of this kind of part instead."""
    folder = files(__package__) / "templates"
    return {
        file.name.removesuffix(".txt"): file
        for place in (folder / "package", folder / family)
        for file in place.iterdir()
        if file.name.endswith(".txt")
    }


def _check_class(text: str, called: Names) -> None:
    """Refuse a class that would hide what its own file imports."""
    if called.cls in _imported(ast.parse(text)):
        raise ConfigurationError(
            f"{called.part!r} is taken: its class {called.cls} would hide a name that is needed; "
            f"choose another name, such as my-{called.package}"
        )


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _check_free(root: Path) -> None:
    """Refuse a folder with something in it, and what is no folder."""
    try:
        is_folder, there = root.is_dir(), root.exists() or root.is_symlink()
        empty = is_folder and not any(root.iterdir())
    except OSError as error:
        raise _unfit(root, f"cannot be looked into ({error.strerror})") from None
    if there and not empty:
        raise _unfit(root, "is there, and not empty" if is_folder else "is there, and no folder")


def _unfit(root: Path, found: str) -> ConfigurationError:
    return ConfigurationError(f"{root}: {found}; give a new or empty folder with --out")
