"""Whole numbers: what is counted, and what is divided by it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mutation.edit import Edit, edit
from mutation.source import Function, called, receiver, text

COUNTED = ("count", "step", "steps", "epoch", "epochs")
"""Attributes of a view or of the progress that are whole numbers."""
NEXT: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt},
    **{ast.Gt: ast.GtE, ast.GtE: ast.Gt},
}
SUMS = {"sum": "mean", "mean": "sum", "nansum": "nanmean", "nanmean": "nansum"}


def off_by_one(function: Function) -> Iterator[Edit]:
    """Every whole number one more and one less; every comparison with its edge on the other side."""
    for node in function.nodes(ast.expr):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            yield edit(node, str(node.value + 1))
            yield edit(node, str(node.value - 1))
        elif _is_whole(node, function):
            yield edit(node, f"{text(node)} + 1")
            yield edit(node, f"{text(node)} - 1")
    for node in function.nodes(ast.Compare):
        for i, operator in enumerate(node.ops):
            if type(operator) in NEXT:
                ops = [*node.ops[:i], NEXT[type(operator)](), *node.ops[i + 1 :]]
                yield Edit(node, ast.Compare(node.left, ops, node.comparators))


def sum_for_mean(function: Function) -> Iterator[Edit]:
    """Every mean summed and every sum averaged: over all, over stimuli alone, over positions alone."""
    for node in function.nodes(ast.Attribute):
        if node.attr == "count":
            stimuli = f"{text(node.value)}.u.shape[0]"
            yield edit(node, stimuli)
            yield edit(node, f"{text(node)} // {stimuli}")
            yield edit(node, f"{text(node.value)}.u.numel()")
    for divided in function.nodes(ast.BinOp):
        if isinstance(divided.op, ast.Div) and text(divided.right).endswith("count"):
            yield Edit(divided, divided.left)
    for call in function.calls(*SUMS):
        if isinstance(call.func, ast.Attribute):
            other = ast.Attribute(call.func.value, SUMS[called(call)], ast.Load())
            yield Edit(call, ast.Call(other, call.args, call.keywords))
    for call in function.calls("total"):
        yield edit(call, f"{text(call)} / ({text(call.args[0])})[:, 0].numel()")
    for call in function.calls("outer", "decay", "gate", "mix", "correlate"):
        yield edit(call, f"{text(call)} / {text(receiver(call))}.count")
    if text(function.node.returns).strip("'\"") == "Delta" and "view" in function.parameters:
        for value in function.returned:
            yield edit(value, f"({text(value)}) / view.count")


def _is_whole(node: ast.expr, function: Function) -> bool:
    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return False
    of_self = isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr in (_whole_parameters(function) if of_self else COUNTED)


def _whole_parameters(function: Function) -> list[str]:
    """The names of a part's parameters that are whole numbers."""
    fields = (
        [f for f in function.owner.body if isinstance(f, ast.AnnAssign)] if function.owner else []
    )
    return [text(f.target) for f in fields if text(f.annotation).split(" |")[0] == "int"]
