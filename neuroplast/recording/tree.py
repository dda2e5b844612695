"""A run as an xarray DataTree, for analysts: named axes, coordinates and attributes; values are read when asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from xarray import Dataset, DataTree, Variable
from xarray.backends import BackendArray
from xarray.core import indexing

from neuroplast.recording.joined import Array, Group

LEFT_OUT = ("provenance",)
OF_AN_EXECUTION = ("state", "steps_done")


def data_tree(root: Group) -> DataTree:
    """The tree of all groups but the provenance."""
    tables: dict[str, Dataset] = {}
    waiting = [("/", root)]
    while waiting:
        place, group = waiting.pop()
        tables[place] = _table(group, OF_AN_EXECUTION if place == "/" else ())
        inside = {
            name: node
            for name, node in group.groups.items()
            if place != "/" or name not in LEFT_OUT
        }
        waiting += [
            (f"{place.rstrip('/')}/{name}", node) for name, node in reversed(inside.items())
        ]
    return DataTree.from_dict(tables)


def _table(group: Group, without: tuple[str, ...]) -> Dataset:
    variables = {name: _variable(array) for name, array in group.arrays.items()}
    scales = {name for name, array in group.arrays.items() if array.dims == (name,)}
    attributes = {k: v for k, v in group.attributes.items() if k not in without}
    data = {name: v for name, v in variables.items() if name not in scales}
    return Dataset(data, {name: variables[name] for name in scales}, attributes)


def _variable(array: Array) -> Variable:
    lazy: Any = indexing.LazilyIndexedArray(_Values(array))
    cached: Any = indexing.MemoryCachedArray(lazy)  # type: ignore[no-untyped-call]
    data = indexing.CopyOnWriteArray(cached)  # as xarray wraps what it opens itself
    attributes = {name: value for name, value in array.attributes.items() if name != "dims"}
    return Variable(array.dims, data, attributes)


class _Values(BackendArray):
    """What xarray reads the values through. Texts are given as such, not as bytes."""

    def __init__(self, array: Array) -> None:
        self.array, self.shape = array, array.shape
        is_text = array.dtype.kind == "S"
        self.dtype = np.dtype(f"U{array.dtype.itemsize}") if is_text else array.dtype

    def __getitem__(self, key: Any) -> Any:
        """Read what xarray asks for."""
        support = indexing.IndexingSupport.OUTER_1VECTOR
        return indexing.explicit_indexing_adapter(key, self.shape, support, self._read)

    def _read(self, key: tuple[Any, ...]) -> Any:
        found = np.asarray(self.array[key])
        if found.dtype.kind == "S":
            return np.char.decode(found, "utf-8", "replace")
        return found
