"""What every part is: a kind, aliases, frozen validated parameters, and declarations of the memory it needs."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ConfigDict, SerializerFunctionWrapHandler, model_serializer
from torch import Tensor

from neuroplast.errors import PluginError
from neuroplast.tables import Table

if TYPE_CHECKING:
    from neuroplast.fit import Fit

MemoryAxis = str | int
"""One axis of a memory: "pre", "post", "positions", "weights", or a number."""


@dataclass(frozen=True)
class Memory:
    """A tensor that a part declares and the layer owns, allocated, saved, recorded and frozen under `<part>.<name>`.

    shape: "scalar", or one axis or a tuple of axes: "pre" (input channels or features), "post" (neurons),
        "positions" (the positions of the response), "weights" (the shape of w), or a whole number.
    init: the value it starts from.
    dtype: "float16" where there is much of it and a precision of eleven bits will do.
    on_host: kept beside the CPU, whatever the layer's device: for a counter that decides what is done next, since a
        part that asked a GPU for it would wait for all that the GPU has still to do.
    """

    shape: MemoryAxis | tuple[MemoryAxis, ...] = "scalar"
    init: float = 0.0
    dtype: Literal["float32", "float16"] = "float32"
    on_host: bool = False

    def size(self, axes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
        """The concrete shape, given what each named axis stands for; PluginError for one that is not there."""
        named = self.shape if isinstance(self.shape, tuple) else (self.shape,)
        for axis in named:
            if not isinstance(axis, int) and axis not in axes:
                raise PluginError(
                    f"Memory({self.shape!r}): there is no axis {axis!r} here; "
                    f"use a whole number, or one of {', '.join(axes)}"
                )
        parts = [(axis,) if isinstance(axis, int) else axes[axis] for axis in named]
        return tuple(n for part in parts for n in part)


class State:
    """The memory of one part, by attribute: `state.theta`. Tensors are changed in place; nothing can be added."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        object.__setattr__(self, "_tensors", dict(tensors))

    def __getattr__(self, name: str) -> Tensor:
        """The tensor declared under this name."""
        try:
            tensor: Tensor = object.__getattribute__(self, "_tensors")[name]
        except KeyError:
            known = ", ".join(object.__getattribute__(self, "_tensors")) or "none"
            message = f"no memory {name!r} was declared here (declared: {known}); declare it: {name} = Memory(...)"
            raise AttributeError(message) from None
        return tensor

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: an assignment would lose the layer's tensor."""
        raise AttributeError(
            f"memory is changed in place: use memory.{name}.copy_(...), .add_(...), .lerp_(...)"
        )


NO_STATE = State({})


class Component(Table, ABC):
    """A part of a model: parameters only, frozen and validated. Everything that evolves belongs to the layer.

    Class attributes:
        kind: the name that scenarios use, snake_case.
        aliases: other names that scenarios may use; stored under `kind`.
        parameter_aliases: other names of parameters, as {"lr": "eta"}; stored under the plain name.
        hint: what to change when learning with this part fails.
        default: whether this part stands where a layer names none of its kind.
    """

    model_config = ConfigDict(ignored_types=(Memory,))

    family: ClassVar[str]
    kind: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    parameter_aliases: ClassVar[Mapping[str, str]] = {}
    hint: ClassVar[str] = ""
    default: ClassVar[bool] = False

    @classmethod
    def memories(cls) -> dict[str, Memory]:
        """What the part declares with `Memory`, by name."""
        return dict(_memories(cls))

    @classmethod
    def plain(cls, table: Mapping[str, Any]) -> dict[str, Any]:
        """The table under plain names; where an alias and its plain name both stand, the alias came later and wins."""
        named = {k: v for k, v in table.items() if k not in cls.parameter_aliases}
        return {
            **named,
            **{cls.parameter_aliases[k]: v for k, v in table.items() if k in cls.parameter_aliases},
        }

    @model_serializer(mode="wrap")
    def _with_kind(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"kind": self.kind, **handler(self)}

    def __str__(self) -> str:
        """The kind with its parameters: `k_wta(k=3)`."""
        shown = ", ".join(f"{k}={v}" for k, v in self.model_dump().items() if k != "kind")
        return f"{self.kind}({shown})" if shown else self.kind


@cache
def _memories(cls: type[Component]) -> Mapping[str, Memory]:
    """Looked for once, since a class declares the same at every step."""
    found = {}
    for base in reversed(cls.__mro__):
        found.update({k: v for k, v in vars(base).items() if isinstance(v, Memory)})
    return found


class LayerPart(Component):
    """A part that stands in a layer, and may say where it has no meaning."""

    def check(self, fit: "Fit") -> None:
        """Refuse a place where this part has no meaning (Refusal), or does not fit (ConfigurationError)."""
