"""Writes a run into one HDF5 file. Every flush leaves it readable, whatever then happens to the process.

Samples wait in memory, on the device where they were made, until a flush appends them as whole blocks;
snapshots are written at once. The samples of a layer share one scale `step`: whatever is added for a
layer at one step is one row, and a series that is missing in a row, or begins later, is NaN there.
Truth values are stored as uint8, bfloat16 and half as float32.

HDF5 cannot close a file for which the disk was full. So room is reserved in the file system before
HDF5 writes, and a full disk is met while the file can still be closed, as failed.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from torch import Tensor

from neuroplast.errors import DataError
from neuroplast.recording import schema
from neuroplast.recording.blocks import (
    Events,
    Snapshots,
    Table,
    as_array,
    room_for_series,
    room_for_state,
)
from neuroplast.recording.digest import content_sha256
from neuroplast.recording.recorder import Header, LayerHeader, Recorder, RunState, Series
from neuroplast.recording.schema import Label

MARGIN = 2**18  # bytes reserved beside what was computed
NO_RESERVE = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)


class Hdf5Recorder(Recorder):
    """Writes a run into one new file, usually `run.h5` in a folder of its own, which is made if need be.

    Methods raise DataError where the file cannot be written; `close` still works then, and leaves what was
    flushed before, as failed.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._file: Any = None
        self._broken = False
        self._layers: dict[str, Table] = {}
        self._states: dict[str, dict[str, Snapshots]] = {}
        self._metrics: dict[str, Table] = {}

    def start(self, header: Header) -> None:
        """Begin the record; its state is "running". DataError where it cannot be written."""
        if self.path.exists():
            raise DataError(f"{self.path}: holds a run already; choose another folder with --out")
        config = json.dumps(header.scenario, ensure_ascii=False)
        with self._writing():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _probe(self.path, _room_for(header, config))
            self._file = h5py.File(self.path, "x")
        try:
            with self._writing(_room_for(header, config)):
                self._begin(header, config)
            self.flush(0)
        except BaseException:
            with suppress(OSError, RuntimeError):
                self._file.close()
            self._file = None
            self.path.unlink(missing_ok=True)
            raise

    def series(self, layer: str, step: int, values: Mapping[str, Series]) -> None:
        """Add a sample of each series of a layer, taken at the end of step `step` (1 is the first)."""
        self._known(layer)
        self._layers[layer].add(step, values)

    def snapshot(self, step: int, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Keep all state of all layers, by layer and name, as it is after `step` steps (0 is the start)."""
        for layer, tensors in state.items():
            self._known(layer)
            arrays = {name: as_array(tensor) for name, tensor in tensors.items()}
            with self._writing(room_for_state(arrays)):
                for prefix, part in _by_projection(arrays, self._states[layer]).items():
                    self._states[layer][prefix].write(step, part)

    def metrics(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """Add metrics of a read-out."""
        if group not in self._metrics:
            with self._writing(MARGIN):
                node = self._file["metrics"].create_group(schema.stored_name(group))
                self._metrics[group] = Table(node, f"metrics {group!r}")
        self._metrics[group].add(step, {k: Series(float(v), k) for k, v in values.items()})

    def event(self, step: int, kind: str, message: str) -> None:
        """Note that something happened."""
        self._events.add(step, kind, message)

    def flush(self, step: int) -> None:
        """Bring what was added so far to where it survives the end of this process; `step` steps are done."""
        tables = [*self._layers.values(), *self._metrics.values()]
        gathered = [(table, table.gather()) for table in tables]
        room = sum(room_for_series(blocks) for _, blocks in gathered) + self._events.room()
        with self._writing(room):
            for table, blocks in gathered:
                table.write(blocks)
            self._events.write()
            self._file.flush()
            # Only now, so that rows up to `steps_done` are whole whenever the process ends.
            self._file.attrs.modify("steps_done", np.int32(step))
            self._file.flush()
            _trim(self._file)

    def close(self, state: RunState, steps_done: int) -> None:
        """Finish the record in this state; what was added can be read."""
        if self._file is None:
            return
        try:
            if not self._broken:
                self.flush(steps_done)
        except BaseException:
            self._broken = True
            raise
        finally:
            self._finish("failed" if self._broken and state == "complete" else state, steps_done)

    def _finish(self, state: RunState, steps_done: int) -> None:
        file, self._file = self._file, None
        with self._writing():
            try:
                schema.reset_text(file, "state", state, schema.STATE_WIDTH)
                file.attrs.modify("steps_done", np.int32(steps_done))
                digest = content_sha256(file)
                provenance = file["provenance"]
                schema.reset_text(provenance, "content_sha256", digest, schema.DIGEST_WIDTH)
                file.flush()
                _trim(file)
                os.fsync(file.id.get_vfd_handle())
            finally:
                file.close()

    def _begin(self, header: Header, config: str) -> None:
        """Write all that is known before anything is learnt."""
        file = self._file
        schema.set_text(file, "format", schema.FORMAT)
        schema.set_text(file, "format_version", ".".join(map(str, schema.VERSION)))
        schema.set_text(file, "title", header.title)
        schema.set_text(file, "dimension_order", schema.DIMENSION_ORDER)
        schema.set_text(file, "state", "running", schema.STATE_WIDTH)
        file.attrs["steps_done"] = np.int32(0)
        file.attrs["steps_total"] = np.int32(header.steps_total)
        file.attrs["input_shape"] = np.array(header.input_shape, np.int32)
        _write_scenario(file.create_group("scenario"), header, config)
        _write_provenance(file.create_group("provenance"), header)
        layers = file.create_group("layers")
        for order, layer in enumerate(header.layers):
            self._begin_layer(layers.create_group(schema.stored_name(layer.name)), order, layer)
        file.create_group("metrics")
        self._events = Events(file.create_group("events"))

    def _begin_layer(self, group: Any, order: int, layer: LayerHeader) -> None:
        for name, text in layer.attributes.items():
            schema.set_text(group, name, text)
        group.attrs["order"], group.attrs["neurons"] = np.int32(order), np.int32(layer.neurons)
        if layer.input_shape:
            group.attrs["input_shape"] = np.array(layer.input_shape, np.int32)
        self._layers[layer.name] = Table(group, layer.name, layer.neurons, layer.attributes)
        own = layer.weight_shapes.get("w", ())
        states = {"": Snapshots(group, layer.neurons, own, layer.attributes)}
        for name, shape in layer.weight_shapes.items():
            if name.endswith(".w"):
                prefix = name.removesuffix("w")
                plugins = _within(prefix, layer.attributes)
                node = group.create_group(schema.stored_name(prefix.removesuffix(".")))
                states[prefix] = Snapshots(node, layer.neurons, shape, plugins)
        self._states[layer.name] = states

    def _known(self, layer: str) -> None:
        if layer not in self._layers:
            raise ValueError(
                f"recorder: layer {layer!r} is not in the header of this run, which has "
                f"{', '.join(self._layers) or 'none'}; name it there"
            )

    @contextmanager
    def _writing(self, room: int = 0) -> Iterator[None]:
        """Reserve room, and say what is wrong where the file cannot be written."""
        try:
            if room:
                _reserve(self._file.id.get_vfd_handle(), self._file.id.get_filesize(), room)
            yield
        except (OSError, RuntimeError) as error:
            self._broken = True
            raise DataError(_cannot_write(self.path, error)) from error


def _write_scenario(group: Any, header: Header, config: str) -> None:
    for name in dict.fromkeys(name for layer in header.layers for name in layer.attributes):
        used = dict.fromkeys(layer.attributes.get(name, "") for layer in header.layers)
        schema.set_text(group, name, ", ".join(text for text in used if text))
    schema.set_text(group, "condition", header.condition)
    schema.set_value(group, "seed", header.seed)
    label = Label("the resolved scenario")
    data_set = schema.add_text(group, "config_json", config, label)
    schema.set_text(data_set, "media_type", "application/json")


def _write_provenance(group: Any, header: Header) -> None:
    for name, value in {**header.provenance, "seed": header.seed}.items():
        schema.set_value(group, name, value)
    schema.set_text(group, "content_sha256", "", schema.DIGEST_WIDTH)
    schema.add_texts(group, "packages", "package", header.packages, Label("packages and versions"))
    schema.add_texts(group, "plugins", "plugin", header.parts, Label("parts that take part"))
    data = group.create_group("data")
    for name, value in header.data.items():
        schema.set_value(data, name, value)


def _by_projection(
    arrays: Mapping[str, Any], prefixes: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """State by the longest prefix that its name begins with, and there by the rest of its name."""
    parts: dict[str, dict[str, Any]] = {prefix: {} for prefix in prefixes}
    for name, array in arrays.items():
        prefix = max((p for p in prefixes if name.startswith(p)), key=len)
        parts[prefix][name.removeprefix(prefix)] = array
    return parts


def _within(prefix: str, attributes: Mapping[str, str]) -> dict[str, str]:
    return {k.removeprefix(prefix): v for k, v in attributes.items() if k.startswith(prefix)}


def _room_for(header: Header, config: str) -> int:
    """The bytes that the file may need before anything is learnt."""
    texts = [config, *map(str, header.provenance.values()), *header.packages, *header.parts]
    room = MARGIN + 4 * sum(len(text) + 64 for text in texts)
    for layer in header.layers:
        inputs = sum(prod(shape[1:]) for shape in layer.weight_shapes.values())
        room += MARGIN + 4 * (inputs + layer.neurons * (1 + len(layer.weight_shapes)))
    return room


def _reserve(handle: int, start: int, size: int) -> None:
    """Make sure of room behind the end of a file; OSError where there is none."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(handle, start, size)
        except OSError as error:
            if error.errno not in NO_RESERVE:
                raise


def _trim(file: Any) -> None:
    """Give back reserved room that HDF5 has not used."""
    if hasattr(os, "posix_fallocate"):
        os.ftruncate(file.id.get_vfd_handle(), file.id.get_filesize())


def _probe(path: Path, size: int) -> None:
    """Make sure that the folder can be written and has room, before HDF5 makes a file there."""
    trial = path.with_name(f"{path.name}.trial")
    if shutil.disk_usage(path.parent).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    try:
        with trial.open("xb") as file:
            _reserve(file.fileno(), 0, size)
    finally:
        trial.unlink(missing_ok=True)


def _cannot_write(path: Path, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{path}: there is no room for it ({reason}); free some disk space, or record less"
    return f"{path}: cannot be written ({reason}); choose another folder with --out"
