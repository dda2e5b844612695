"""What belongs to others: the neighbour's activity or weight; and an input prepared once more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mutation.edit import Edit, edit
from mutation.source import Function, receiver, text

ALONG = {"activity": (0, 1, -1), "weight": (0, 1, -1), "derived": (0, 1, -1), "memory": (0,)}
"""Stimuli, neurons or inputs, positions; neurons, inputs, places in the kernel."""


def peek_at_neighbour(function: Function) -> Iterator[Edit]:
    """Every activity, weight or memory that is read, also where it goes without saying, that of the next one."""
    for read in function.reads:
        for dim in ALONG[read.kind]:
            yield edit(read.node, f"{text(read.node)}.roll(1, {dim})")
    for call in _with_own_input(function):
        for dim in ALONG["activity"]:
            yield _with_input(call, f"{text(receiver(call))}.x.roll(1, {dim})")
    for call in function.calls("decay", "gate", "mix"):
        for dim in ALONG["weight"]:
            view = text(receiver(call))
            term = text(call).replace(view, "_view", 1)
            yield edit(call, f"faults.decay_of_neighbour({view}, lambda _view: {term}, {dim})")


def padded_twice(function: Function) -> Iterator[Edit]:
    """Every input that is read prepared again, and every padding done again."""
    for read in function.nodes(ast.Attribute):
        if read.attr == "x" and isinstance(read.ctx, ast.Load):
            yield edit(read, f"{text(read.value)}.geometry.prepare({text(read)})")
    for call in _with_own_input(function):
        view = text(receiver(call))
        yield _with_input(call, f"{view}.geometry.prepare({view}.x)")
    for call in function.calls("pad", "prepare", "patches"):
        again = ast.Call(call.func, [call, *call.args[1:]], call.keywords)
        yield Edit(call, again)


def _with_own_input(function: Function) -> list[ast.Call]:
    """Sums of post · pre that leave out what `pre` is, and so mean x."""
    return [c for c in function.calls("outer", "gate") if len(c.args) == 1 and not c.keywords]


def _with_input(call: ast.Call, source: str) -> Edit:
    pre = ast.parse(source, mode="eval").body
    return Edit(call, ast.Call(call.func, [*call.args, pre], []))
