"""The series that every run records of a layer, and what looks unhealthy in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import torch
from torch import Tensor

from neuroplast.layer import Layer
from neuroplast.probes.tally import Tally
from neuroplast.probes.variables import Glimpse, Variable, corrections, prefix, variables
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
    """Follows one layer through windows of steps, and hands the recorder a sample at the end of each.

    keeps: whether series are recorded. Else only the last step of each window is looked at, for what is unhealthy.
    last: the last sample of each series.
    """

    needs = frozenset({"sizes", "difference"})

    def __init__(self, layer: Layer, recorder: Recorder, keeps: bool = True) -> None:
        self.layer, self.recorder, self.keeps = layer, recorder, keeps
        self.wins: deque[Tensor] = deque()
        self.last: dict[str, Tensor] = {}
        self.first_norm: float | None = None
        known, self._labels = variables(layer), labels(layer)
        self._tally = Tally()
        self._measured = measured(layer, known, AT_THE_END if keeps else LENGTH)
        self._lengths = [v.name for v in measured(layer, known, LENGTH)]
        self._won: Tensor | None = None
        self._constrained = any(p.spec.constraints for p in layer.projections)
        self._corrected = corrections(layer) if layer.projections else torch.zeros(())

    def begin(self, views: Sequence[View]) -> None:
        """See what was presented in a step of the window."""
        if views:
            self._tally.add(views[0].v, views[0].g)

    def end(self, glimpse: Glimpse) -> None:
        """See the last step of the window as a whole."""
        self.last = {}
        if (tallied := self._tally.take()) is not None:
            self.last["activity"], self.last["win_count"] = tallied
            self.last["dead_share"] = self._dead(self.last["win_count"])
        if glimpse.views:
            self.last |= _shares(glimpse.views[0])
        for variable in self._measured:
            if (value := variable.value(glimpse)) is not None:
                self.last[variable.name] = value
        if self._constrained:
            now = corrections(self.layer)
            self.last["corrected_count"], self._corrected = now - self._corrected, now
        elif self.layer.projections:
            self.last["corrected_count"] = self._corrected

    def record(self, step: int) -> None:
        """Hand the sample to the recorder."""
        lengths = self.lengths()
        if self.first_norm is None and lengths is not None:
            self.first_norm = float(lengths.max())
        if self.last and self.keeps:
            known = ((value, name, self._labels[name]) for name, value in self.last.items())
            series = {
                name: Series(value, label.long_name, label.unit, label.statistic, label.dims)
                for value, name, label in known
            }
            self.recorder.series(self.layer.name, step, series)

    def state(self) -> dict[str, Any]:
        """All that decides what it says later, the window so far among it."""
        pending = corrections(self.layer) - self._corrected if self.layer.projections else None
        return {
            "won": list(self.wins),
            "tally": self._tally.state(),
            "corrected": pending,
            "first_norm": self.first_norm,
            "last": dict(self.last),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from there; the layer is there already."""
        device = self.layer.device
        self.wins = deque(w.to(device) for w in state["won"])
        self._won = torch.stack(list(self.wins)).sum(0) if self.wins else None
        self._tally.load_state(state["tally"], device)
        if self.layer.projections:
            self._corrected = corrections(self.layer) - state["corrected"].to(device)
        self.first_norm = state["first_norm"]
        self.last = {name: value.to(device) for name, value in state["last"].items()}

    def finite(self) -> bool:
        """Whether all weights were finite at the last sample."""
        lengths = self.lengths()
        return lengths is None or isfinite(
            float(lengths.max())
        )  # the largest of any and NaN is NaN

    def lengths(self) -> Tensor | None:
        """The last weight norms of all projections together, None before the first sample."""
        found = [self.last[name] for name in self._lengths if name in self.last]
        if len(found) == 1:
            return found[0]
        return torch.cat(found) if found else None

    def complaints(self) -> list[str]:
        """What looks unhealthy at the last sample, each with what to change."""
        found, name = [], self.layer.name
        shares = {key: float(self.last[key]) for key in SHARES if key in self.last}
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
        """The share of neurons that won nowhere in the last samples, this one among them."""
        self.wins.append(wins)
        self._won = wins.clone() if self._won is None else self._won.add_(wins)
        if len(self.wins) > WINDOW:
            self._won.sub_(self.wins.popleft())
        return _share(self._won <= 0)


def _share(holds: Tensor) -> Tensor:
    """The share of true entries, by few and common operations: rare ones take several times as long."""
    return holds.float().sum().mul_(1 / holds.numel())


def _shares(view: View) -> dict[str, Tensor]:
    """What one presentation says of the competition."""
    v, strength = view.v, view.g.abs()
    low, high, most = v.amin(1), v.amax(1), strength.amax(1)  # aminmax takes ten times as long
    equal = (low >= high) if v.shape[1] > 1 else torch.zeros_like(low, dtype=torch.bool)
    return {
        "all_equal_count": equal.float().sum(),
        "saturated_share": _share(most > strength.sum(1).mul_(0.999)),
    }


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
