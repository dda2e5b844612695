"""The series that every run records of a layer, and what looks unhealthy in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import torch
from torch import Tensor

from neuroplast.layer import Layer
from neuroplast.probes.samples import BURST, Samples, share
from neuroplast.probes.variables import Glimpse, Variable, corrections, prefix, variables
from neuroplast.probes.window import Window
from neuroplast.recording.recorder import Recorder, Series, SeriesHeader, Statistic
from neuroplast.view import View

WINDOW = 50
"""A neuron that won nowhere in so many samples counts as dead."""

WINDOWED = {"activity": Statistic.mean, "win_count": Statistic.sum}
"""What is tallied over all steps of a window, and which statistic of them it is."""

AT_THE_END = ("w_norm", "ltp", "ltd", "dw_norm", "delta_norm")
"""What is taken of a projection's weights on the last step of a window."""

LENGTH = ("w_norm",)

SHARES = {
    "dead_share": f"share of neurons that won nowhere in {WINDOW} samples",
    "all_equal_count": "positions of the last batch where all drives are equal",
    "saturated_share": "share of positions where one neuron has all plasticity activity",
}


class Monitor:
    """Follows one layer through windows of steps, and hands the recorder a sample at the end of each, some later.

    keeps: whether series are recorded. Else only the last step of each window is looked at, for what is unhealthy.
    """

    needs = frozenset({"sizes", "difference"})

    def __init__(self, layer: Layer, recorder: Recorder, keeps: bool = True) -> None:
        self.layer, self.recorder, self.keeps = layer, recorder, keeps
        self.wins = torch.zeros(
            0, *layer.response_shape[:1], dtype=torch.int64, device=layer.device
        )
        self.first_norm: float | None = None
        known = variables(layer)
        self._labels = {name: _series(label) for name, label in labels(layer).items()}
        self._window: Window | None = None
        self._waiting = Samples()
        self._newest: Mapping[str, Tensor] = {}
        self._finished: Mapping[str, Tensor] = {}
        self._measured = measured(layer, known, AT_THE_END if keeps else LENGTH)
        self._lengths = [v.name for v in measured(layer, known, LENGTH)]
        self._constrained = any(p.spec.constraints for p in layer.projections)
        self._corrected = corrections(layer) if layer.projections else torch.zeros(())

    def begin(self, views: Sequence[View]) -> None:
        """See what was presented in a step of the window."""
        if views:
            view = views[0]
            if self._window is None:
                self._window = Window(view.v.shape[1])
            self._window.add(view.v, view.g)

    def end(self, glimpse: Glimpse) -> None:
        """See the last step of the window as a whole."""
        values = {}
        for variable in self._measured:
            if (value := variable.value(glimpse)) is not None:
                values[variable.name] = value
        if self._constrained:
            now = corrections(self.layer)
            values["corrected_count"], self._corrected = now - self._corrected, now
        elif self.layer.projections:
            values["corrected_count"] = self._corrected
        self._newest = values
        window, self._window = self._window, None
        if not self._waiting.fits(values, glimpse.views, window):
            self.flush()
        self._waiting.add(values, glimpse.views, window)

    def record(self, step: int) -> None:
        """The step is over, and its sample is for the recorder."""
        lengths = self.lengths()
        if self.first_norm is None and lengths is not None:
            self.first_norm = float(lengths.max())
        if len(self._waiting) > len(self._waiting.steps):
            self._waiting.steps.append(step)
        if len(self._waiting) >= BURST:
            self.flush()

    def flush(self) -> None:
        """Finish the samples that wait, and hand them to the recorder."""
        waiting, self._waiting = self._waiting, Samples()
        found = waiting.finished()
        if "win_count" in found:
            found["dead_share"] = self._dead(found["win_count"])
        if found:
            self._finished = found
            self.hand_over(waiting.steps, found)

    def hand_over(self, steps: Sequence[int], values: Mapping[str, Tensor]) -> None:
        """Give the recorder samples, if series are kept; values have an axis for the samples before their own."""
        if self.keeps:
            known = {name: self._labels[name].of(value) for name, value in values.items()}
            self.recorder.samples(self.layer.name, steps, known)

    @property
    def last(self) -> dict[str, Tensor]:
        """The last sample of each series."""
        self.flush()
        return {name: values[-1] for name, values in self._finished.items()}

    def state(self) -> dict[str, Any]:
        """All that decides what it says later, the window so far among it."""
        self.flush()
        pending = corrections(self.layer) - self._corrected if self.layer.projections else None
        return {
            "won": self.wins,
            "window": self._window.state() if self._window else None,
            "corrected": pending,
            "first_norm": self.first_norm,
            "last": self.last,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from there; the layer is there already."""
        device = self.layer.device
        self.wins = state["won"].to(device)
        window = state["window"]
        self._window = window and Window(**{k: _on(device, v) for k, v in window.items()})
        if self.layer.projections:
            self._corrected = corrections(self.layer) - state["corrected"].to(device)
        self.first_norm = state["first_norm"]
        self._newest = {name: value.to(device) for name, value in state["last"].items()}
        self._finished = {name: value[None] for name, value in self._newest.items()}

    def finite(self) -> bool:
        """Whether all weights were finite at the last sample."""
        lengths = self.lengths()
        return lengths is None or isfinite(
            float(lengths.max())
        )  # the largest of any and NaN is NaN

    def lengths(self) -> Tensor | None:
        """The last weight norms of all projections together, None before the first sample."""
        found = [self._newest[name] for name in self._lengths if name in self._newest]
        if len(found) == 1:
            return found[0]
        return torch.cat(found) if found else None

    def complaints(self) -> list[str]:
        """What looks unhealthy at the last sample, each with what to change."""
        found, name, last = [], self.layer.name, self.last
        shares = {key: float(last[key]) for key in SHARES if key in last}
        dead = shares.get("dead_share", 0.0)
        if dead > 0.1 and len(self.wins) == WINDOW:
            found.append(
                f"{name}: {dead:.0%} of its neurons win nowhere (dead units); "
                "soften the competition, or use fewer neurons"
            )
        if self.layer.spec.competition.graded and shares.get("saturated_share", 0.0) > 0.99:
            found.append(
                f"{name}: its graded competition is saturated, one neuron takes all at nearly every position; "
                "lower the inverse temperature"
            )
        lengths = self.lengths()
        if (
            lengths is not None
            and self.first_norm
            and float(lengths.max()) > 10 * max(self.first_norm, 1.0)
        ):
            found.append(
                f"{name}: its largest weight norm ran from {self.first_norm:.3g} to {float(lengths.max()):.3g}; "
                "lower the rate, or bound the weights with a constraint"
            )
        return found

    def _dead(self, wins: Tensor) -> Tensor:
        """The share of neurons that won nowhere in the last samples, each of these among them."""
        known = torch.cat([self.wins, wins])
        sums = known.cumsum(0)
        won = sums[len(self.wins) :].clone()
        forgotten = len(known) - WINDOW
        if forgotten > 0:
            won[-forgotten:] -= sums[:forgotten]
        self.wins = known[-WINDOW:]
        return share(won <= 0)


def _on(device: torch.device, value: Any) -> Any:
    """A copy there, since a window adds to its tensors; a number as it is."""
    return value.to(device, copy=True) if isinstance(value, Tensor) else value


def _series(label: SeriesHeader) -> Series:
    """What the recorder is told of a series, without a value."""
    return Series(0.0, label.long_name, label.unit, label.statistic, label.dims)


def measured(layer: Layer, known: Mapping[str, Variable], names: Sequence[str]) -> list[Variable]:
    """The variables of these names of each projection."""
    full = [f"{prefix(layer, projection)}{n}" for projection in layer.projections for n in names]
    return [known[name] for name in full if name in known]


def labels(layer: Layer) -> dict[str, SeriesHeader]:
    """Each series that a run records of a layer."""
    known = variables(layer)
    found = {
        name: SeriesHeader(known[name].long_name, known[name].dims, statistic=statistic)
        for name, statistic in WINDOWED.items()
        if name in known
    }
    found |= {v.name: SeriesHeader(v.long_name, v.dims) for v in measured(layer, known, AT_THE_END)}
    if layer.projections:
        found |= {name: SeriesHeader(text) for name, text in SHARES.items()}
        counted = known["corrected_count"]
        found[counted.name] = SeriesHeader(counted.long_name, statistic=Statistic.sum)
    return found
