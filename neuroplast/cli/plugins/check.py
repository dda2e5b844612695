"""`neuroplast plugins check`: hold parts to what is claimed of them, and to the manners of a part."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroplast.cli.names import alike, every_name, named
from neuroplast.cli.output import AsJson, columns, kind_meant, print_json, settings
from neuroplast.errors import ConfigurationError

if TYPE_CHECKING:
    from neuroplast.registry import Registry
    from neuroplast.testing.asking import Outcome
    from neuroplast.testing.chosen import Chosen


def check(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME", help="A plugin, a part (oja, rule:oja), a file ending in .py, or all."
        ),
    ],
    only: Annotated[
        str, typer.Option(metavar="TEXT", help="Only checks with this in their names.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check that parts do what is claimed of them.

    By the conformance kit: each part against its formula, its locality and the manners of a part.
    Exits with 0 if nothing failed, 1 if something did.

    Example: neuroplast plugins check oja
    """
    from neuroplast import registry
    from neuroplast.testing.chosen import chosen

    known = registry.current()
    given = chosen(_meant(known, words), known)
    found = _outcomes(given, known, only)
    if only and given.entries and not found:
        raise ConfigurationError(
            f"--only {only!r}: no check has this in its name; leave --only out to see all names with --json"
        )
    failed = bool(given.broken) or any(o.result == "failed" for o in found)
    if as_json:
        print_json(_data(given, found, failed))
    else:
        _print(given, found)
    raise typer.Exit(int(failed))


# -- what is meant -----------------------------------------------------------------------------------------------------


def _meant(known: Registry, words: list[str]) -> str:
    """The full name of what was meant: `all`, a file, `kind:name` or a plugin."""
    from neuroplast.kinds import SCENARIO
    from neuroplast.testing.chosen import ALL

    text = ":".join(words)
    if text == ALL or text.endswith(".py"):
        return text
    kind, colon, name = text.partition(":")
    if not colon:
        return _anywhere(known, text)
    kind = kind_meant(kind)
    if kind == SCENARIO:
        raise ConfigurationError(f"{text}: scenarios are checked by: neuroplast validate {name}")
    return f"{kind}:{named(known, kind, name)}"


def _anywhere(known: Registry, text: str) -> str:
    """The plugin, or the part of whatever kind, with this name, or with the only name that begins with it."""
    from neuroplast.kinds import KINDS
    from neuroplast.tables import nearest

    plain = text.replace("-", "_").lower()
    plugins = {p.name.replace("-", "_").lower(): p.name for p in known.plugins}
    if plain in plugins:
        return plugins[plain]
    exact, longer = (
        [f"{kind}:{name}" for kind, name in sorted(found) if kind in KINDS]
        for found in alike(known, text)
    )
    found = exact or [p for n, p in plugins.items() if n.startswith(plain)] + longer
    if len(found) == 1:
        return found[0]
    if found:
        ways = ", ".join(f"plugins check {name}" for name in found)
        raise ConfigurationError(f"{text!r} is ambiguous; write one of: {ways}")
    advice = nearest(plain, {*plugins, *every_name(known)})
    raise ConfigurationError(f"no plugin or part {text!r}; {advice}")


# -- asking ------------------------------------------------------------------------------------------------------------


def _outcomes(given: Chosen, known: Registry, only: str) -> list[Outcome]:
    """What came of every check; what parts print goes to stderr, out of the way of the answer."""
    from neuroplast.testing.kit import outcomes

    found = []
    with _bar(len(given.entries)) as step, redirect_stdout(sys.stderr):
        for entry in given.entries:
            step(f"{entry.part.family}:{entry.part.kind}")
            found += list(outcomes(entry.part, known, only))
    return found


@contextmanager
def _bar(total: int) -> Iterator[Any]:
    """A bar on stderr, where somebody looks; call what it gives with the name of each part that begins."""
    from rich.console import Console
    from rich.progress import Progress

    shown = not settings.quiet and sys.stdout.isatty() and sys.stderr.isatty()
    with Progress(console=Console(stderr=True), transient=True, disable=not shown) as progress:
        task = progress.add_task("", total=total, completed=-1)
        yield lambda name: progress.update(task, description=name, advance=1)


# -- telling -----------------------------------------------------------------------------------------------------------


def _print(given: Chosen, found: list[Outcome]) -> None:
    from neuroplast.testing import table

    owner = {f"{e.part.family}:{e.part.kind}": e.plugin.name for e in given.entries}
    if rows := table.rows(found, owner):
        print(columns(rows, head=table.HEAD))
    for outcome, more in table.failures(found):
        print(f"\nFAILED {table.in_full(outcome, owner[table.part_name(outcome)], more)}")
    _print_lines(
        "known exceptions:",
        [f"{table.title(o)}: {o.message}" for o in found if o.result == "excepted"],
    )
    _print_lines("skipped:", table.reasons(found))
    _print_lines("", given.broken)
    seconds = sum(o.seconds for o in found)
    print(f"\n{table.totals(found, len(given.entries))} in {seconds:.1f} s")


def _print_lines(head: str, lines: list[str]) -> None:
    """Some lines under a heading, where there are any."""
    if lines:
        print(f"\n{head}".rstrip(" "))
        print(*(f"  {line}" if head else line for line in lines), sep="\n")


def _data(given: Chosen, found: list[Outcome], failed: bool) -> dict[str, Any]:
    """The same for programs, with every outcome."""
    from neuroplast.testing.kit import Report
    from neuroplast.testing.table import part_name

    owner = {f"{e.part.family}:{e.part.kind}": e.plugin.name for e in given.entries}
    return {
        "passed": not failed,
        "counts": Report(found).counts(),
        "not_loaded": given.broken,
        "outcomes": [{**asdict(o), "plugin": owner[part_name(o)]} for o in found],
    }
