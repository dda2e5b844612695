"""One piece of a plugin's source to be replaced by another."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mutation.source import Function


@dataclass(frozen=True)
class Edit:
    """A node and what takes its place."""

    old: ast.AST
    new: ast.AST

    def of(self, tree: ast.Module) -> ast.Module:
        """A copy of a tree that holds the node, with the other in its place."""
        return copy.deepcopy(tree, {id(self.old): self.new})


Operator = Callable[[Function], Iterable[Edit]]
"""What can go wrong in one way: every edit of a function that makes it so."""


def edit(old: ast.expr, source: str) -> Edit:
    """Replace an expression by another."""
    return Edit(old, ast.parse(f"({source})", mode="eval").body)


def rewritten(function: Function, body: list[ast.stmt]) -> Edit:
    """Replace the statements of a function, its docstring aside."""
    documentation = function.node.body[: len(function.node.body) - len(function.body)]
    new = copy.copy(function.node)
    new.body = [*documentation, *body]
    return Edit(function.node, new)
