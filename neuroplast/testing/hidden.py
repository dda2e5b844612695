"""What a part's code could keep where no layer sees it: in modules, in classes, in closures, in the part itself.

Looked at are the part's own modules: those of its classes, and those of the same package that they use. Not looked at
is what `functools.cache` and `lru_cache` keep, nor what `functools.cached_property` does: that follows from the
arguments, or from the part's parameters. Nor are names that begin with two underscores, under which Python keeps its
own, and torch what it compiled.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import itertools
import random
import sys
import types
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neuroplast.component import Component

_LARGE = 1_000_000
"""Tensors of more numbers are known by their version, not by their contents."""


@dataclass(frozen=True)
class Seen:
    """A value as it was: what tells it from others, and what it is in words."""

    mark: bytes
    words: str


def hidden(part: Component) -> dict[str, Seen]:
    """Every place where the part's code could keep something, by name, with what is there."""
    own = _Own(part)
    return {name: Seen(_Mark(own).of(value), _words(value)) for name, value in own.places()}


def moved(before: Mapping[str, Seen], after: Mapping[str, Seen]) -> list[str]:
    """The places that hold something else than before, with both."""
    names = dict.fromkeys([*before, *after])
    absent = Seen(b"", "absent")
    pairs = {name: (before.get(name, absent), after.get(name, absent)) for name in names}
    return [f"{name} {_became(a, b)}" for name, (a, b) in pairs.items() if a.mark != b.mark]


def _became(before: Seen, after: Seen) -> str:
    if before.words == after.words:
        return f"({after.words}, changed)"
    return f"(was {before.words}, is {after.words})"


# -- where -------------------------------------------------------------------------------------------------------------


class _Own:
    """What is a part's own: itself, its classes, its modules, and what these name of the same package."""

    def __init__(self, part: Component) -> None:
        self.part = part
        self.bases = [b for b in type(part).__mro__ if not _is_foreign(b.__module__)]
        self.roots = {_root(b.__module__) for b in self.bases}
        self.visited = set[int]()

    def holds(self, module: object) -> bool:
        """Whether a module of this name is the part's own."""
        return isinstance(module, str) and _root(module) in self.roots

    def places(self) -> Iterator[tuple[str, Any]]:
        """Names and values: of the part, of its modules' globals, of classes, and of what functions close over."""
        cached = {n for b in self.bases for n, v in vars(b).items() if _is_cached(v)}
        kept = {**vars(self.part), **(self.part.__pydantic_private__ or {})}
        yield from ((f"self.{n}", v) for n, v in kept.items() if n not in cached)
        for base in self.bases:
            yield from self._class(base)
            yield from self._module(sys.modules.get(base.__module__))

    def _is_new(self, code: object) -> bool:
        new = id(code) not in self.visited
        self.visited.add(id(code))
        return new

    def _module(self, module: types.ModuleType | None) -> Iterator[tuple[str, Any]]:
        if module is None or not self._is_new(module):
            return
        for name, value in list(vars(module).items()):
            if not _is_special(name):
                yield from self._place(f"{module.__name__}.{name}", value)

    def _class(self, cls: type) -> Iterator[tuple[str, Any]]:
        if not self._is_new(cls):
            return
        for name, value in list(vars(cls).items()):
            if not _is_special(name) and name != "_abc_impl":
                yield from self._place(f"{cls.__module__}.{cls.__qualname__}.{name}", value)

    def _place(self, name: str, value: Any) -> Iterator[tuple[str, Any]]:
        """A named value; of what is made of code, what that keeps."""
        yield name, value
        value = _code(value)
        if isinstance(value, types.ModuleType) and self.holds(value.__name__):
            yield from self._module(value)
        elif isinstance(value, type) and self.holds(value.__module__):
            yield from self._class(value)
            yield from self._module(sys.modules.get(value.__module__))
        elif isinstance(value, types.FunctionType):
            yield from self._function(value)

    def _function(self, function: types.FunctionType) -> Iterator[tuple[str, Any]]:
        module = function.__globals__.get("__name__")
        if not self.holds(module) or not self._is_new(function):
            return
        name = f"{module}.{function.__qualname__}"
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        for variable, cell in cells:
            if variable != "__class__" and (held := _contents(cell)):
                yield from self._place(f"{name}, which closes over {variable}", held[0])
        for default, value in inspect.signature(function, follow_wrapped=False).parameters.items():
            if value.default is not value.empty:
                yield from self._place(f"{name}, the default of {default}", value.default)
        for attribute, value in vars(function).items():
            if not _is_special(attribute):
                yield from self._place(f"{name}.{attribute}", value)
        if wrapped := getattr(function, "__wrapped__", None):
            yield from self._place(f"{name}, which wraps", wrapped)
        yield from self._module(sys.modules.get(str(module)))


