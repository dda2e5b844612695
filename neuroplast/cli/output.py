"""What verbs share: how they print, and how they take names from the user."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from neuroplast.errors import ConfigurationError


@dataclass
class Settings:
    """Options of all verbs, set once before the verb runs."""

    quiet: bool = False
    debug: bool = False


settings = Settings()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Set an entry, such as layer1.competition.kind=soft_wta; repeatable.",
    ),
]
RunPath = Annotated[str, typer.Argument(metavar="RUN", help="A run folder, or a run.h5.")]


def say(*lines: str) -> None:
    """Print what --quiet leaves out."""
    if not settings.quiet:
        print(*lines, sep="\n")


def print_json(data: Any) -> None:
    """Print data for programs; a number that is not finite is null."""
    from neuroplast.results import plain

    print(json.dumps(plain(data), indent=2, ensure_ascii=False, default=str, allow_nan=False))


def columns(rows: Iterable[Sequence[object]], head: Sequence[str] = ()) -> str:
    """Rows of words in columns, two spaces apart."""
    table = [[str(cell) for cell in row] for row in ([head] if head else []) + list(rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in table)
    return "\n".join(line.rstrip() for line in lines)


def plainly(name: str) -> str:
    """A name as it is compared: in small letters, with _ for -."""
    return name.replace("-", "_").lower()


def meant(text: str, known: Mapping[str, str], what: str) -> str:
    """The value whose name was meant: the name itself, with - for _, or a unique beginning of it.

    Raises ConfigurationError, which lists the candidates where there are several.
    """
    plain = plainly(text)
    longer = {known[n] for n in known if plain and n.startswith(plain)}
    found = {known[plain]} if plain in known else longer
    if len(found) == 1:
        return found.pop()
    if found:
        raise ConfigurationError(
            f"{what} {text!r} is ambiguous; it may be {', '.join(sorted(found))}"
        )
    raise ConfigurationError(
        f"unknown {what} {text!r}; known: {', '.join(sorted(set(known.values()))) or 'none'}"
    )


def kinds(scenarios: bool = True) -> dict[str, str]:
    """The kinds of parts, in the singular, by the singular and the plural; with that of scenarios, or without."""
    from neuroplast.kinds import KINDS, SCENARIO

    known = {name: kind.name for kind in KINDS.values() for name in (kind.name, kind.hook)}
    return known | ({SCENARIO: SCENARIO, f"{SCENARIO}s": SCENARIO} if scenarios else {})


def kind_meant(text: str, scenarios: bool = True) -> str:
    """The kind that was meant, in the singular or the plural, or by a unique beginning."""
    return meant(text, kinds(scenarios), "kind")
