"""When state is updated: before what reads it, or after."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mutation.edit import Edit, rewritten
from mutation.source import Function, called, text, undocumented

READERS = ("integrate", "compete", "at")
"""Methods that read the memory that `adapt` updates after the step."""


def other_order(function: Function) -> Iterator[Edit]:
    """Every update in place moved before what reads the state, or after it; and what was read before, read after."""
    body = function.body
    for i, statement in enumerate(body):
        if not updates(statement):
            continue
        first = _first_place(body, i)
        if first < i:
            yield rewritten(function, _moved(body, i, first))
        if _computes(body[-1]) and i < len(body) - 1:
            yield rewritten(function, _last(body, i))
        for assigned in body[:i]:
            if isinstance(assigned, ast.Assign) and _names(assigned) & _read(body[i + 1 :]):
                again = [*body[: i + 1], assigned, *body[i + 1 :]]
                yield rewritten(function, again)
    yield from _adapted_first(function)


def updates(statement: ast.stmt) -> bool:
    """Whether a statement changes a tensor in place."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        name = called(statement.value)
        return name.endswith("_") and not name.endswith("__")
    return isinstance(statement, ast.AugAssign) and not isinstance(statement.target, ast.Name)


def _computes(statement: ast.stmt) -> bool:
    """Whether a result is computed where it is returned; one that has a name is the same before and after."""
    computed = isinstance(statement, ast.Return) and statement.value is not None
    return computed and not isinstance(statement.value, ast.Name)  # type: ignore[attr-defined]


def _names(assigned: ast.Assign) -> set[str]:
    """The names that an assignment gives."""
    found = (n for target in assigned.targets for n in ast.walk(target))
    return {n.id for n in found if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _read(body: list[ast.stmt]) -> set[str]:
    """The names that statements read."""
    found = (n for statement in body for n in ast.walk(statement))
    return {n.id for n in found if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _first_place(body: list[ast.stmt], i: int) -> int:
    """The earliest place where all that a statement names is there."""
    used = {n.id for n in ast.walk(body[i]) if isinstance(n, ast.Name)}
    for j in range(i, 0, -1):
        given = {
            n.id
            for n in ast.walk(body[j - 1])
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        if used & given:
            return j
    return 0


def _moved(body: list[ast.stmt], i: int, to: int) -> list[ast.stmt]:
    others = body[:i] + body[i + 1 :]
    return [*others[:to], body[i], *others[to:]]


def _last(body: list[ast.stmt], i: int) -> list[ast.stmt]:
    """The statement after all others, the result computed before it."""
    *others, returned = body[:i] + body[i + 1 :]
    result = ast.parse(f"_result = {text(returned.value)}").body  # type: ignore[attr-defined]
    return [*others, *result, body[i], *ast.parse("def f(): return _result").body[0].body]  # type: ignore[attr-defined]


def _adapted_first(function: Function) -> Iterator[Edit]:
    """What `adapt` does after the step, done at the start of the step, on what is there by then."""
    if function.node.name not in READERS or function.owner is None:
        return
    methods = {m.name: m for m in function.owner.body if isinstance(m, ast.FunctionDef)}
    if "adapt" not in methods or len(function.node.args.args) < 3:
        return
    _, activity, memory = (a.arg for a in function.node.args.args[:3])
    view = methods["adapt"].args.args[1].arg
    source = "\n".join(text(s) for s in undocumented(methods["adapt"]))
    if function.node.name == "at":  # which is shown a view itself
        source = re.sub(rf"\b{view}\b", activity, source)
    else:
        source = re.sub(rf"\b{view}\.memory\b", memory, source)
        source = re.sub(rf"\b{view}\.won\b", f"({activity} > 0)", source)
        source = re.sub(rf"\b{view}\.[uvg]\b", activity, source)
    yield rewritten(function, [*ast.parse(source).body, *function.body])
