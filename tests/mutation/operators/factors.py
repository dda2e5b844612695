"""Factors of a decay and of a rate."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mutation.edit import Edit, edit
from mutation.source import Function, receiver, text

RATES = ("eta", "lr", "rate", "learning_rate")


def decay_by_another(function: Function) -> Iterator[Edit]:
    """Every coefficient of a decay replaced by each product of at most two activities of the neuron."""
    for call in function.calls("decay", "gate"):
        view = text(receiver(call))
        g, u, v = (f"{view}.{name}" for name in "guv")
        others = [g, u, v, f"{g} * {g}", f"{g} * {u}", f"{g} * {v}", f"{u} * {u}", f"{v} * {v}"]
        for coefficient in call.args[:1]:
            for other in (*others, "1.0"):
                yield edit(coefficient, other)


def rate_twice(function: Function) -> Iterator[Edit]:
    """Every use of the parameter squared, and all that a rate returns."""
    for node in function.nodes(ast.Attribute, ast.Name):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        if name in RATES and isinstance(node.ctx, ast.Load):
            yield edit(node, f"{text(node)} * {text(node)}")
    if function.node.name == "at":
        for value in function.returned:
            yield edit(value, f"({text(value)}) ** 2")
