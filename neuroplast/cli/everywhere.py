"""The options that every verb has, before or after it.

They are taken out before typer sees the rest, which knows neither options of all verbs after a verb, nor an option
with or without a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from neuroplast.errors import ConfigurationError

HELP = """\
Options of every verb, before or after it:

\b
  --plugin FILE        Try one local file as a plugin; repeatable.
  --no-plugins[=NAME]  Load no plugin at all, built-in ones included, or all
                       but the one of this name; repeatable.
  --log FILE           Write what happens to this file.
  --quiet              Print only results and errors.
  --debug              Show the traceback of an error.
"""


@dataclass
class Everywhere:
    """What was given of these options, but for --debug."""

    plugins: list[Path] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)
    log: Path | None = None
    quiet: bool = False


def taken(arguments: Sequence[str]) -> tuple[Everywhere, list[str]]:
    """These options, and the other arguments; ConfigurationError where one has no value."""
    given = Everywhere()
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif word == "--quiet":
            given.quiet = True
        elif name == "--no-plugins":
            given.disabled.append(value if equals else "*")
        elif name in ("--plugin", "--log"):
            if not (file := value or next(words, "")):
                raise ConfigurationError(f"{name}: found no value; write it as {name} FILE")
            if name == "--plugin":
                given.plugins.append(Path(file))
            else:
                given.log = Path(file)
        elif word != "--debug":  # `main` looks for it first
            rest.append(word)
    return given, rest
