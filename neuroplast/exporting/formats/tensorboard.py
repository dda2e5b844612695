"""TensorBoard: curves of what is one number, histograms of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from neuroplast.exporting.facts import facts, key
from neuroplast.exporting.format import Format, Options
from neuroplast.recording.recording import Recording
from neuroplast.recording.sampled import Column, Sampled, sampled

BINS = 30
EVENTS = "events.out.tfevents.0.neuroplast"
"""The same name each time, so that an export that is repeated stands beside no older one."""


class TensorBoard(Format):
    """Numbers are scalars, as they were recorded; values per neuron, weights and other state are histograms only.

    Wall time is not recorded, so it is 0 everywhere: look at curves by step.
    """

    name: ClassVar[str] = "tensorboard"
    about: ClassVar[str] = "scalars, and histograms of what has a value per neuron or synapse"
    makes: ClassVar = "folder"
    needs: ClassVar[tuple[str, ...]] = ("tensorboardX",)
    extra: ClassVar[str] = "tensorboard"

    def write(self, recording: Recording, place: Path, options: Options) -> None:
        """Write all of it, table by table."""
        from tensorboardX import FileWriter

        writer = FileWriter(str(place))
        try:
            for name, text in facts(recording).items():
                _add(writer, 0, f"run/{name}", "text", _texts(text))
            for table in sampled(recording):
                _add_table(writer, table)
        finally:
            writer.close()
        (file,) = place.iterdir()
        file.rename(place / EVENTS)


def _add_table(writer: Any, table: Sampled) -> None:
    place = key(table.kind, *table.names)
    for column in table.columns.values():
        for row, step in enumerate(table.steps):
            values = column.rows([row])[0]
            number = values.ndim == 0
            content = _numbers(np.float64(values) if number else _histogram(values))
            if content is not None:
                plugin = "scalars" if number else "histograms"
                _add(writer, step, f"{place}/{column.name}", plugin, content, column)


def _add(
    writer: Any, step: int, tag: str, plugin: str, tensor: Any, column: Column | None = None
) -> None:
    """Add one value. A scalar is a tensor too, since TensorBoard's own number is a float32."""
    from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata

    said = "" if column is None else f"{column.long_name}; unit {column.unit}; {column.statistic}"
    about = SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name=plugin),
        display_name=tag,
        summary_description=said,
    )
    value = Summary.Value(tag=tag, metadata=about, tensor=tensor)
    writer.add_summary(Summary(value=[value]), step, walltime=0.0)


def _histogram(values: Any) -> Any:
    """(bins, 3): lower edge, upper edge, how many; of what is finite. None where nothing is."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return None
    counts, edges = np.histogram(finite, BINS)
    return np.stack([edges[:-1], edges[1:], counts], 1)


def _numbers(values: Any) -> Any:
    """A tensor of float64, row by row."""
    from tensorboardX.proto.tensor_pb2 import TensorProto
    from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

    if values is None:
        return None
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in values.shape])
    return TensorProto(dtype="DT_DOUBLE", tensor_shape=shape, double_val=values.ravel().tolist())


def _texts(text: str) -> Any:
    from tensorboardX.proto.tensor_pb2 import TensorProto

    return TensorProto(dtype="DT_STRING", string_val=[text.encode()])


FORMAT = TensorBoard()
