"""Mutants that cannot behave otherwise, whichever plugin they are of: what was changed has no meaning where it stands.

Both sides of a difference are brought into one form, in which such things are left out; where the forms are the same,
so are the two. As with equivalents that are listed one by one, a run fails where one of these is killed.
"""

from __future__ import annotations

import ast
import copy

WHY = {
    "shape": "only the shape, type or device of the tensor is read there, which its neighbour's, its negative, and a "
    "tensor of the same axes share: u, v and g; w and w_e; the number of stimuli of all activities",
    "order": "a sum, a mean, or the largest of all stimuli, or of a neuron's synapses, does not depend on their order",
    "sign": "squares, magnitudes and norms do not depend on signs, nor whether a number is 0; and 0 negated is 0",
    "either way": "a sum, a product, the larger, or the smaller of two does not depend on which stands first",
    "again": "the same tensors are read once more, which were changed in place; and how many stimuli there are",
}
"""The arguments."""

_POST, _BATCH, _WEIGHTS = ("u", "v", "g"), ("x", "u", "v", "g"), ("w", "w_e")
_LIKE = ("expand_as", "full_like", "ones_like", "zeros_like", "empty_like", "new_zeros", "new_ones")
_SHAPE_OF = {"per_neuron": 1, "of_synapses": 1, "outer": 2, "view_as": 0}
"""Calls that take the shape of the argument at this place."""
_SUMS = ("average", "decay", "total")
"""Calls that sum what they are given over stimuli."""
_WHOLE = ("sum", "mean", "amax", "amin", "any", "all")
"""Methods that make one value of all, or of those along a dimension, whichever stands first."""
_EACH = (
    "abs",
    "square",
    "clamp",
    "clamp_min",
    "clamp_max",
    "relu",
    "sqrt",
    "exp",
    "double",
    "float",
)
"""Methods that take every entry by itself, whatever stands beside it."""


def alike(before: str, after: str) -> bool:
    """Whether lines that differ mean the same; a line that was moved stands as before, and is not asked about here."""
    if before == after:
        return False
    if not before:
        return _reads_again(after)
    forms = [_form(lines) for lines in (before, after)]
    return None not in forms and forms[0] == forms[1]


def _reads_again(line: str) -> bool:
    """Whether a line that was added gives names to tensors of the view, the context or the memory, and does no more."""
    try:
        (statement,) = ast.parse(line).body
    except (SyntaxError, ValueError):
        return False
    if not isinstance(statement, ast.Assign):
        return False
    value = statement.value
    return all(map(_is_read, value.elts if isinstance(value, ast.Tuple) else [value]))


def _is_read(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and _called(node) == "len":
        return _role(node.args[0]) in _BATCH
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("view", "context")


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
        if name == "numel" and _role(node.func.value) in _POST:  # type: ignore[attr-defined]
            return ast.Constant("responses")
        if name in _SUMS and node.args:
            node.args = [_unrolled(arg, (0,)) for arg in node.args]
        if name == "gate" and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
            node.args.append(ast.parse("view.x", mode="eval").body)
        if name == "gate" and len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            node.args[1] = _unrolled(node.args[1], (0,))
        if name == "norms":
            node.args[0] = _unrolled(_unsigned(node.args[0]), (1, -1))
        if name in _WHOLE and isinstance(node.func, ast.Attribute):
            node.func.value = _unrolled(node.func.value, _along(node))
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

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ops[0], ast.Eq | ast.NotEq) and _is_nothing(node.comparators[0]):
            node.left = _unsigned(node.left)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.USub) and _is_nothing(node.operand) else node


def _is_nothing(node: ast.expr) -> bool:
    """Whether that is 0, or a tensor of zeros."""
    if isinstance(node, ast.Call):
        return _called(node) in ("zeros", "zeros_like", "new_zeros")
    return isinstance(node, ast.Constant) and node.value in (0, False)


def _along(call: ast.Call) -> tuple[int, ...] | None:
    """The dimension that a sum, or the like, is over; None where it is over all."""
    given = [*call.args, *(k.value for k in call.keywords if k.arg == "dim")]
    return _dims(given[0]) if given else None


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
    node = _values(copy.deepcopy(node))
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
    """A tensor before `roll(1, dim)`, along one of these dimensions, or any; also where entries were changed after."""
    if isinstance(node, ast.Compare) and isinstance(node.comparators[0], ast.Constant):
        node.left = _unrolled(node.left, dims)
    elif isinstance(node, ast.UnaryOp):
        node.operand = _unrolled(node.operand, dims)
    elif isinstance(node, ast.Call) and _called(node) in _EACH and _of_tensor(node):
        node.func.value = _unrolled(node.func.value, dims)  # type: ignore[attr-defined]
    elif isinstance(node, ast.Call) and _called(node) == "roll":
        dim = _dims(node.args[1])
        of = node.func.value  # type: ignore[attr-defined]
        if dim and (dims is None or dim[0] in dims) and (dim[0] in (0, -1) or _has_two(of)):
            return of
    return node


def _of_tensor(call: ast.Call) -> bool:
    """Whether a method is called with nothing but numbers."""
    return isinstance(call.func, ast.Attribute) and all(
        isinstance(arg, ast.Constant) for arg in call.args
    )


def _has_two(node: ast.expr) -> bool:
    """Whether a tensor is known to have two axes or more: another cannot be rolled along its second."""
    name = node.id if isinstance(node, ast.Name) else _role(node)
    return name in (*_BATCH, *_WEIGHTS)
