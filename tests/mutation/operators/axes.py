"""Along which axis something is normalised, summed or compared."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from mutation.edit import Edit, edit
from mutation.source import Function, called, receiver, text
from neuroplast import functional

DIMS = ("0", "1", "2", "-1")
FIRST = (
    *("sum", "mean", "amax", "amin", "max", "min", "argmax", "argmin", "softmax", "log_softmax"),
    *(
        "cumsum",
        "cumprod",
        "prod",
        "norm",
        "std",
        "var",
        "sort",
        "argsort",
        "logsumexp",
        "all",
        "any",
    ),
)
"""Methods whose dimension is the first argument."""


def wrong_axis(function: Function) -> Iterator[Edit]:
    """Every dimension another one; `along` the other way; norms over inputs, over the layer, or per neuron."""
    yield from _dimensions(function)
    for call in function.calls("along", "competitors"):
        axis = text(call.args[0])
        yield edit(call.args[0], f"'space' if {axis} == 'channels' else 'channels'")
        yield edit(call.args[0], "'space'")
        yield edit(call.args[0], "'channels'")
    for call in function.calls(*_shared()):
        first, *more = (text(a) for a in call.args)
        rest = "".join(f", {a}" for a in (*more, *(text(k) for k in call.keywords)))
        on_another = f"lambda _w: {called(call)}(_w{rest})"
        if called(call) == "per_neuron":
            yield edit(call, f"faults.spread_over_inputs({first}{rest})")
            continue
        yield edit(call, f"{called(call)}(({first}).transpose(0, 1){rest})")
        yield edit(call, f"faults.whole({on_another}, {first})")
        if not _is_per_neuron(called(call)):
            yield edit(call, f"faults.each({on_another}, {first})")


def _dimensions(function: Function) -> Iterator[Edit]:
    for name in function.nodes(ast.Name):
        if name.id in ("dim", "axis") and isinstance(name.ctx, ast.Load):
            for other in DIMS:
                yield edit(name, other)
    for call in function.nodes(ast.Call):
        for dim in _dim_arguments(call):
            for other in DIMS:
                if other != text(dim):
                    yield edit(dim, other)
        if called(call) in FIRST and receiver(call) is not None and not call.args + call.keywords:
            yield edit(call, f"{text(call.func)}(0)")
            yield edit(call, f"{text(call.func)}(-1)")


def _dim_arguments(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call that name a dimension by a number."""
    named = [k.value for k in call.keywords if k.arg in ("dim", "axis")]
    first = call.args[:1] if called(call) in FIRST and receiver(call) is not None else []
    shared = getattr(functional, called(call), None) if receiver(call) is None else None
    if inspect.isfunction(shared) and "dim" in inspect.signature(shared).parameters:
        at = list(inspect.signature(shared).parameters).index("dim")
        first = call.args[at : at + 1]
    return [d for d in (*named, *first) if text(d).lstrip("-").isdecimal()]


def _is_per_neuron(name: str) -> bool:
    """Whether a shared function gives one number per neuron already."""
    (shared,) = ast.parse(inspect.getsource(getattr(functional, name))).body
    return isinstance(shared, ast.FunctionDef) and text(shared.returns) == "PerPost"


def _shared() -> list[str]:
    """The functions that plugins share which take a tensor first and no dimension."""
    found = []
    for name, shared in vars(functional).items():
        if inspect.isfunction(shared) and shared.__module__ == functional.__name__:
            parameters = inspect.signature(shared).parameters
            first = next(iter(parameters.values()), None)
            if first is not None and first.name in ("w", "post", "u", "value", "v"):
                found += [name] * ("dim" not in parameters)
    return found
