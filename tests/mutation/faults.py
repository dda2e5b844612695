"""What mutants call where a fault takes more than an expression; they find this module under the name `faults`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from neuroplast import Delta, View
from neuroplast.delta import Computed


def mirrored(call: Callable[[Tensor], Tensor], v: Tensor, dim: int) -> Tensor:
    """The result of a call on a mirrored tensor, mirrored back: what prefers the first now prefers the last."""
    return call(v.flip(dim)).flip(dim)


def mirrored_index(call: Callable[[Tensor], Any], v: Tensor, dim: int) -> Any:
    """The same where the result is an index, or values with their indices."""
    found, last = call(v.flip(dim)), v.shape[dim] - 1
    if isinstance(found, Tensor):
        return last - found
    return SimpleNamespace(values=found[0], indices=last - found[1])


def decay_of_neighbour(view: View, term: Callable[[View], Delta], dim: int) -> Delta:
    """A term of a change that reads the weights of the neighbour along `dim`."""
    rolled = replace(view, w=view.w.roll(1, dim), w_e=view.w_e.roll(1, dim))
    return Delta(view.geometry, view.w_e, (Computed(lambda: term(rolled).tensor()),))


def whole(reduction: Callable[[Tensor], Tensor], w: Tensor) -> Tensor:
    """A number per neuron, taken over the whole layer in place of its own synapses."""
    found = reduction(w.reshape(1, -1))
    return found.expand(len(w), *found.shape[1:]) if found.dim() else found


def each(reduction: Callable[[Tensor], Tensor], w: Tensor) -> Tensor:
    """A number of the whole layer, taken over each neuron's synapses."""
    return torch.stack([reduction(row.unsqueeze(0)) for row in w]).view(len(w))


def spread_over_inputs(value: Tensor, like: Tensor) -> Tensor:
    """One value per neuron, laid along the inputs in place of the neurons."""
    return value.view(1, -1, *[1] * (like.dim() - 2))
