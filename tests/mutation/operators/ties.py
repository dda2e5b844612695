"""Which of several equal values comes first."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache

from mutation.edit import Edit, edit
from mutation.source import Function, called, receiver, text
from neuroplast import functional

INDEXING = ("argmax", "argmin", "max", "min", "topk", "sort", "argsort", "kthvalue")
"""Methods and functions of torch that decide between equal values, and give their indices."""


def last_tie(function: Function) -> Iterator[Edit]:
    """Every choice of the largest or smallest made on a mirrored tensor, so that of equal ones the last is taken."""
    for call in function.calls(*INDEXING):
        if (dim := _dim(call)) is not None:
            v, of_another = _on_another(call)
            yield edit(call, f"faults.mirrored_index(lambda _v: {of_another}, {v}, {dim})")
    for call in function.calls(*choosing()):
        v, of_another = _on_another(call)
        dim = _argument(call, "dim")
        yield edit(call, f"faults.mirrored(lambda _v: {of_another}, {v}, {dim})")


@cache
def choosing() -> frozenset[str]:
    """The functions that plugins share which choose between values, themselves or by another; not those of an index."""
    found: set[str] = set()
    sources = {
        name: {
            called(c) for c in ast.walk(ast.parse(inspect.getsource(f))) if isinstance(c, ast.Call)
        }
        for name, f in vars(functional).items()
        if inspect.isfunction(f) and f.__module__ == functional.__name__
    }
    for _ in sources:
        found |= {name for name, calls in sources.items() if calls & {*INDEXING, *found}}
    return frozenset(
        n
        for n in found - {*INDEXING}
        if "dim" in inspect.signature(getattr(functional, n)).parameters
    )


def _dim(call: ast.Call) -> str | None:
    """Along which dimension a method of torch chooses; None where it does not say."""
    given = next((text(k.value) for k in call.keywords if k.arg == "dim"), None)
    if given is not None:
        return given
    at = (0 if receiver(call) is not None and text(receiver(call)) != "torch" else 1) + (
        called(call) in ("topk", "kthvalue")
    )
    if len(call.args) > at:
        return text(call.args[at])
    return "-1" if called(call) in ("topk", "sort", "argsort", "kthvalue") else None


def _argument(call: ast.Call, name: str) -> str:
    """The source of an argument of a shared function, given by position, by name, or by default."""
    signature = inspect.signature(getattr(functional, called(call)))
    at = list(signature.parameters).index(name)
    if len(call.args) > at:
        return text(call.args[at])
    given = next((text(k.value) for k in call.keywords if k.arg == name), None)
    return given or repr(signature.parameters[name].default)


def _on_another(call: ast.Call) -> tuple[str, str]:
    """The tensor that is chosen from, and the call on `_v` in its place."""
    of = receiver(call)
    if of is not None and text(of) != "torch":
        other: ast.expr = ast.Attribute(ast.Name("_v", ast.Load()), called(call), ast.Load())
        return text(of), text(ast.Call(other, call.args, call.keywords))
    first = call.args[0]
    return text(first), text(
        ast.Call(call.func, [ast.Name("_v", ast.Load()), *call.args[1:]], call.keywords)
    )
