"""Writes one HDF5 file of the layout in `schema`: a segment of a run, in memory until it is whole.

HDF5 writes to a piece of memory, which is put on disk by plain means when it is finished. So a full disk or a lost
folder is an ordinary error of an ordinary write, which HDF5 never sees, and no half of a file is ever there.

The samples of a layer share one scale `step`: whatever is added for a layer at one step is one row, and a series that
is missing in a row, or begins later, is NaN there. Truth values are stored as uint8, bfloat16 and half as float32.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import h5py
import numpy as np
from torch import Tensor

from neuroplast.recording import manifest, schema
from neuroplast.recording.arrays import as_array
from neuroplast.recording.blocks import Events, Snapshots, Table
from neuroplast.recording.digest import content_sha256
from neuroplast.recording.folder import Segment
from neuroplast.recording.recorder import Header, LayerHeader, ProbeHeader, RunState, Series
from neuroplast.recording.schema import Label


def in_memory() -> Any:
    """A new HDF5 file that lies in memory; `image` gives its bytes."""
    return h5py.File(uuid4().hex, "w", driver="core", backing_store=False, block_size=2**20)


def image(file: Any) -> bytes:
    """The bytes of a file in memory, as they would lie on disk."""
    file.flush()
    content: bytes = file.id.get_file_image()
    return content


class RunFile:
    """A file of a run, from its header on. Add what was recorded in any order, then `finish` it, once."""

    def __init__(self, header: Header, segment: Segment | None = None) -> None:
        self._file = in_memory()
        self._layers: dict[str, Table] = {}
        self._probes: dict[tuple[str, str], Table] = {}
        self._states: dict[str, dict[str, Snapshots]] = {}
        self._metrics: dict[str, Table] = {}
        self._begin(header, json.dumps(header.scenario, ensure_ascii=False))
        if segment is not None:
            self._file.attrs["segment_start"] = np.int32(segment.start)
            self._file.attrs["segment_end"] = np.int32(segment.end)

    def series(
        self,
        layer: str,
        steps: Sequence[int],
        samples: Mapping[str, Any],
        labels: Mapping[str, Series],
    ) -> None:
        """Add series of a layer: arrays with a sample for each of these steps, which ascend (1 is the first).

        labels: what is known of each series; their values do not count.
        """
        self._known(layer)
        self._layers[layer].add(steps, samples, labels)

    def probe(
        self, name: str, layer: str, steps: Sequence[int], samples: Mapping[str, Any]
    ) -> None:
        """Add what a probe saw in a layer, likewise; name, layer, series and their shapes are those of the header."""
        self._probes[name, layer].put(steps, samples)

    def snapshot(self, step: int, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Keep all state of all layers, by layer and name, as it is after `step` steps (0 is the start)."""
        for layer, tensors in state.items():
            self._known(layer)
            arrays = {name: as_array(tensor) for name, tensor in tensors.items()}
            for prefix, part in _by_projection(arrays, self._states[layer]).items():
                self._states[layer][prefix].write(step, part)

    def metrics(self, group: str, step: int, values: Mapping[str, float]) -> None:
        """Add metrics of a read-out."""
        if group not in self._metrics:
            node = self._file["metrics"].create_group(schema.stored_name(group))
            self._metrics[group] = Table(node, f"metrics {group!r}")
        samples = {name: np.array([value], np.float64) for name, value in values.items()}
        self._metrics[group].add([step], samples, {name: Series(0.0, name) for name in values})

    def event(self, step: int, kind: str, message: str) -> None:
        """Note that something happened."""
        self._events.add(step, kind, message)

    def finish(self, state: RunState, steps_done: int) -> bytes:
        """The whole file; nothing can be added any more."""
        for table in (*self._layers.values(), *self._probes.values(), *self._metrics.values()):
            table.write()
        self._events.write()
        seal(self._file, state, steps_done)
        content = image(self._file)
        self._file.close()
        return content

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
        for probe in header.probes:
            path = ("probes", *map(schema.stored_name, (probe.name, probe.layer)))
            self._begin_probe(file.require_group("/".join(path)), probe)
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

    def _begin_probe(self, group: Any, probe: ProbeHeader) -> None:
        """Lay out all that a probe will see of a layer."""
        schema.set_text(group, "layer", probe.layer)
        for name, text in probe.attributes.items():
            schema.set_text(group, name, text)
        for name, values in probe.scales.items():
            schema.add_scale(group, name, values)
        table = Table(group, f"probe {probe.name!r} of {probe.layer}")
        for name, header in probe.series.items():
            table.declare(name, header)
        self._probes[probe.name, probe.layer] = table

    def _known(self, layer: str) -> None:
        if layer not in self._layers:
            raise ValueError(
                f"recorder: layer {layer!r} is not in the header of this run, which has "
                f"{', '.join(self._layers) or 'none'}; name it there"
            )


def seal(file: Any, state: RunState, steps_done: int) -> None:
    """Write what a finished file says of itself: its state, and the fingerprints of all that is in it."""
    schema.reset_text(file, "state", state, schema.STATE_WIDTH)
    file.attrs.modify("steps_done", np.int32(steps_done))
    schema.reset_text(
        file["provenance"], "content_sha256", content_sha256(file), schema.DIGEST_WIDTH
    )
    manifest.write(file)


def put_bytes(content: bytes) -> Callable[[Path], object]:
    """What writes these bytes to a path."""
    return lambda path: path.write_bytes(content)


def _write_scenario(group: Any, header: Header, config: str) -> None:
    for name in dict.fromkeys(name for layer in header.layers for name in layer.attributes):
        used = dict.fromkeys(layer.attributes.get(name, "") for layer in header.layers)
        schema.set_text(group, name, ", ".join(text for text in used if text))
    schema.set_text(group, "condition", header.condition)
    schema.set_value(group, "seed", header.seed)
    label = Label("the resolved scenario")
    data_set = schema.add_text(group, "config_json", config, label)
    schema.set_text(data_set, "media_type", "application/json")
    if header.files:
        files = group.create_group("files")
        for number, file in enumerate(header.files):
            schema.add_text(files, str(number), file.text, Label("a local file of parts"))


def _write_provenance(group: Any, header: Header) -> None:
    for name, value in {**header.provenance, "seed": header.seed}.items():
        schema.set_value(group, name, value)
    schema.set_text(group, "content_sha256", "", schema.DIGEST_WIDTH)
    schema.add_texts(group, "packages", "package", header.packages, Label("packages and versions"))
    schema.add_texts(group, "plugins", "plugin", header.parts, Label("parts that take part"))
    data = group.create_group("data")
    for name, value in header.data.items():
        schema.set_value(data, name, value)
    if header.files:
        lines = [f"{file.sha256}  {file.name}" for file in header.files]
        schema.add_texts(group, "files", "file", lines, Label("sha256 and name of local files"))


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
