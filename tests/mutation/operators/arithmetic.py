"""Signs and terms of formulas."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mutation.edit import Edit, edit
from mutation.source import Function, called, receiver, text

OPPOSITE = {"add": "sub", "sub": "add", "add_": "sub_", "sub_": "add_"}
STEPS = (
    *("add", "sub", "mul", "div", "pow", "abs", "neg", "square", "sqrt", "exp", "log", "relu"),
    *("sum", "mean", "clamp", "clamp_min", "clamp_max", "floor", "round", "float", "double"),
)
"""Methods that are one step of a calculation; so is each that works in place."""


def sign_flipped(function: Function) -> Iterator[Edit]:
    """Every minus and plus turned round, every activity or weight that is read, and all that is returned, negated."""
    for node in function.nodes(ast.UnaryOp):
        if isinstance(node.op, ast.USub):
            yield Edit(node, node.operand)
    for sum_ in function.nodes(ast.BinOp):
        if isinstance(sum_.op, ast.Add | ast.Sub):
            yield Edit(sum_, ast.BinOp(sum_.left, _opposite(sum_.op), sum_.right))
    for assigned in function.nodes(ast.AugAssign):
        if isinstance(assigned.op, ast.Add | ast.Sub):
            opposite = _opposite(assigned.op)
            yield Edit(assigned, ast.AugAssign(assigned.target, opposite, assigned.value))
    for call in function.calls(*OPPOSITE):
        if isinstance(call.func, ast.Attribute):
            other = ast.Attribute(call.func.value, OPPOSITE[called(call)], ast.Load())
            yield Edit(call, ast.Call(other, call.args, call.keywords))
    for value in (*function.returned, *(read.node for read in function.reads)):
        yield edit(value, f"-({text(value)})")


def term_dropped(function: Function) -> Iterator[Edit]:
    """Every operand, every step of a chain of methods, and every statement that is there for its effect left out."""
    for node in function.nodes(ast.BinOp):
        yield Edit(node, node.left)
        yield edit(node, _alone(node))
    for call in function.nodes(ast.Call):
        before = receiver(call)
        name = called(call)
        if before is not None and (name in STEPS or (name.endswith("_") and name[0] != "_")):
            yield Edit(call, before)
    for statement in function.nodes(ast.Expr, ast.AugAssign):
        yield Edit(statement, ast.Pass())


def _opposite(operator: ast.operator) -> ast.operator:
    return ast.Sub() if isinstance(operator, ast.Add) else ast.Add()


def _alone(node: ast.BinOp) -> str:
    """The right operand without the left: -b for a - b, 1 / b for a / b."""
    right = f"({text(node.right)})"
    if isinstance(node.op, ast.Sub):
        return f"-{right}"
    return f"1 / {right}" if isinstance(node.op, ast.Div | ast.FloorDiv) else right
