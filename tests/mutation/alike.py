"""Mutants that cannot behave otherwise, whichever plugin they are of: what was changed has no meaning where it stands.

Both sides of a difference are brought into one form, in which such things are left out; where the forms are the same,
so are the two. As with equivalents that are listed one by one, a run fails where one of these is killed.
"""

from __future__ import annotations

import ast

WHY = {
    "shape": "only the shape, type or device of the tensor is read there, which its neighbour's, its negative, and a "
    "tensor of the same axes share: u, v and g; w and w_e; the number of stimuli of all activities",
    "order": "a sum or a mean over all stimuli, and over a neuron's synapses, does not depend on their order",
    "sign": "squares, magnitudes and norms do not depend on signs",
    "either way": "a sum, a product, the larger, or the smaller of two does not depend on which stands first",
}
"""The arguments."""

_POST, _BATCH, _WEIGHTS = ("u", "v", "g"), ("x", "u", "v", "g"), ("w", "w_e")
_LIKE = ("expand_as", "full_like", "ones_like", "zeros_like", "empty_like", "new_zeros", "new_ones")
_SHAPE_OF = {"per_neuron": 1, "of_synapses": 1, "outer": 2, "view_as": 0}
"""Calls that take the shape of the argument at this place."""
_SUMS = ("average", "decay", "total")
"""Calls that sum what they are given over stimuli."""


def alike(before: str, after: str) -> bool:
    """Whether lines that differ mean the same; a line that was moved stands as before, and is not asked about here."""
    if before == after:
        return False
    forms = [_form(lines) for lines in (before, after)]
    return None not in forms and forms[0] == forms[1]


def _form(lines: str) -> str | None:
    """Lines in the one form; None where they are no whole statements."""
    for text in (lines, f"{lines}\n    pass"):
        try:
            return ast.dump(_Plain().visit(ast.parse(text)))
        except SyntaxError:
            continue
    return None


class _Plain(ast.NodeTransformer):
    """Leaves out what has no meaning."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = _called(node)
        if name == "len" and _role(node.args[0]) in _BATCH:
            return ast.Constant("stimuli")
        if name == "len" and _role(node.args[0]) in _WEIGHTS:
            return ast.Constant("neurons")
        if name in _LIKE and node.args:
            node.args[0] = _shape(node.args[0])
        if name in _SHAPE_OF and len(node.args) > _SHAPE_OF[name]:
            node.args[_SHAPE_OF[name]] = _shape(
                node.args[_SHAPE_OF[name]], rows=name == "per_neuron"
            )
        if name == "dim" and _role(node.func.value) in _BATCH:  # type: ignore[attr-defined]
            return ast.Constant("dimensions")
        if name in _SUMS and node.args:
            node.args = [_unrolled(arg, (0,)) for arg in node.args]
        if name == "gate" and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
            node.args.append(ast.parse("view.x", mode="eval").body)
        if name == "gate" and len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            node.args[1] = _unrolled(node.args[1], (0,))
        if name == "norms":
            node.args[0] = _unrolled(_unsigned(node.args[0]), (1, -1))
        if name in ("sum", "mean") and isinstance(node.func, ast.Attribute):
            along = (0, 1, 2, -1) if not node.args else _dims(node.args[0])
            node.func.value = _unrolled(node.func.value, along)
        if (
            name == "to"
            and _role(node.args[0]) == ""
            and isinstance(_values(node.args[0]), ast.Name)
        ):
            node.args[0] = ast.Constant("type")
        if name in ("max", "min", "maximum", "minimum"):
            node.args.sort(key=ast.dump)
        if name in ("square", "abs") and isinstance(node.func, ast.Attribute):
            node.func.value = _unsigned(node.func.value)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in ("dtype", "device") and _role(node.value) in (*_BATCH, *_WEIGHTS):
            return ast.Constant(node.attr)
        if node.attr == "shape":
            node.value = _shape(node.value)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Mult):
            node.left, node.right = sorted((node.left, node.right), key=ast.dump)
        return node


def _dims(node: ast.expr) -> tuple[int, ...]:
    """The one dimension that is written there, or none."""
    try:
        return (int(ast.literal_eval(node)),)
    except (ValueError, TypeError):
        return ()


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _role(node: ast.expr) -> str:
    """The name of the view's tensor that is read, whatever is done to its values; else ""."""
    node = _values(node)
    named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return node.attr if named and node.value.id == "view" else ""  # type: ignore[union-attr]


def _values(node: ast.expr) -> ast.expr:
    """A tensor before its values were negated or moved."""
    return _unrolled(_unsigned(node), None)


def _shape(node: ast.expr, rows: bool = False) -> ast.expr:
    """What stands for the shape of a tensor. rows: of one of its rows, any of which has the same."""
    if rows and isinstance(node, ast.Subscript) and ast.unparse(node.slice) in ("0", "-1", "-0"):
        node.slice = ast.Constant("any")  # there always is a first one, which may be the last
        node.value = _shape(node.value)
        return node
    role = _role(node)
    if role in _POST:
        return ast.Constant("post")
    return ast.Constant("weights") if role in _WEIGHTS else _values(node)


def _unsigned(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        node.left, node.right = sorted((node.left, node.right), key=ast.dump)
    return node


def _unrolled(node: ast.expr, dims: tuple[int, ...] | None) -> ast.expr:
    """A tensor before `roll(1, dim)`, along one of these dimensions, or any."""
    rolled = isinstance(node, ast.Call) and _called(node) == "roll"
    if not rolled:
        return node
    try:
        dim = ast.literal_eval(node.args[1])  # type: ignore[union-attr]
    except ValueError:
        return node
    return node.func.value if dims is None or dim in dims else node  # type: ignore[union-attr]
