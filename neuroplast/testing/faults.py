"""What is wrong with claims themselves, so that no part can be held to them, nor blamed for them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from neuroplast.component import Component
from neuroplast.problems import problems
from neuroplast.tables import nearest
from neuroplast.testing import claims as bases
from neuroplast.testing.claims import Claims, ConstraintClaims, Example, SynapseClaims
from neuroplast.testing.examples import faults_of
from neuroplast.testing.forms import form
from neuroplast.testing.memories import METHODS, owners


def faults(part: type[Component], claims: Any, checks: Iterable[str]) -> list[str]:
    """All that is wrong with the claims of a part, each with a remedy.

    checks: the names of all that are asked of the part, which exceptions may name.
    """
    base = _base(part.family)
    plain = _known(base) == _known(Claims)  # this family's claims add nothing to all others'
    if not isinstance(claims, Claims if plain else base):
        found = type(claims).__name__
        return [f"{found} is no {base.__name__}; make it a subclass of testing.{base.__name__}"]
    return [
        *_unknown(claims, base),
        *_missing(claims, base),
        *_uncallable(claims, base),
        *_forgotten(part, claims, base),
        *_wrong_cases(part, claims),
        *_wrong_exceptions(claims, checks),
        *_wrong_options(claims),
        *_wrong_examples(part, claims),
    ]


def _base(family: str) -> type[Claims]:
    """The interface of claims of a family."""
    found = (c for c in vars(bases).values() if inspect.isclass(c) and issubclass(c, Claims))
    return next(c for c in found if vars(c).get("family") == family)


# -- names and methods -------------------------------------------------------------------------------------------------


def _own(claims: Any) -> dict[str, Any]:
    """What the author wrote, by its public name."""
    written = [c for c in type(claims).__mro__ if c.__module__ not in (bases.__name__, "builtins")]
    return {
        name: value
        for c in reversed(written)
        for name, value in vars(c).items()
        if not name.startswith("_")
    }


def _is_statement(member: Any) -> bool:
    return bool(getattr(member, "__neuroplast_holds__", False))


def _known(base: type[Claims]) -> set[str]:
    annotated = {name for c in base.__mro__ for name in vars(c).get("__annotations__", {})}
    return {name for name in {*dir(base), *annotated} if not name.startswith("_")}


def _unknown(claims: Any, base: type[Claims]) -> Iterator[str]:
    """Names that nothing reads: misspelt ones, whose statement would be silently dropped."""
    known = _known(base)
    for name, member in _own(claims).items():
        if name not in known and not _is_statement(member):
            yield (
                f"{name!r} is nothing that claims of a {base.family} state; {nearest(name, known)} "
                "(a statement is marked with @holds; a name of your own begins with an underscore)"
            )


def _missing(claims: Any, base: type[Claims]) -> Iterator[str]:
    for name in form(base.family).formulas:
        if getattr(type(claims), name) is getattr(base, name):
            yield f"states no {name!r}; write {name}{_signature(base, name)}"


def _uncallable(claims: Any, base: type[Claims]) -> Iterator[str]:
    """Methods that cannot be called with what the kit has for them."""
    given: tuple[str, ...]
    for name, member in _own(claims).items():
        if _is_statement(member):
            given, called = ("part",), f"{name}(self, part)"
        elif inspect.isfunction(getattr(base, name, None)):
            parameters = inspect.signature(getattr(base, name)).parameters
            given, called = tuple(parameters)[1:], f"{name}{_signature(base, name)}"
        else:
            continue
        try:
            inspect.signature(getattr(claims, name)).bind(*given)
        except TypeError as error:
            yield f"{name!r} cannot be called ({error}); write {called}"


def _signature(base: type[Claims], name: str) -> str:
    """A method's arguments, without their types."""
    return f"({', '.join(inspect.signature(getattr(base, name)).parameters)})"


def _forgotten(part: type[Component], claims: Any, base: type[Claims]) -> Iterator[str]:
    """Methods and reasons for memory that the part does not declare."""
    declared = ", ".join(part.memories()) or "none"
    needed = {METHODS.get(owner, "") for owner in owners(part).values()}
    for name in dict.fromkeys(METHODS.values()):
        stated = hasattr(base, name) and getattr(type(claims), name) is not getattr(base, name)
        if stated and name not in needed:
            yield f"states {name!r}, and {part.kind} declares no such memory (declared: {declared})"
    if not isinstance(claims.unclaimed, Mapping):
        yield f"unclaimed is {claims.unclaimed!r}; make it a table of reasons by memory"
        return
    for name in sorted(claims.unclaimed.keys() - part.memories().keys(), key=str):
        yield f"unclaimed names {name!r}, which is no memory of {part.kind} (declared: {declared})"


