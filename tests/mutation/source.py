"""The functions of a plugin as syntax trees: what of them may be mutated, where they read activities and weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

ACTIVITIES = ("x", "u", "v", "g")
WEIGHTS = ("w", "w_e")
ANNOTATED = {"Post": "activity", "Pre": "activity", "Tensor": "activity", "Weights": "weight"}
"""What a parameter with this annotation holds, whatever it is called."""
SHAPE_ONLY = ("shape", "dtype", "device", "dim", "numel", "size", "is_cuda")
"""Attributes that tell nothing of a tensor's values."""


@dataclass(frozen=True)
class Read:
    """One place where the values of a tensor are read. kind: "activity", "weight", "memory" or "derived" from one."""

    node: ast.expr
    kind: str


@dataclass(frozen=True)
class Function:
    """One function or method of a plugin, outside of its hooks.

    name: qualified by its class. node: its definition. owner: the class, None for a function of the module.
    """

    name: str
    node: ast.FunctionDef
    owner: ast.ClassDef | None

    @cached_property
    def body(self) -> list[ast.stmt]:
        """Its statements, without the docstring."""
        return undocumented(self.node)

    @cached_property
    def all_nodes(self) -> list[ast.AST]:
        """Every node that may be mutated, as they stand in the source: no docstrings, annotations or errors raised."""
        return [node for statement in self.body for node in _within(statement)]

    def nodes(self, *types: type[Node]) -> Iterator[Node]:
        """Those of some types."""
        return (node for node in self.all_nodes if isinstance(node, types))

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Calls of functions or methods with one of these names."""
        return (call for call in self.nodes(ast.Call) if called(call) in names)

    @cached_property
    def parents(self) -> dict[int, ast.AST]:
        """The node around each node, by id."""
        return {id(c): n for n in ast.walk(self.node) for c in ast.iter_child_nodes(n)}

    @cached_property
    def returned(self) -> list[ast.expr]:
        """Every expression that is returned."""
        return [r.value for r in self.nodes(ast.Return) if r.value is not None]

    @cached_property
    def parameters(self) -> dict[str, str]:
        """What is held by each parameter, its own and of functions within, by name: "activity", "weight" or ""."""
        found: dict[str, str] = {}
        for node in ast.walk(self.node):
            if isinstance(node, ast.FunctionDef | ast.Lambda):
                for a in (*node.args.args, *node.args.kwonlyargs):
                    found[a.arg] = ANNOTATED.get(text(a.annotation), "") or _by_name(a.arg)
        return found

    @cached_property
    def reads(self) -> list[Read]:
        """Every place where the values of an activity, a weight, a memory, or of what is made from them are read."""
        derived: set[str] = set()
        found: list[Read] = []
        for _ in range(2):  # a name may be derived from one that is derived further down, in a loop
            found = [r for n in self.nodes(ast.expr) if (r := self._read(n, derived)) is not None]
            for assigned in self.nodes(ast.Assign):
                inside = {id(n) for n in ast.walk(assigned.value)}
                if any(id(r.node) in inside for r in found):
                    derived |= {n.id for t in assigned.targets for n in _names(t)}
        return found

    def _read(self, node: ast.expr, derived: set[str]) -> Read | None:
        if not isinstance(getattr(node, "ctx", None), ast.Load) or self._is_shape_or_write(node):
            return None
        if isinstance(node, ast.Attribute):
            kind = _of_memory(node) or (isinstance(node.value, ast.Name) and _by_name(node.attr))
        elif isinstance(node, ast.Name):
            kind = self.parameters.get(node.id) or (node.id in derived and "derived")
        else:
            return None
        return Read(node, kind) if kind else None

    def _is_shape_or_write(self, node: ast.expr) -> bool:
        """Whether only the shape or type of a tensor is asked for, or the tensor is changed in place."""
        around = self.parents[id(node)]
        if isinstance(around, ast.Attribute):
            within = self.parents[id(around)]
            statement = self.parents.get(id(within))
            alone = isinstance(within, ast.Call) and isinstance(statement, ast.Expr)
            return around.attr in SHAPE_ONLY or (alone and around.attr.endswith("_"))
        if isinstance(around, ast.Call):
            name = called(around)
            last = bool(around.args) and around.args[-1] is node
            like = name in ("per_neuron", "half_square") and last  # their last parameter is `like`
            return name == "len" or name.endswith("_like") or like
        return False


def functions(tree: ast.Module) -> list[Function]:
    """Every function of a plugin but its hooks, methods under their class."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not _is_hook(node):
            found.append(Function(node.name, node, None))
        elif isinstance(node, ast.ClassDef):
            methods = [m for m in node.body if isinstance(m, ast.FunctionDef)]
            found += [Function(f"{node.name}.{m.name}", m, node) for m in methods]
    return found


def undocumented(node: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function, without its docstring."""
    return node.body[1:] if ast.get_docstring(node) is not None else node.body


def called(call: ast.Call) -> str:
    """The name of the function or method that is called; empty where it has none."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def receiver(call: ast.Call) -> ast.expr | None:
    """What a method is called on; None for a function."""
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def text(node: ast.AST | None) -> str:
    """The source of a node."""
    return "" if node is None else ast.unparse(node)


def _within(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Raise):
        return
    yield node
    for name, field in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "defaults", "kw_defaults"):
            continue
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST):
                yield from _within(child)


def _is_hook(function: ast.FunctionDef) -> bool:
    return any("hookimpl" in text(decorator) for decorator in function.decorator_list)


def _by_name(name: str) -> str:
    return "activity" if name in ACTIVITIES else "weight" if name in WEIGHTS else ""


def _of_memory(node: ast.Attribute) -> str:
    of = node.value
    owner = of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
    return "memory" if owner == "memory" else ""


def _names(target: ast.expr) -> list[ast.Name]:
    return [n for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
