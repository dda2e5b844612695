"""Which of two things stands where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from mutation.edit import Edit, edit
from mutation.source import Function, receiver, text

LIKE_IT = {
    **{"x": ("g",), "g": ("x", "u", "v"), "u": ("v", "g"), "v": ("u", "g")},
    **{"w": ("w_e",), "w_e": ("w",), "pre": ("post",), "post": ("pre",)},
    **{"step": ("epoch", "steps"), "epoch": ("step", "epochs")},
    **{"steps": ("epochs", "step"), "epochs": ("steps", "epoch")},
}
"""Attributes that can be taken for each other."""
LARGER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow, ast.MatMult, ast.Mod)


def roles_transposed(function: Function) -> Iterator[Edit]:
    """Every two arguments, operands, branches or elements exchanged; every activity, weight or count another one."""
    yield from _exchanged(function)
    for node in function.nodes(ast.Attribute):
        if isinstance(node.ctx, ast.Load) and not _is_called(node, function):
            for other in LIKE_IT.get(node.attr, ()):
                yield edit(node, f"{text(node.value)}.{other}")
    tensors = [name for name, kind in function.parameters.items() if kind]
    for read in function.reads:
        if isinstance(read.node, ast.Name) and read.kind != "derived":
            for other in tensors:
                yield edit(read.node, other)
    for call in function.calls("outer", "gate"):
        if len(call.args) == 1 and not call.keywords:
            x = edit(call.args[0], f"{text(receiver(call))}.x").new
            yield Edit(call, ast.Call(call.func, [x, call.args[0]], []))  # type: ignore[list-item]


def _exchanged(function: Function) -> Iterator[Edit]:
    for node in function.all_nodes:
        if isinstance(node, ast.Call):
            for args in _swaps(node.args):
                yield Edit(node, ast.Call(node.func, args, node.keywords))
        elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
            for elements in _swaps(node.elts):
                yield Edit(node, ast.Tuple(elements, node.ctx))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ORDERED):
            yield Edit(node, ast.BinOp(node.right, node.op, node.left))
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], LARGER):
            yield Edit(node, ast.Compare(node.comparators[0], node.ops, [node.left]))
        elif isinstance(node, ast.IfExp):
            yield Edit(node, ast.IfExp(node.test, node.orelse, node.body))


def _swaps(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """The list with each pair that differs exchanged."""
    for i, j in combinations(range(len(items)), 2):
        if text(items[i]) != text(items[j]):
            swapped = list(items)
            swapped[i], swapped[j] = items[j], items[i]
            yield swapped


def _is_called(node: ast.Attribute, function: Function) -> bool:
    around = function.parents.get(id(node))
    return isinstance(around, ast.Call) and around.func is node
