"""A GPU that is not there: tensors that say they are on one, whose values lie in host memory.

It does what a GPU does to those who use it. Operations that mix devices are refused; whoever asks for a number on the
host is noted, since on the GPU the host would wait for it; and a step can be captured and replayed as a CUDA graph is:
while it is captured nothing happens to memory, what would make the host wait is refused, and a replay does the same
operations on the same memory, with every number that the host gave as it was then.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any, ClassVar
from unittest.mock import patch

import torch
from torch import Tensor, UntypedStorage
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

GPU = torch.device("cuda", 0)
aten = torch.ops.aten

ASKS = {
    aten._local_scalar_dense.default,
    aten.nonzero.default,
    aten.masked_select.default,
    aten.bincount.default,
    aten.equal.default,
    aten.repeat_interleave.Tensor,
    aten._unique2.default,
    aten.unique_dim.default,
}
"""What gives a number, or a shape that only values tell."""

COPIES = {aten._to_copy.default, aten.copy_.default}
INDEXED = {aten.index.Tensor, aten.index_put_.default, aten.index_put.default}


class OnGpu(Tensor):
    """A tensor there; `held` has its values."""

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> "OnGpu":
        made: OnGpu = torch.Tensor._make_wrapper_subclass(
            cls,
            held.shape,
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            layout=held.layout,
            device=GPU,
            requires_grad=held.requires_grad,
        )
        made.held = held
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _GPU.does(func, args, kwargs or {})

    def __repr__(self) -> str:
        return f"OnGpu({self.held!r})"


class Graph:
    """Operations on memory of their own."""

    def __init__(self) -> None:
        self.operations: list[Callable[[], None]] = []
        self.generators: list[torch.Generator] = []

    def register_generator_state(self, rng: torch.Generator) -> None:
        self.generators.append(rng)

    def replay(self) -> None:
        _GPU.replays += 1
        for operation in self.operations:
            operation()


class Generator(torch.Generator):
    """One that draws there, if it is told to. An operation is given another object of the same seed."""

    known: ClassVar[list["Generator"]] = []

    def __new__(cls, device: Any = "cpu") -> "Generator":
        made: Generator = super().__new__(cls, "cpu")
        made.there = torch.device(device).type == "cuda"
        cls.known += [made] if made.there else []
        return made

    @property
    def device(self) -> torch.device:
        return GPU if self.there else torch.device("cpu")


class PretendGpu:
    """What it was asked to do. memory: free bytes. waits: how often the host waited for it. replays: how many."""

    def __init__(self) -> None:
        self.memory = self.waits = self.replays = 0
        self._captured: list[Callable[[], None]] | None = None
        self._generators: list[torch.Generator] = []
        self._before: dict[int, tuple[UntypedStorage, UntypedStorage]] = {}

    def does(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        tensors = [t for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)]
        asked = kwargs.get("device")
        there = asked is not None and torch.device(asked).type == "cuda"
        if not there and not any(isinstance(t, OnGpu) for t in tensors):
            return func(*args, **kwargs)
        self._check_generator(kwargs.get("generator"))
        self._check(func, args, tensors, there or asked is None)
        plain = tree_map_only(OnGpu, lambda t: t.held, (args, kwargs))
        if there:
            plain[1]["device"] = "cpu"
        if func is aten._to_copy.default:  # a copy, even where only the device is another
            plain[1].pop("device", None)
            found = plain[0][0].clone() if not plain[1] else func(*plain[0], **plain[1])
            found = found.clone() if found is plain[0][0] else found
        else:
            self._remember(plain)
            found = func(*plain[0], **plain[1])
        stays = func is aten._local_scalar_dense.default or (asked is not None and not there)
        if stays:
            return found
        if self._captured is not None:
            self._captured.append(_again(func, plain, found))
        return self._wrapped(found, tensors)

    def _check_generator(self, rng: torch.Generator | None) -> None:
        if rng is None:
            return
        if not _is_among(Generator.known, rng):
            raise RuntimeError("Expected a 'cuda' device type for generator but found 'cpu'")
        if self._captured is not None and not _is_among(self._generators, rng):
            raise RuntimeError("a generator draws in a capture that it is not registered for")

    def _check(self, func: Any, args: Any, tensors: list[Tensor], to_gpu: bool) -> None:
        here = [t for t in tensors if not isinstance(t, OnGpu)]
        if func in ASKS or (func in INDEXED and _by_values(args)):
            self._wait(func)
        elif func in COPIES:
            if here or not to_gpu:
                self._wait(func)
        elif func in INDEXED and here:
            self._wait(func)
        elif any(t.dim() for t in here) and len(here) < len(tensors):
            raise RuntimeError(
                f"{func}: Expected all tensors to be on the same device, but found at least two devices"
            )

    def _wait(self, func: Any) -> None:
        if self._captured is not None:
            raise RuntimeError(f"{func}: operation not permitted when stream is capturing")
        self.waits += 1

    def _remember(self, plain: Any) -> None:
        """What a captured operation may overwrite, to be put back. Some say in no schema that they do."""
        if self._captured is not None:
            for t in tree_leaves(plain):
                if isinstance(t, Tensor) and _memory(t) not in self._before:
                    memory = t.untyped_storage()
                    self._before[_memory(t)] = memory, memory.clone()

    def _wrapped(self, found: Any, tensors: list[Tensor]) -> Any:
        known = {id(t.held): t for t in tensors if isinstance(t, OnGpu)}
        return tree_map_only(Tensor, lambda t: known[id(t)] if id(t) in known else OnGpu(t), found)

    @contextmanager
    def capturing(self, graph: Graph, capture_error_mode: str = "global") -> Iterator[None]:
        self._captured, self._before, self._generators = [], {}, graph.generators
        drawn = [(rng, rng.get_state()) for rng in graph.generators]
        try:
            yield
            graph.operations = self._captured
        finally:
            self._captured = None
            for rng, state in drawn:
                rng.set_state(state)
            for memory, before in self._before.values():
                memory.copy_(before)
            self._before = {}


def _is_among(known: Sequence[torch.Generator], rng: torch.Generator) -> bool:
    return any(rng.initial_seed() == other.initial_seed() for other in known)


def _by_values(args: Any) -> bool:
    return any(t is not None and t.dtype in (torch.bool, torch.uint8) for t in args[1])


def _again(func: Any, plain: Any, found: Any) -> Callable[[], None]:
    """The same operation, its result into the memory that it had."""
    given = {_memory(t) for t in tree_leaves(plain) if isinstance(t, Tensor)}
    results = [t for t in tree_leaves(found) if isinstance(t, Tensor)]
    if all(_memory(t) in given for t in results) and not func._schema.is_mutable:
        return lambda: None  # a view

    def again() -> None:
        new = [t for t in tree_leaves(func(*plain[0], **plain[1])) if isinstance(t, Tensor)]
        for old, now in zip(results, new, strict=True):
            if _memory(old) not in given:
                old.copy_(now)

    return again


def _memory(t: Tensor) -> int:
    return t.untyped_storage().data_ptr()


_GPU = PretendGpu()


class _Used(TorchDispatchMode):
    _mode_key = torch._C._TorchDispatchModeKey.FAKE  # else torch looks for a driver

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _GPU.does(func, args, kwargs or {})


@contextmanager
def pretend_gpu(memory: int = 2**30) -> Iterator[PretendGpu]:
    """Let "cuda" be such a device for a while, with so many bytes."""
    torch._C._ensureCUDADeviceGuardSet()
    _GPU.memory, _GPU.waits, _GPU.replays = memory, 0, 0
    with _Used(), ExitStack() as stack:
        for name, stand_in in STAND_INS.items():
            stack.enter_context(patch.object(torch.cuda, name, stand_in))
        stack.enter_context(patch.object(torch, "Generator", Generator))
        before = torch._C._only_lift_cpu_tensors()
        stack.callback(torch._C._set_only_lift_cpu_tensors, before)
        torch._C._set_only_lift_cpu_tensors(True)  # torch.tensor(..., device="cuda") too
        yield _GPU


STAND_INS: dict[str, Any] = {
    "is_available": lambda: True,
    "device_count": lambda: 1,
    "get_device_name": lambda device=None: "no GPU",
    "mem_get_info": lambda device=None: (_GPU.memory, _GPU.memory),
    "get_rng_state_all": list,
    "is_current_stream_capturing": lambda: False,
    "Stream": lambda: SimpleNamespace(wait_stream=lambda other: None),
    "current_stream": lambda: SimpleNamespace(wait_stream=lambda other: None),
    "stream": lambda stream: nullcontext(),
    "set_sync_debug_mode": lambda mode: None,
    "synchronize": lambda device=None: None,
    "CUDAGraph": Graph,
    "graph": _GPU.capturing,
}