def _is_foreign(module: str) -> bool:
    """Whether a class belongs to this package, or to what it is built on."""
    return _root(module) in ("neuroplast", "pydantic", "abc", "builtins", "typing")


def _root(module: str) -> str:
    return module.partition(".")[0]


def _is_special(name: str) -> bool:
    return name.startswith("__")


def _is_cached(value: Any) -> bool:
    return isinstance(value, functools.cached_property)


def _code(value: Any) -> Any:
    """The function in a method, a property or a cache."""
    match value:
        case staticmethod() | classmethod() | types.MethodType():
            return _code(value.__func__)
        case property():
            return _code(value.fget)
        case functools.cached_property():
            return _code(value.func)
        case functools.partial():
            return _code(value.func)
    if type(value).__name__ == "_lru_cache_wrapper":
        return _code(value.__wrapped__)
    return value


def _contents(cell: types.CellType) -> tuple[Any] | None:
    try:
        return (cell.cell_contents,)
    except ValueError:  # not filled yet
        return None


# -- what --------------------------------------------------------------------------------------------------------------


class _Mark:
    """Tells values apart by what they hold, as deep as plain containers and the part's own objects go."""

    def __init__(self, own: _Own) -> None:
        self.own, self.open = own, set[int]()

    def of(self, value: Any) -> bytes:
        """A mark that another value does not have."""
        if id(value) in self.open:
            return b"again"
        self.open.add(id(value))
        try:
            whole = hashlib.blake2b(type(value).__qualname__.encode())
            for piece in self._pieces(value):
                whole.update(hashlib.blake2b(piece).digest())
            return whole.digest()
        finally:
            self.open.discard(id(value))

    def _pieces(self, value: Any) -> Iterator[bytes]:
        match value:
            case None | bool() | int() | float() | complex() | str() | bytes() | itertools.count():
                yield repr(value).encode()
            case Tensor():
                yield from _of_tensor(value)
            case np.ndarray() if value.dtype != object:
                yield from (repr((value.shape, value.dtype)).encode(), value.tobytes())
            case np.generic():
                yield repr(value).encode()
            case torch.Generator():
                yield value.get_state().numpy().tobytes()
            case random.Random():
                yield repr(value.getstate()).encode()
            case np.random.Generator():
                yield repr(value.bit_generator.state).encode()
            case dict() | types.MappingProxyType():
                for key, entry in list(value.items()):
                    yield from (self.of(key), self.of(entry))
            case set() | frozenset():
                yield from sorted(map(self.of, value))
            case list() | tuple() | deque():
                yield from map(self.of, list(value))
            case bytearray():
                yield bytes(value)
            case types.MethodType():
                yield from map(self.of, (value.__self__, value.__func__))
            case functools.partial():
                yield from map(self.of, (value.func, value.args, value.keywords))
            case torch.nn.Module():
                yield from (self.of(value.state_dict()), repr(value.training).encode())
            case _ if self._is_open(value):
                yield from map(self.of, _attributes(value).items())
            case _:
                yield repr(id(value)).encode()

    def _is_open(self, value: Any) -> bool:
        """Whether an object is looked into: one of the part's own classes, or of a plain namespace."""
        if isinstance(value, type | types.FunctionType | types.ModuleType):
            return False
        cls = type(value)
        return cls is types.SimpleNamespace or self.own.holds(cls.__module__)


def _of_tensor(value: Tensor) -> Iterator[bytes]:
    yield repr((tuple(value.shape), value.dtype, value.device)).encode()
    if value.device.type == "meta" or value.layout != torch.strided or value.numel() > _LARGE:
        yield repr((id(value), value._version)).encode()
    else:
        yield value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes()


def _attributes(value: Any) -> dict[str, Any]:
    """What an object holds, in its table and in its slots."""
    slots = [n for c in type(value).__mro__ for n in getattr(c, "__slots__", ())]
    return {
        **{n: getattr(value, n) for n in slots if not _is_special(n) and hasattr(value, n)},
        **getattr(value, "__dict__", {}),
    }


def _words(value: Any) -> str:
    match value:
        case None | bool() | int() | float() | str() | itertools.count():
            text = repr(value)
            return text if len(text) < 40 else f"{text[:40]}..."
        case Tensor():
            return f"a tensor of shape {tuple(value.shape)}"
        case dict() | list() | tuple() | set() | deque():
            return f"{type(value).__name__} of {len(value)}"
    return f"{type(value).__name__}"
