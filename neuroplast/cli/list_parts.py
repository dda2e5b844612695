"""`neuroplast list`: what there is to choose from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from neuroplast.cli.names import alike
from neuroplast.cli.output import AsJson, columns, kind_meant, print_json, say


def list_parts(
    kind: Annotated[str, typer.Argument(metavar="[KIND]", help="rule, competition, ...")] = "",
    as_json: AsJson = False,
) -> None:
    """List the kinds of parts, or all parts of a kind.

    Example: neuroplast list rules
    """
    from neuroplast import registry

    known = registry.current()
    if kind:
        _print_parts(known, _kind(known, kind), as_json)
        return
    kinds = known.kinds()
    if as_json:
        print_json(kinds)
        return
    filled = {name: parts for name, parts in kinds.items() if parts}
    if rows := [(name, len(parts), ", ".join(parts)) for name, parts in sorted(filled.items())]:
        print(columns(rows))
    empty = sorted(kinds.keys() - filled.keys())
    say(*([f"none yet: {', '.join(empty)}"] if empty else []))


def _kind(known: Any, text: str) -> str:
    """The kind that was meant; what is the name of a part is told from a kind."""
    from neuroplast.errors import ConfigurationError

    try:
        return kind_meant(text)
    except ConfigurationError as error:
        exact, _ = alike(known, text)
        ways = ", ".join(f"show {kind} {name}" for kind, name in sorted(exact))
        told = f"{text!r} is a name, and no kind; write: {ways}" if ways else str(error)
        raise ConfigurationError(told) from None


def _print_parts(known: Any, kind: str, as_json: bool) -> None:
    from neuroplast.kinds import SCENARIO

    if kind == SCENARIO:
        names = known.kinds()[kind]
        rows = [(n, (), _about(known.scenario(n)), known.provider(kind, n)) for n in names]
    else:
        parts = [(e.part, e.plugin) for e in known.entries(kind)]
        rows = [(p.kind, p.aliases, _first_line(p.__doc__), plugin) for p, plugin in parts]
    if as_json:
        print_json(
            [
                {"name": n, "aliases": list(a), "about": about, "package": plugin.package}
                for n, a, about, plugin in rows
            ]
        )
        return
    also = [f"{name} ({', '.join(aliases)})" if aliases else name for name, aliases, *_ in rows]
    told = [
        (name, about, plugin.package) for name, (*_, about, plugin) in zip(also, rows, strict=True)
    ]
    if told:
        print(columns(told))


def _about(path: Any) -> str:
    """What a scenario file says of itself."""
    import tomllib

    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8")).get("about", ""))
    except (OSError, ValueError) as error:
        return f"cannot be read: {error}"


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
