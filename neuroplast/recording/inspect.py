"""What is in a run, as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from neuroplast.recording.joined import Array, Group
from neuroplast.recording.reader import along, open_run
from neuroplast.recording.recording import RecordedLayer, Recording
from neuroplast.recording.schema import plain_name


def summarised(path: str) -> Iterator[dict[str, Any]]:
    """The summary of the run at a path."""
    with open_run(Path(path)) as recording:
        yield summary(recording)


def summary(recording: Recording) -> dict[str, Any]:
    """State, scenario, layers, series, snapshots, metrics, size and tree of a run; only JSON types.

    metrics: the last value of each, by group; None where it is not finite. segments: how many it lies in, 0 of a file.
    tree: every group and data set with its depth, in order.
    """
    return {
        "path": str(recording.path),
        "bytes": recording.bytes,
        "state": recording.state,
        "title": recording.title,
        "condition": recording.condition,
        "seed": recording.seed,
        "steps_done": recording.steps_done,
        "steps_total": recording.steps_total,
        "segments": len(recording.segments),
        "input_shape": list(recording.input_shape),
        "data": recording.data,
        "parts": list(recording.parts),
        "layers": [_layer(layer) for layer in recording.layers.values()],
        "snapshot_steps": list(recording.snapshot_steps),
        "metrics": {
            group: {name: _last(array) for name, array in metrics.items()}
            for group, metrics in _metrics(recording.root.group("metrics")).items()
        },
        "events": [event._asdict() for event in recording.events],
        "content_sha256": recording.provenance["content_sha256"],
        "tree": list(_nodes(recording.root, 0)),
    }


def _layer(layer: RecordedLayer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "neurons": layer.neurons,
        "input_shape": list(layer.input_shape),
        "weight_shapes": {name: list(shape) for name, shape in layer.weight_shapes.items()},
        "attributes": dict(layer.attributes),
        "series": list(layer.series),
        "samples": len(layer.steps),
        "snapshots": len(layer.snapshot_steps),
    }


def _metrics(parent: Group) -> dict[str, dict[str, Array]]:
    return {
        plain_name(k): dict(along(group, "step", "series")) for k, group in parent.groups.items()
    }


def _last(array: Array) -> float | None:
    """The last value, where it is a number that JSON knows."""
    value = float(array[-1]) if len(array) else math.nan
    return value if math.isfinite(value) else None


def _nodes(group: Group, depth: int) -> Iterator[dict[str, Any]]:
    """The arrays of a group, then the groups in it and what is in those."""
    for name, array in group.arrays.items():
        yield {
            "depth": depth,
            "name": name,
            "dims": dict(zip(array.dims, array.shape, strict=True)),
            "type": "text" if array.dtype.kind == "S" else array.dtype.name,
            "units": str(array.attributes.get("units", "")),
            "long_name": str(array.attributes.get("long_name", "")),
        }
    for name, inside in group.groups.items():
        yield {"depth": depth, "name": f"{name}/"}
        yield from _nodes(inside, depth + 1)
