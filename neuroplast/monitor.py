"""Looks at layers while they learn: the series that every run records, and what looks unhealthy."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from neuroplast.functional import norms
from neuroplast.layer import Layer
from neuroplast.recording.recorder import Recorder, Series, Statistic
from neuroplast.view import View

WINDOW = 50
"""A neuron that won in none of so many sampled batches counts as dead."""


class Monitor:
    """The observer of one layer; it is attached for the steps that are sampled, and costs nothing on others."""

    def __init__(self, layer: Layer, recorder: Recorder) -> None:
        self.layer, self.recorder = layer, recorder
        self.wins: deque[Tensor] = deque(maxlen=WINDOW)
        self.last: dict[str, Series] = {}
        self.first_norm: float | None = None
        self._before: list[Tensor] = []
        self._corrected = 0

    @torch.no_grad()
    def presented(self, layer: Layer, views: Sequence[View]) -> None:
        """Count winners and all-equal positions; remember the weights."""
        if not views:
            return
        self._before = [p.w.clone() for p in layer.projections] if layer.adapts.weights else []
        v, g = views[0].v, views[0].g
        wins = torch.bincount(v.argmax(1).flatten(), minlength=v.shape[1])
        self.wins.append(wins)
        dead = (torch.stack(list(self.wins)).sum(0) == 0).float().mean()
        strength = g.abs()
        saturated = (strength.amax(1) > 0.999 * strength.sum(1)).float().mean()
        equal = (v.amax(1) == v.amin(1)).sum() * (v.shape[1] > 1)
        self.last = {
            "win_count": Series(
                wins, "positions won in the sampled batch", statistic=Statistic.sum
            ),
            "dead_share": Series(
                dead, f"share of neurons that won nowhere in {WINDOW} sampled batches"
            ),
            "all_equal_count": Series(
                equal,
                "positions of the sampled batch where all drives are equal",
                statistic=Statistic.sum,
            ),
            "saturated_share": Series(
                saturated, "share of positions where one neuron has all plasticity activity"
            ),
        }

    @torch.no_grad()
    def changed(self, layer: Layer) -> None:
        """Measure norms, the size of the change, and what constraints corrected."""
        for i, projection in enumerate(layer.projections):
            prefix = (
                ""
                if len(layer.projections) == 1
                else projection.name.removeprefix(f"{layer.name}.") + "."
            )
            self.last[f"{prefix}w_norm"] = Series(
                norms(projection.w), "Euclidean norm of a neuron's weights"
            )
            if self._before:
                change = norms(projection.w - self._before[i])
                self.last[f"{prefix}delta_norm"] = Series(
                    change, "Euclidean norm of the change made by the step"
                )
        corrected = int(sum(int(p.corrected) for p in layer.projections))
        self.last["corrected_count"] = Series(
            float(corrected - self._corrected),
            "values corrected by constraints since the last sample",
            statistic=Statistic.sum,
        )
        self._corrected = corrected

    def record(self, step: int) -> None:
        """Hand the sample to the recorder."""
        if not self.last:
            return
        lengths = self.lengths()
        if self.first_norm is None and lengths is not None:
            self.first_norm = float(lengths.max())
        self.recorder.series(self.layer.name, step, self.last)

    def state(self) -> dict[str, Any]:
        """All that decides what it says later."""
        return {
            "wins": list(self.wins),
            "first_norm": self.first_norm,
            "corrected": self._corrected,
            "last": {
                name: {**vars(s), "statistic": str(s.statistic)} for name, s in self.last.items()
            },
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self.wins = deque((w.to(self.layer.device) for w in state["wins"]), maxlen=WINDOW)
        self.first_norm, self._corrected = state["first_norm"], state["corrected"]
        self.last = {
            name: Series(**{**kept, "statistic": Statistic(kept["statistic"])})
            for name, kept in state["last"].items()
        }

    def finite(self) -> bool:
        """Whether all weights were finite at the last sample."""
        lengths = self.lengths()
        return lengths is None or bool(lengths.isfinite().all())

    def lengths(self) -> Tensor | None:
        """The last weight norms of all projections together, None before the first sample."""
        found = [s.value for name, s in self.last.items() if name.endswith("w_norm")]
        return torch.cat([torch.as_tensor(v) for v in found]) if found else None

    def complaints(self) -> list[str]:
        """What looks unhealthy at the last sample, each with what to change."""
        found, name = [], self.layer.name
        shares = {k: float(s.value) for k, s in self.last.items() if k.endswith("_share")}
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
