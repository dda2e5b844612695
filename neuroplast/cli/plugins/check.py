"""`neuroplast plugins check`: hold parts to what is claimed of them, and to the manners of a part."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroplast.cli.loading import Held
from neuroplast.cli.names import advice, alike, every_name, named, names
from neuroplast.cli.output import (
    AsJson,
    columns,
    kind_meant,
    kinds,
    plainly,
    print_json,
    settings,
)
from neuroplast.errors import ConfigurationError

if TYPE_CHECKING:
    from neuroplast.registry import Registry
    from neuroplast.testing.asking import Outcome
    from neuroplast.testing.chosen import Chosen


def check(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME",
            help="Plugins, parts (oja, rule:oja, rule oja), files ending in .py, or all.",
        ),
    ],
    only: Annotated[
        str, typer.Option(metavar="TEXT", help="Only checks with this in their names.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check that parts do what is claimed of them.

    By the conformance kit: each part against its formula, its locality and the manners of a part.
    Several names check several. The word after a kind names one part of it: rule oja hebb is the
    rule oja, and hebb. Exits with 0 if nothing failed, 1 if something did.

    Example: neuroplast plugins check oja
    """
    from neuroplast import registry

    held = Held()
    known = registry.current(held)
    given = _chosen(known, words, held)
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


def _chosen(known: Registry, words: list[str], held: Held) -> Chosen:
    """What was meant. Of plugins that failed to load, those that are checked are told of in the answer."""
    from neuroplast.testing.chosen import Chosen, together

    found = Chosen(())
    try:
        found = together(_meant(known, words), known)
    finally:
        held.release(found.plugins)
    return found


def _meant(known: Registry, words: list[str]) -> list[str]:
    """The full names of what was meant: `all`, a file, `kind:name` or a plugin."""
    found, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        kind = _kind(known, word) if rest else None
        found.append(_of_kind(known, kind, rest.pop(0)) if kind else _one(known, word))
    return found


def _kind(known: Registry, word: str) -> str | None:
    """The kind that a word names, in full or by a beginning that no plugin and no part has; None if it names none."""
    every, plain = kinds(), plainly(word)
    if plain in every:
        return every[plain]
    others = {plainly(plugin.name) for plugin in known.plugins} | every_name(known)
    begun = {kind for name, kind in every.items() if plain and name.startswith(plain)}
    return begun.pop() if len(begun) == 1 and not any(n.startswith(plain) for n in others) else None


def _one(known: Registry, text: str) -> str:
    """What was meant by a word that stands by itself."""
    from neuroplast.testing.chosen import ALL

    if text == ALL or text.endswith(".py"):
        return text
    kind, colon, name = text.partition(":")
    return _of_kind(known, kind_meant(kind), name) if colon else _anywhere(known, text)


def _of_kind(known: Registry, kind: str, name: str) -> str:
    """`kind:name` of the part that was meant."""
    from neuroplast.kinds import SCENARIO

    if kind == SCENARIO:
        raise _scenario(name)
    return f"{kind}:{named(known, kind, name)}"


def _scenario(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name} is a scenario, which is checked by: neuroplast validate {name}"
    )


def _anywhere(known: Registry, text: str) -> str:
    """The plugin, or the part of whatever kind, with this name, or with the only name that begins with it."""
    from neuroplast.kinds import KINDS, SCENARIO

    plain = plainly(text)
    plugins = {plainly(p.name): p.name for p in known.plugins}
    if plain in plugins:
        return plugins[plain]
    exact, longer = alike(known, text)
    parts, begun = (
        [f"{kind}:{name}" for kind, name in sorted(found) if kind in KINDS]
        for found in (exact, longer)
    )
    found = parts or [p for n, p in plugins.items() if plain and n.startswith(plain)] + begun
    if len(found) == 1:
        return found[0]
    if found:
        ways = ", ".join(f"plugins check {name}" for name in found)
        raise ConfigurationError(f"{text!r} is ambiguous; write one of: {ways}")
    if longer:  # nothing but scenarios
        raise _scenario(sorted(exact or longer)[0][1])
    if kind := _kind(known, text):
        raise ConfigurationError(
            f"{text!r} is a kind; name a part of it too: plugins check {kind} NAME"
        )
    candidates = {*plugins, *every_name(known), *kinds()} - set(names(known, SCENARIO))
    raise ConfigurationError(f"no plugin or part {text!r}; {advice(text, candidates)}")


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
    rows = table.rows(found, owner)
    excepted = [f"{table.title(o)}: {o.message}" for o in found if o.result == "excepted"]
    seconds = sum(o.seconds for o in found)
    blocks = [
        columns(rows, head=table.HEAD) if rows else "",
        *(
            f"FAILED {table.in_full(outcome, owner[table.part_name(outcome)], more)}"
            for outcome, more in table.failures(found)
        ),
        _listed("known exceptions:", excepted),
        _listed("skipped:", table.reasons(found)),
        "\n".join(given.broken),
        f"{table.totals(found, len(given.entries))} in {seconds:.1f} s",
    ]
    print("\n\n".join(filter(None, blocks)))


def _listed(head: str, lines: list[str]) -> str:
    """Some lines under a heading, where there are any."""
    return "\n".join([head, *(f"  {line}" for line in lines)]) if lines else ""


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
