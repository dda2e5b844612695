"""Which part is meant by the words of a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroplast.cli.output import meant, plainly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from neuroplast.registry import Registry


def names(known: Registry, kind: str) -> dict[str, str]:
    """What each part of a kind is called, by its names in small letters and with _ for -."""
    from neuroplast.kinds import KINDS

    if kind not in KINDS:
        return {plainly(name): name for name in known.kinds()[kind]}
    parts = [entry.part for entry in known.entries(kind)]
    return {plainly(name): part.kind for part in parts for name in (part.kind, *part.aliases)}


def named(known: Registry, kind: str, text: str) -> str:
    """The part of a kind that was meant; the text as it is where none is, for the registry to tell why."""
    here, plain = names(known, kind), plainly(text)
    return meant(text, here, kind) if plain and any(n.startswith(plain) for n in here) else text


def alike(known: Registry, text: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(kind, name) of what has exactly this name, and of what has a name that begins with it; of whatever kind."""
    plain = plainly(text)
    every = [(kind, n, part) for kind in known.kinds() for n, part in names(known, kind).items()]
    exact = {(kind, part) for kind, n, part in every if n == plain}
    return exact, {(kind, part) for kind, n, part in every if plain and n.startswith(plain)}


def advice(text: str, candidates: Iterable[str]) -> str:
    """A remedy for a name that is not known: the one most like it, or where to see all."""
    from neuroplast.tables import nearest

    near = nearest(plainly(text), candidates)
    return "see what there is: neuroplast list" if near.startswith("known: ") else near


def every_name(known: Registry) -> set[str]:
    """The names of all parts and scenarios."""
    return {n for kind in known.kinds() for n in names(known, kind)}
