"""Every faulty copy of a plugin that the operators make, each once."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation.operators import OPERATORS
from mutation.source import functions

FOLDERS = ("rules", "competitions", "constraints", "dynamics", "scalings", "rates")
"""Where plugins are mutated, beside each other in the folder of the built-in plugins."""


@dataclass(frozen=True)
class Mutant:
    """A plugin with one fault.

    path: of the plugin. operator: what went wrong, one of OPERATORS. where: the function. line: in the file.
    before, after: the lines of the function that differ, as Python itself would write them.
    source: of the whole faulty plugin.
    """

    path: Path
    operator: str
    where: str
    line: int
    before: str
    after: str
    source: str

    @property
    def file(self) -> str:
        """Folder and name, as in rules/oja.py."""
        return f"{self.path.parent.name}/{self.path.name}"

    def __str__(self) -> str:
        """Where it is, and the difference."""
        lines = [f"{self.file}:{self.line} {self.where}: {self.operator}"]
        lines += [f"    - {line}" for line in self.before.splitlines()]
        lines += [f"    + {line}" for line in self.after.splitlines()]
        return "\n".join(lines)


def plugins(root: Path) -> list[Path]:
    """The files to mutate."""
    return [p for f in FOLDERS for p in sorted((root / f).glob("*.py")) if p.stem != "__init__"]


def mutants(path: Path) -> list[Mutant]:
    """Every mutant of one file; one whose source is that of another, or of the plugin itself, is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for operator, where, line, source in _copies(tree):
        if source != plain and source not in found:
            before, after = difference(plain, source)
            found[source] = Mutant(path, operator, where, line, before, after, source)
    return list(found.values())


def _copies(tree: ast.Module) -> Iterator[tuple[str, str, int, str]]:
    for operator, edits in OPERATORS.items():
        for function in functions(tree):
            for edit in edits(function):
                source = ast.unparse(ast.fix_missing_locations(edit.of(tree)))
                yield operator, function.name, edit.old.lineno, source  # type: ignore[attr-defined]


def difference(plain: str, source: str) -> tuple[str, str]:
    """The lines that are gone, and those that are new."""
    lines = list(difflib.unified_diff(plain.splitlines(), source.splitlines(), n=0))[3:]
    gone, new = ([line[1:].strip() for line in lines if line[0] == sign] for sign in "-+")
    return "\n".join(gone), "\n".join(new)


def unchanged(path: Path) -> Mutant:
    """The plugin itself, in a mutant's clothes."""
    source = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
    return Mutant(path, "none", "", 0, "", "", source)