# -- cases, exceptions and options -------------------------------------------------------------------------------------


def _tables(claims: Any) -> bool:
    """Whether cases are tables, and some."""
    cases = claims.cases
    return (
        isinstance(cases, list | tuple)
        and bool(cases)
        and all(isinstance(c, Mapping) for c in cases)
    )


def _wrong_cases(part: type[Component], claims: Any) -> Iterator[str]:
    if not _tables(claims):
        yield (
            f"cases is {claims.cases!r}; "
            "make it a tuple of tables of parameters, such as ({}, {'k': 3})"
        )
        return
    for number, case in enumerate(claims.cases, start=1):
        for fault in _unfit(part, case):
            yield f"case {number}, {dict(case)}: {fault}"


def _unfit(part: type[Component], parameters: Any) -> Iterator[str]:
    """Why a part cannot have these parameters."""
    try:
        part(**parameters)
    except ValidationError as error:
        yield from map(str, problems(error, dict(parameters), part.kind))
    except Exception:  # of the part's own making, and told of the part
        return


def _wrong_exceptions(claims: Any, checks: Iterable[str]) -> Iterator[str]:
    if not isinstance(claims.exceptions, Mapping):
        yield f"exceptions is {claims.exceptions!r}; make it a table of reasons by check"
        return
    known = set(checks)
    for name in claims.exceptions:
        if (plain := str(name).partition(" [")[0]) not in known:
            yield f"exceptions names {name!r}, which is no check of this part; {nearest(plain, known)}"


def _wrong_options(claims: Any) -> Iterator[str]:
    """What only claims of some families have."""
    if isinstance(claims, ConstraintClaims) and claims.counts not in ("", "values", "neurons"):
        yield f"counts is {claims.counts!r}; make it 'values' or 'neurons', or leave it out"
    for name in ("sizes", "magnitudes"):
        values = getattr(claims, name, ())
        if not isinstance(values, list | tuple) or not all(_positive(v) for v in values):
            yield f"{name} is {values!r}; make it a tuple of positive numbers"
    if isinstance(claims, SynapseClaims) and _tables(claims):
        yield from _wrong_shapes(claims)


def _wrong_shapes(claims: SynapseClaims) -> Iterator[str]:
    shapes: Any = claims.shapes
    rows = isinstance(shapes, list | tuple) and all(isinstance(s, list | tuple) for s in shapes)
    if not rows or not all(isinstance(n, int) and n > 0 for s in shapes for n in s):
        yield f"shapes is {shapes!r}; make it a tuple of shapes of one input, such as ((3, 8, 8),)"
    elif len(shapes) != len(claims.cases):
        yield f"shapes has {len(shapes)} where there are {len(claims.cases)} cases; give one to each case"


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0


# -- examples ----------------------------------------------------------------------------------------------------------


def _wrong_examples(part: type[Component], claims: Any) -> Iterator[str]:
    if not hasattr(_base(part.family), "examples"):
        return
    examples = claims.examples
    if not isinstance(examples, list | tuple):
        yield f"examples is {_word(examples)}; make it a tuple: examples = (Example(...),)"
        return
    for number, example in enumerate(examples, start=1):
        for fault in _wrong_example(part, claims, example):
            yield f"example {number}: {fault}"


def _wrong_example(part: type[Component], claims: Any, example: Any) -> Iterator[str]:
    if not isinstance(example, Example):
        yield f"is {_word(example)}; make it an Example(given=..., expected=...)"
        return
    own = example.parameters
    if own is not None and not isinstance(own, Mapping):
        yield f"parameters is {own!r}; make it a table"
        return
    unfit = [] if own is None else list(_unfit(part, own))
    yield from (f"parameters {dict(own or {})}: {fault}" for fault in unfit)
    if unfit or not _tables(claims):
        return
    try:
        made = part(**(claims.cases[0] if own is None else own))
    except Exception:  # told of its case, or of the part
        return
    yield from faults_of(example, form(part.family), made)


def _word(value: Any) -> str:
    return "an Example" if isinstance(value, Example) else repr(value)
