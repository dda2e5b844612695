"""What parts give back, held to be of use, so that the part that gave it is named and not the one that meets it."""

from __future__ import annotations

from numbers import Real
from typing import Any

from torch import Tensor

from neuroplast.component import Component
from neuroplast.delta import Delta
from neuroplast.errors import PartError
from neuroplast.shapes import Shape


def tensor(part: Component, method: str, found: Any, shape: Shape, like: Tensor) -> Tensor:
    """`found`, which must be a tensor of this shape with the dtype and device of `like`."""
    if not isinstance(found, Tensor):
        raise PartError(
            part, f"{method} gave {_words(found)}; give a tensor of shape {tuple(shape)}"
        )
    if found.shape != shape:
        raise PartError(
            part, f"{method} gave a tensor of shape {tuple(found.shape)}; give it {tuple(shape)}"
        )
    if found.dtype != like.dtype or found.device != like.device:
        raise PartError(
            part,
            f"{method} gave {found.dtype} on {found.device}; "
            f"give {like.dtype} on {like.device}, as it is handed",
        )
    return found


def response(part: Component, method: str, found: Any, like: Tensor) -> Tensor:
    """`found`, which must be a tensor with the shape, dtype and device of `like`."""
    return tensor(part, method, found, like.shape, like)


def change(part: Component, method: str, found: Any) -> Delta:
    """`found`, which must be a Delta, and from now on says whose it is."""
    if not isinstance(found, Delta):
        raise PartError(
            part,
            f"{method} gave {_words(found)}; give a Delta, from view.outer, view.decay and their like",
        )
    return found.made_by(part)


def rate(part: Component, found: Any, neurons: int) -> float | Tensor:
    """`found`, which must be a number, or a tensor with one value or one for each neuron."""
    if isinstance(found, Real):
        return float(found)
    if not isinstance(found, Tensor):
        raise PartError(part, f"at gave {_words(found)}; give a number, or one for each neuron")
    if tuple(found.shape) not in ((), (neurons,)):
        raise PartError(
            part,
            f"at gave a tensor of shape {tuple(found.shape)}; give a number, or shape ({neurons},)",
        )
    return found


def count(part: Component, found: Any) -> Tensor | int:
    """`found`, which must be one number of values that were corrected."""
    if isinstance(found, Tensor) and found.numel() == 1 and not found.is_floating_point():
        return found.view(())
    if isinstance(found, int):
        return found
    raise PartError(
        part, f"enforce gave {_words(found)}; give the count of what it corrected, a scalar tensor"
    )


def _words(found: Any) -> str:
    if isinstance(found, Tensor):
        return f"a tensor of shape {tuple(found.shape)}"
    return "None" if found is None else f"{type(found).__name__} {_short(found)}"


def _short(found: Any, most: int = 60) -> str:
    text = " ".join(repr(found).split())
    return text if len(text) <= most else f"{text[:most]}..."
