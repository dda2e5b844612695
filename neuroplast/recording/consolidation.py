"""Makes one file of a run's segments. The same segments give the same bytes, whenever and wherever that is done.

Every data set that grows is put together along its scale. Where two segments have a row for the same step, what was
recorded before a commit and after it is one row.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from neuroplast.errors import DataError
from neuroplast.recording import schema
from neuroplast.recording.damage import UNREADABLE
from neuroplast.recording.folder import Segment
from neuroplast.recording.intact import check_intact
from neuroplast.recording.manifest import LEFT_OUT
from neuroplast.recording.recorder import RunState
from neuroplast.recording.runfile import image, in_memory, seal
from neuroplast.recording.schema import GROWING, SCALE_ATTRIBUTES

IN_MEMORY = 2**28
"""Up to so many bytes of segments are put together in memory."""
BLOCK_BYTES = 2**24
MARGIN = 2**20

OF_A_SEGMENT = ("segment_start", "segment_end")

FIRST = ("snapshot_step", "event")
PASSES = (FIRST, ("step",))
"""State goes first, so that its names, and those of its scales, do not depend on which series came before it."""
ROLES = {"snapshot_step": "state", "step": "series"}


def consolidate(
    folder: Path,
    segments: Iterable[Segment],
    target: Path,
    state: RunState,
    steps_done: int,
    executions: str,
) -> None:
    """Write the file `target` from a folder's segments. executions: how the run came about, as JSON.

    DataError where a segment is not what was written, or does not go with those before it.
    """
    paths = [folder / segment.name for segment in segments]
    for path in paths:
        check_intact(path)
    with _new_file(target, sum(path.stat().st_size for path in paths)) as file:
        for scales in PASSES:
            for path in paths:
                with h5py.File(path, "r") as segment:
                    _merge(segment, file, scales)
        _even_out(file)
        group = file["provenance"]
        schema.add_text(group, "executions", executions, schema.Label("how the run came about"))
        seal(file, state, steps_done)
    check_intact(target)  # before what it is made of is removed


@contextmanager
def _new_file(target: Path, size: int) -> Iterator[Any]:
    """A new HDF5 file that is at `target` when it is finished: in memory until then, unless it is too large."""
    if size <= IN_MEMORY:
        with in_memory() as file:
            yield file
            target.write_bytes(image(file))
        return
    if shutil.disk_usage(target.parent).free < size + MARGIN:
        raise OSError(ENOSPC, os.strerror(ENOSPC))
    with target.open("w+b", buffering=0) as raw:
        disk = _Disk(raw)
        try:
            with h5py.File(disk, "w") as file:
                yield file
        except UNREADABLE as error:  # what was not written cannot be read back
            raise disk.error or error from None
        if disk.error is not None:
            raise disk.error


class _Disk:
    """A file for HDF5, which may crash the process where a write fails: it never sees that, and it is told at the end.

    error: of the first write that failed.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.error: OSError | None = None
        self.seek, self.tell, self.flush = raw.seek, raw.tell, raw.flush
        self.read, self.readinto = raw.read, raw.readinto

    def write(self, data: Any) -> int:
        """Write all of it, unless a write has failed."""
        left = memoryview(data).cast("B")
        try:
            while left and self.error is None:
                left = left[self._raw.write(left) :]
        except OSError as error:
            self.error = error
        return len(data)

    def truncate(self, size: int) -> int:
        """Cut or extend the file."""
        try:
            self._raw.truncate(size)
        except OSError as error:
            self.error = self.error or error
        return size


def _merge(source: Any, target: Any, scales: Container[str]) -> None:
    """Add what one segment holds along some scales, and what does not grow; that of series alone with these."""
    if scales is FIRST:
        _copy_attributes(source, target)
    for name, node in source.items():
        if isinstance(node, h5py.Group):
            _merge(node, target.require_group(name), scales)
        elif node.shape == () and name not in target:
            source.copy(node, target, name)
    for scale in _scales(source):
        if scale in scales:
            _merge_along(scale, source, target)
        elif scale not in GROWING and not (scales is FIRST and _is_of_series(scale, source)):
            _copy_fixed(scale, source, target)


def _scales(group: Any) -> list[str]:
    """The scales of a group: those that do not grow first, since arrays along growing ones lie along them too."""
    arrays = {n: d for n, d in group.items() if isinstance(d, h5py.Dataset)}
    found = [n for n, d in arrays.items() if _dims(d) == (n,) and d.name not in LEFT_OUT]
    return sorted(found, key=lambda name: (name in GROWING, name))


def _is_of_series(scale: str, group: Any) -> bool:
    """Whether only series lie along a scale."""
    arrays = [d for n, d in group.items() if isinstance(d, h5py.Dataset) and n != scale]
    along = [_dims(d)[0] for d in arrays if scale in _dims(d)]
    return bool(along) and set(along) == {"step"}


