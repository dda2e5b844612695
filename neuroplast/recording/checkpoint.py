"""All that decides how a run goes on, as one file: tensors as arrays, the rest as JSON. Nothing is pickled.

/              format="neuroplast-checkpoint"  format_version  step  segment: the last one that it commits
tree           scalar text: the nested tables and lists as JSON, where {"tensor": n} stands for /tensors/n
tensors/<n>    one array each; attributes `dtype` and `shape` as torch has them
provenance/    the manifest, see manifest.py
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from torch import Tensor

from neuroplast.errors import DataError
from neuroplast.recording import manifest, schema
from neuroplast.recording.folder import Segment
from neuroplast.recording.runfile import image, in_memory
from neuroplast.recording.safety import check_safe
from neuroplast.recording.schema import Label

FORMAT = "neuroplast-checkpoint"
VERSION = 1

Tree = Mapping[str, Any]
"""Nested tables and lists of tensors, numbers, texts, truth values and None."""

_WHOLE = (
    *(torch.bool, torch.int8, torch.int16, torch.int32, torch.int64),
    *(torch.uint8, torch.uint16, torch.uint32, torch.uint64),
)
_COMPLEX = (torch.complex32, torch.complex64, torch.complex128)
_AS_INTEGERS = {1: torch.uint8, 2: torch.int16}
"""What stands for truth values and for floats of so many bytes, which not every reader takes: the same bits."""


def packed(step: int, segment: Segment, tree: Tree) -> bytes:
    """A checkpoint as the bytes of a file. ValueError where the tree holds something of another type."""
    tensors: list[Tensor] = []
    text = json.dumps(_stripped(tree, tensors, ""))
    file = in_memory()
    schema.set_text(file, "format", FORMAT)
    file.attrs.update(format_version=np.int32(VERSION), step=np.int32(step))
    schema.set_text(file, "segment", segment.name)
    schema.add_text(file, "tree", text, Label("state as JSON"))
    group = file.create_group("tensors")
    for n, tensor in enumerate(tensors):
        _add(group, str(n), tensor)
    manifest.write(file.create_group("provenance").parent)
    content = image(file)
    file.close()
    return content


def load(path: Path) -> tuple[int, str, dict[str, Any]]:
    """Step, last segment and tree of a checkpoint; DataError where it is not whole."""
    try:
        with h5py.File(path, "r") as file:
            check_safe(file, path)
            if wrong := manifest.differences(file):
                raise ValueError(f"{wrong[0]} is not what was written")
            if bytes(file.attrs["format"]).decode() != FORMAT:
                raise ValueError("it is no checkpoint")
            if int(file.attrs["format_version"]) != VERSION:
                raise ValueError(f"its version is {file.attrs['format_version']}, not {VERSION}")
            tensors = [_tensor(file["tensors"][str(n)]) for n in range(len(file["tensors"]))]
            tree = _filled(json.loads(bytes(file["tree"][()]).decode("utf-8")), tensors)
            return int(file.attrs["step"]), bytes(file.attrs["segment"]).decode(), tree
    except (
        *(OSError, RuntimeError, LookupError, ValueError),
        *(TypeError, AttributeError, OverflowError, RecursionError),
    ) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"{path}: is no whole checkpoint ({reason})") from error


def copied(tree: Any) -> Any:
    """The same tree with tensors of its own on the host, which nobody changes any more."""
    if isinstance(tree, Tensor):
        return tree.detach().to("cpu", copy=True)
    if isinstance(tree, Mapping):
        return {key: copied(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [copied(value) for value in tree]
    return tree


def _stripped(tree: Any, tensors: list[Tensor], where: str) -> Any:
    """The tree with every tensor put away and its number in its place."""
    if isinstance(tree, Tensor) and _can_be_kept(tree):
        tensors.append(tree)
        return {"tensor": len(tensors) - 1}
    if isinstance(tree, Mapping) and all(isinstance(key, str) for key in tree):
        return {"table": {k: _stripped(v, tensors, f"{where}.{k}") for k, v in tree.items()}}
    if isinstance(tree, list | tuple):
        return [_stripped(v, tensors, f"{where}[{i}]") for i, v in enumerate(tree)]
    if isinstance(tree, float) and not math.isfinite(tree):
        return {"float": repr(tree)}
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    raise ValueError(
        f"checkpoint: {where.lstrip('.') or 'the whole'} is {_kind(tree)}; keep dense tensors, "
        "numbers, texts, or lists of them and tables that name them by texts"
    )


def _kind(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of {value.dtype} in the layout {value.layout} on {value.device}"
    return f"{type(value).__name__} {value!r}"


def _filled(tree: Any, tensors: Sequence[Tensor]) -> Any:
    if isinstance(tree, list):
        return [_filled(value, tensors) for value in tree]
    if not isinstance(tree, dict):
        return tree
    ((kind, value),) = tree.items()
    if kind == "tensor":
        return tensors[value]
    if kind == "float":
        return float(value)
    return {key: _filled(inner, tensors) for key, inner in value.items()}


def _add(group: Any, name: str, tensor: Tensor) -> None:
    """Add an array with the bits of a tensor."""
    plain = tensor.detach().resolve_conj().resolve_neg()
    plain = torch.view_as_real(plain) if plain.is_complex() else plain
    # In logical order by NumPy, see arrays.as_array.
    array = np.atleast_1d(np.ascontiguousarray(plain.view(_stored_as(plain.dtype)).numpy()))
    if not array.size:
        array = np.zeros(1, array.dtype)  # HDF5 has no chunks for nothing
    chunks = schema.chunk_shape(len(array), array.shape[1:], array.itemsize)
    data_set = group.create_dataset(name, data=array, chunks=chunks, fletcher32=True)
    schema.set_text(data_set, "dtype", str(tensor.dtype).removeprefix("torch."))
    data_set.attrs["shape"] = np.array([tensor.dim(), *tensor.shape], np.int64)
    data_set.attrs["memory_order"] = np.array([tensor.dim(), *_memory_order(tensor)], np.int64)


def _memory_order(tensor: Tensor) -> list[int]:
    """The dimensions from the one that is farthest apart in memory to the one that is nearest."""
    strides = tensor.stride()
    return sorted(range(tensor.dim()), key=lambda dim: (-strides[dim], -tensor.shape[dim], dim))


def _laid_out(tensor: Tensor, order: Sequence[int]) -> Tensor:
    """The same values in such an order in memory, on which the order of sums, and so their last bit, depends."""
    back = sorted(range(len(order)), key=order.__getitem__)
    return tensor.permute(*order).contiguous().permute(*back) if order else tensor


def _tensor(data_set: Any) -> Tensor:
    dtype = getattr(torch, bytes(data_set.attrs["dtype"]).decode())
    if not isinstance(dtype, torch.dtype):
        raise ValueError(f"{data_set.name} has no dtype of torch")
    shape = [int(length) for length in data_set.attrs["shape"][1:]]
    order = [int(dim) for dim in data_set.attrs["memory_order"][1:]]
    bits = torch.from_numpy(np.array(data_set[()])).reshape(-1)
    if dtype.is_complex:
        parts = bits.view(dtype.to_real())[: 2 * math.prod(shape)]
        return _laid_out(torch.view_as_complex(parts.reshape(*shape, 2)), order)
    return _laid_out(bits.view(dtype)[: math.prod(shape)].reshape(shape), order)


def _can_be_kept(tensor: Tensor) -> bool:
    dtype = tensor.dtype
    known = dtype.is_floating_point or dtype in (*_WHOLE, *_COMPLEX)
    return known and tensor.layout == torch.strided and tensor.device.type != "meta"


def _stored_as(dtype: torch.dtype) -> torch.dtype:
    """The type in the file: its own for integers and whole floats, integers of the same size for the rest."""
    as_it_is = dtype != torch.bool and (not dtype.is_floating_point or dtype.itemsize >= 4)
    return dtype if as_it_is else _AS_INTEGERS[dtype.itemsize]
