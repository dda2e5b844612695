"""What is in a run, as plain data."""

import math
from typing import Any

from neuroplast.recording.recording import RecordedLayer, Recording, Samples


def summary(recording: Recording) -> dict[str, Any]:
    """State, scenario, layers, series, snapshots, metrics and size of a run; only JSON types.

    metrics: the last value of each, by group; None where it is not finite.
    """
    return {
        "path": str(recording.path),
        "bytes": recording.path.stat().st_size,
        "state": recording.state,
        "title": recording.title,
        "condition": recording.condition,
        "seed": recording.seed,
        "steps_done": recording.steps_done,
        "steps_total": recording.steps_total,
        "input_shape": list(recording.input_shape),
        "data": recording.data,
        "parts": list(recording.parts),
        "layers": [_layer(layer) for layer in recording.layers.values()],
        "snapshot_steps": list(recording.snapshot_steps),
        "metrics": {
            group: {name: _last(samples) for name, samples in metrics.items()}
            for group, metrics in recording.metrics.items()
        },
        "events": [event._asdict() for event in recording.events],
        "content_sha256": recording.provenance["content_sha256"],
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


def _last(samples: Samples) -> float | None:
    """The last value, where it is a number that JSON knows."""
    values = samples.values.tolist()
    return values[-1] if values and math.isfinite(values[-1]) else None
