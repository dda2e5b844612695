"""Whether a part's methods can be called as its interface says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from neuroplast.component import Component, LayerPart


@cache
def misfit(part: type[Component], interface: type[Component]) -> str:
    """What is wrong with the signatures of a part, by place and by name; empty where nothing is."""
    for name in _methods(interface):
        theirs = _plain(getattr(interface, name))
        try:
            ours = _plain(getattr(part, name))
        except TypeError:
            return f"{name} is no method; write {name}{theirs}"
        try:
            ours.bind(*theirs.parameters)
            ours.bind(**dict.fromkeys(theirs.parameters))
        except TypeError as error:
            return (
                f"{name}{ours} cannot be called as {name}{theirs}: {error}; "
                f"give it the parameters of {interface.__name__}.{name}"
            )
    return ""


def _plain(method: Callable[..., Any]) -> inspect.Signature:
    """The parameters of a method by name, without their types."""
    whole = inspect.signature(method)
    bare = [p.replace(annotation=p.empty) for p in whole.parameters.values()]
    return whole.replace(parameters=bare, return_annotation=whole.empty)


def _methods(interface: type[Component]) -> Iterator[str]:
    """The public methods that an interface adds to what every component has."""
    for name, _ in inspect.getmembers(interface, inspect.isfunction):
        if not name.startswith("_") and (name in vars(LayerPart) or not hasattr(Component, name)):
            yield name
