"""The second set: bugs that somebody wrote who had not seen the kit, as replacements in the source of plugins."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from mutation.mutants import Mutant, difference

SET = Path(__file__).with_name("second_set.json")
"""A list of tables: file, from the root of the repository; old, which stands there once; new; bug, in words."""


def second_set(root: Path) -> list[Mutant]:
    """The plugins in the folder `root` with these bugs. ValueError where `old` does not stand there just once."""
    return [_written(root, bug) for bug in json.loads(SET.read_text(encoding="utf-8"))]


def _written(root: Path, bug: dict[str, str]) -> Mutant:
    path = root.joinpath(*Path(bug["file"]).parts[1:])
    plain = path.read_text(encoding="utf-8")
    if plain.count(bug["old"]) != 1:
        raise ValueError(
            f"{bug['file']}: {bug['old']!r} stands there {plain.count(bug['old'])} times, not once"
        )
    faulty = plain.replace(bug["old"], bug["new"])
    before, after = difference(*(ast.unparse(ast.parse(s)) for s in (plain, faulty)))
    line = plain[: plain.index(bug["old"])].count("\n") + 1
    return Mutant(path, "second set", "", line, before, after, faulty)
