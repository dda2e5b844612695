"""One probe on one layer: takes its variables at the steps that it needs, and hands samples to the recorder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch
from torch import Tensor

from neuroplast.layer import Layer
from neuroplast.probes.reductions import Accumulator, bin_edges, lower_edges
from neuroplast.probes.schedule import NEVER, Clock, Steps
from neuroplast.probes.spec import ProbeSpec
from neuroplast.probes.variables import Glimpse, Variable
from neuroplast.recording.recorder import ProbeHeader, Recorder, SeriesHeader, Statistic
from neuroplast.shapes import Shape


class Probe:
    """A probe on a layer. One that keeps only the last value looks at no step but those that it samples.

    variables: of the layer. due: the steps that are sampled.
    """

    def __init__(
        self,
        spec: ProbeSpec,
        layer: Layer,
        variables: Sequence[Variable],
        due: Steps,
        recorder: Recorder,
    ) -> None:
        self.spec, self.layer, self.variables = spec, layer, variables
        self.header = header(spec, layer.name, variables)
        self.needs = {v.needs for v in variables} - {""}
        self._recorder, self._clock = recorder, Clock(due)
        self._edges = _edges(spec)
        self._sizes = {v.name: self.header.sizes(v.name) for v in variables}
        self._windows = {v.name: Accumulator(spec.reduce, self._edges) for v in variables}
        self._chosen = (
            torch.tensor(spec.neurons, device=layer.device) if spec.neurons is not None else None
        )

    def next(self, step: int) -> int:
        """The first step from this one on that it has to see; NEVER where there is none."""
        if self.spec.reduce == Statistic.last:
            return self._clock.next(step)
        return max(step, self.spec.first) if step <= self._clock.last else NEVER

    def wants(self, step: int) -> bool:
        """Whether it has to see this step."""
        return self.next(step) == step

    def take(self, glimpse: Glimpse, when: Literal["presented", "changed"]) -> None:
        """Take what is there at this point of a step."""
        for variable in self.variables:
            if variable.when == when and (value := variable.value(glimpse)) is not None:
                chosen = value if self._chosen is None else value.index_select(0, self._chosen)
                self._windows[variable.name].add(chosen)

    def record(self, step: int) -> None:
        """Hand a sample to the recorder, if one is due."""
        if not self._clock.is_due(step):
            return
        values: dict[str, Tensor | float] = {}
        for name, window in self._windows.items():
            if (value := window.take()) is not None:
                values[name] = value.reshape(self._sizes[name])
        if values:
            self._recorder.probe(self.spec.name, self.layer.name, step, values)

    def state(self) -> dict[str, Any]:
        """The windows so far."""
        return {name: window.state() for name, window in self._windows.items()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on with such windows."""
        for name, window in self._windows.items():
            window.load_state(state[name], self.layer.device)


def header(spec: ProbeSpec, layer: str, variables: Sequence[Variable]) -> ProbeHeader:
    """What the record says of a probe on a layer."""
    scales: dict[str, int | tuple[int, ...] | tuple[float, ...]] = {}
    series: dict[str, SeriesHeader] = {}
    for v in variables:
        dims: tuple[str, ...] = v.dims
        shape: Shape = v.shape
        if spec.reduce == Statistic.histogram:
            dims, shape = ("bin",), ()
            scales["bin"] = lower_edges(_edges(spec))
        else:
            scales.update(zip(v.dims, v.sizes, strict=True))
        if spec.neurons is not None and spec.reduce != Statistic.histogram:
            scales[dims[0]], shape = spec.neurons, (len(spec.neurons), *shape[1:])
        series[v.name] = SeriesHeader(
            v.long_name,
            dims,
            statistic=spec.reduce,
            dtype="float64" if v.counts or spec.reduce == Statistic.histogram else "float32",
            shape=shape if len(shape) > len(dims) else (),
        )
    attributes = {"when": spec.when, "reduce": str(spec.reduce), "about": spec.about}
    return ProbeHeader(spec.name, layer, scales, series, {k: v for k, v in attributes.items() if v})


def _edges(spec: ProbeSpec) -> tuple[float, ...]:
    if spec.bins is None or spec.range is None:
        return ()
    return bin_edges(spec.bins, spec.range)
