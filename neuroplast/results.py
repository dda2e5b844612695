"""What came out of runs: results by condition and seed, their spread, and paired differences."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from neuroplast.network import Network

Results = dict[str, dict[str, float]]
"""By read-out or measure, then by metric."""


def plain(data: Any) -> Any:
    """Data as JSON has it: a number that is not finite is null."""
    if isinstance(data, Mapping):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


class Spread(NamedTuple):
    """Mean and s.d. (with n - 1) of n values; the s.d. is NaN of one value, and of values that are not all finite."""

    mean: float
    sd: float
    n: int


def spread(values: Sequence[float]) -> Spread:
    """Mean and spread of values over seeds."""
    known = len(values) > 1 and all(map(math.isfinite, values))
    deviation = statistics.stdev(values) if known else math.nan
    return Spread(statistics.fmean(values), deviation, len(values))


@dataclass(frozen=True)
class Run:
    """One finished run: one scenario, condition and seed, in one folder.

    results: by read-out or measure, then by metric. health: what looks unhealthy, a line each.
    """

    title: str
    condition: str
    seed: int
    path: Path
    results: Results
    health: list[str] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """The record."""
        return self.path / "run.h5"

    @property
    def network(self) -> Network:
        """What was learned, read back from the record."""
        from neuroplast.runs import load  # which makes runs, and so needs this file first

        return load(self.path)


@dataclass(frozen=True)
class RunSet:
    """The runs of one scenario over seeds and conditions, in one folder."""

    title: str
    path: Path
    runs: list[Run]

    @property
    def results_file(self) -> Path | None:
        """All results as JSON; only a set of several runs has it."""
        file = self.path / "results.json"
        return file if file.is_file() else None

    def summary(self) -> dict[str, dict[str, Spread]]:
        """The spread over seeds, by condition, then by `group.metric`."""
        values: dict[str, dict[str, list[float]]] = {}
        for run in self.runs:
            for group, metrics in run.results.items():
                for metric, value in metrics.items():
                    values.setdefault(run.condition, {}).setdefault(f"{group}.{metric}", []).append(
                        value
                    )
        return {c: {name: spread(v) for name, v in named.items()} for c, named in values.items()}

    def differences(self) -> dict[str, tuple[str, list[float]]]:
        """The first condition minus each other one, seed by seed, on the last metric that they share.

        By the other condition: the metric, as `group.metric`, and a difference for each seed that both have.
        """
        flat: dict[str, dict[int, dict[str, float]]] = {}
        for run in self.runs:
            flat.setdefault(run.condition, {})[run.seed] = {
                f"{g}.{m}": v for g, metrics in run.results.items() for m, v in metrics.items()
            }
        first, *others = flat
        found = {}
        for other in others:
            pairs = [(flat[first][s], flat[other][s]) for s in flat[first] if s in flat[other]]
            shared = [m for m in (pairs[0][0] if pairs else {}) if all(m in b for _, b in pairs)]
            if shared:
                found[other] = shared[-1], [a[shared[-1]] - b[shared[-1]] for a, b in pairs]
        return found


def write_results(file: Path, title: str, runs: list[Run]) -> None:
    """All results so far, replaced as a whole."""
    summary = RunSet(title, file.parent, runs).summary()
    data = {
        "title": title,
        "runs": [
            {
                "condition": r.condition,
                "seed": r.seed,
                "path": r.path.name,
                "results": r.results,
                "health": r.health,
            }
            for r in runs
        ],
        "summary": {
            c: {name: spread._asdict() for name, spread in named.items()}
            for c, named in summary.items()
        },
    }
    partial = file.with_suffix(".partial")
    text = json.dumps(plain(data), indent=2, allow_nan=False)
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(file)
