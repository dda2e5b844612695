"""What event hooks are told."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunInfo:
    """A run as hooks see it. `scenario` is the resolved scenario as plain data."""

    title: str
    condition: str
    seed: int
    path: Path
    steps: int
    scenario: dict[str, Any] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class IntervalReport:
    """The steps since the last report.

    stage: what is being done, in words: a phase, collecting features, a read-out.
    done, total: how far that stage is, in the same unit.
    """

    stage: str
    done: float
    total: float
    step: int = 0