def _copy_fixed(scale: str, source: Any, target: Any) -> None:
    """Add a scale that does not grow, and what lies along it."""
    if scale in target:
        return
    _like(source[scale], target, scale)
    for name, data_set in _along(source, scale):
        _like(data_set, target, name)[...] = data_set[...]


def _merge_along(scale: str, source: Any, target: Any) -> None:
    """Add the rows of all data sets whose first dimension is one scale."""
    rows = source[scale][:]
    if scale not in target:
        _like(source[scale], target, scale)
    old = len(target[scale])
    shared = bool(old and len(rows) and scale != "event" and target[scale][-1] == rows[0])
    first = old - shared
    target[scale].resize(first + len(rows), axis=0)
    target[scale][first:] = rows if scale != "event" else np.arange(first, first + len(rows))
    for stored, data_set in _along(source, scale):
        name = _own_name(stored, scale, target)
        if name not in target:
            _like(data_set, target, name)
        _append(data_set, target[name], first, shared, scale)


def _own_name(name: str, scale: str, target: Any) -> str:
    """The name of a data set: with its role where state has the plain one for itself, or a series has it."""
    if name not in target or _dims(target[name])[:1] == (scale,):
        return name
    return f"{name}.{ROLES[scale]}"


def _append(source: Any, target: Any, first: int, shared: bool, scale: str) -> None:
    """Put the rows of a data set from row `first` on; the first of them completes one that is there, if shared."""
    if source.shape[1:] != target.shape[1:]:
        raise DataError(
            f"{source.file.filename}: {source.name} has values of shape {source.shape[1:]}, and before "
            f"{target.shape[1:]}; a plugin must keep the shape of what is recorded of it"
        )
    before = target[first] if shared and len(target) > first else None
    target.resize(first + len(source), axis=0)
    step = max(1, BLOCK_BYTES // max(1, source.nbytes // max(1, len(source))))
    for start in range(0, len(source), step):
        block = source[start : start + step]
        if start == 0 and before is not None and scale == "step":
            block[0] = np.where(np.isnan(block[0]), before, block[0])
        target[first + start : first + start + len(block)] = block


def _even_out(group: Any) -> None:
    """Let every data set have as many rows as its scale: what it lacks at the end is not a number."""
    for node in group.values():
        if isinstance(node, h5py.Group):
            _even_out(node)
        elif node.shape and (dims := _dims(node)) and dims[0] in GROWING and dims[0] in group:
            node.resize(len(group[dims[0]]), axis=0)


def _along(group: Any, scale: str) -> list[tuple[str, Any]]:
    arrays = [(n, d) for n, d in group.items() if isinstance(d, h5py.Dataset) and d.shape]
    return [(n, d) for n, d in arrays if _dims(d)[0] == scale and n != scale]


def _like(data_set: Any, group: Any, name: str) -> Any:
    """A data set like another, along scales of the same names; without rows if it grows."""
    dims, inner = _dims(data_set), data_set.shape[1:]
    growing = dims[0] in GROWING
    rows = schema.CHUNK_ROWS if growing else len(data_set)
    found = group.create_dataset(
        name,
        shape=(0, *inner) if growing else data_set.shape,
        dtype=data_set.id.get_type(),
        maxshape=data_set.maxshape,
        chunks=schema.chunk_shape(
            1 if dims[0] == "snapshot_step" else rows, inner, data_set.dtype.itemsize
        ),
        fletcher32=True,
        # samples shrink to a third, weights hardly, and those take long
        compression=1 if dims[0] in ("step", "event") and dims != (name,) else None,
        fillvalue=data_set.fillvalue,
    )
    if dims == (name,):
        found.make_scale(name)
        if not growing:
            found[...] = data_set[...]
    else:
        own = (
            dims[0],
            *schema.own_dims(group, inner, dims[1:]),
        )  # sizes may differ between segments
        for axis, dim in zip(found.dims, own, strict=True):
            axis.attach_scale(group[dim])
        schema.set_text(found, "dims", ",".join(own))
    _copy_attributes(data_set, found)
    return found


def _copy_attributes(source: Any, target: Any) -> None:
    kept: Mapping[str, Any] = source.attrs
    for name in kept:
        if name not in (*SCALE_ATTRIBUTES, *OF_A_SEGMENT) and name not in target.attrs:
            attribute = h5py.h5a.open(source.id, name.encode())
            target.attrs.create(name, kept[name], dtype=attribute.dtype)


def _dims(data_set: Any) -> tuple[str, ...]:
    return tuple(bytes(data_set.attrs.get("dims", b"")).decode().split(","))
