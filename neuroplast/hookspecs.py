"""The extension points: one hook for each kind of part, and the run's events.

A plugin is a module (or any object) whose functions are marked with `hookimpl` and named after the hooks below. It may
state the version of these specifications that it was written for as `HOOK_VERSION = 1`.

What a minor version of neuroplast may change: hooks may be added, and arguments added to event hooks (a plugin names
only the arguments it uses). What only a new HOOK_VERSION may change: a hook's name or meaning, an interface's method.
A deprecated hook stays for two minor versions and warns with the name of its successor.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from neuroplast.events import IntervalReport, RunInfo
    from neuroplast.parts.architecture import Architecture
    from neuroplast.parts.competition import Competition
    from neuroplast.parts.constraint import Constraint
    from neuroplast.parts.dynamics import Dynamics
    from neuroplast.parts.effective import Effective
    from neuroplast.parts.initialisation import Initialisation
    from neuroplast.parts.measure import Measure
    from neuroplast.parts.normalisation import Normalisation
    from neuroplast.parts.pool import Pool
    from neuroplast.parts.population import Population
    from neuroplast.parts.preprocessing import Preprocessing
    from neuroplast.parts.rate import Rate
    from neuroplast.parts.readout import Readout
    from neuroplast.parts.recipe import Recipe
    from neuroplast.parts.rule import Rule
    from neuroplast.parts.scaling import Scaling
    from neuroplast.parts.signal import Signal
    from neuroplast.parts.similarity import Similarity
    from neuroplast.parts.step import Step
    from neuroplast.parts.stimuli import Stimuli
    from neuroplast.parts.synapse import Synapse
    from neuroplast.testing.claims import Claims

HOOK_VERSION = 1
PROJECT = "neuroplast"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

# ruff: noqa: D103  (the kinds' hooks all mean the same: provide parts of that kind)


@hookspec
def normalisations() -> list[type[Normalisation]]: ...  # type: ignore[empty-body]


@hookspec
def initialisations() -> list[type[Initialisation]]: ...  # type: ignore[empty-body]


@hookspec
def synapses() -> list[type[Synapse]]: ...  # type: ignore[empty-body]


@hookspec
def effectives() -> list[type[Effective]]: ...  # type: ignore[empty-body]


@hookspec
def similarities() -> list[type[Similarity]]: ...  # type: ignore[empty-body]


@hookspec
def dynamics() -> list[type[Dynamics]]: ...  # type: ignore[empty-body]


@hookspec
def competitions() -> list[type[Competition]]: ...  # type: ignore[empty-body]


@hookspec
def rules() -> list[type[Rule]]: ...  # type: ignore[empty-body]


@hookspec
def scalings() -> list[type[Scaling]]: ...  # type: ignore[empty-body]


@hookspec
def rates() -> list[type[Rate]]: ...  # type: ignore[empty-body]


@hookspec
def steps() -> list[type[Step]]: ...  # type: ignore[empty-body]


@hookspec
def constraints() -> list[type[Constraint]]: ...  # type: ignore[empty-body]


@hookspec
def populations() -> list[type[Population]]: ...  # type: ignore[empty-body]


@hookspec
def pools() -> list[type[Pool]]: ...  # type: ignore[empty-body]


@hookspec
def signals() -> list[type[Signal]]: ...  # type: ignore[empty-body]


@hookspec
def architectures() -> list[type[Architecture]]: ...  # type: ignore[empty-body]


@hookspec
def recipes() -> list[type[Recipe]]: ...  # type: ignore[empty-body]


@hookspec
def stimuli() -> list[type[Stimuli]]: ...  # type: ignore[empty-body]


@hookspec
def preprocessings() -> list[type[Preprocessing]]: ...  # type: ignore[empty-body]


@hookspec
def readouts() -> list[type[Readout]]: ...  # type: ignore[empty-body]


@hookspec
def measures() -> list[type[Measure]]: ...  # type: ignore[empty-body]


@hookspec
def scenarios() -> list[Path]:  # type: ignore[empty-body]
    """Scenario files (TOML) to list and run by the name of the file without its ending."""


@hookspec
def claims() -> list[type[Claims]]:  # type: ignore[empty-body]
    """What is claimed of parts, for the conformance kit (`neuroplast.testing`) to hold them to."""


@hookspec
def run_started(run: RunInfo) -> None:
    """A run begins: its scenario is resolved, nothing has been learnt."""


@hookspec
def interval(run: RunInfo, report: IntervalReport) -> None:
    """Some steps are done, those since the last report."""


@hookspec
def layer_finished(run: RunInfo, layer: str) -> None:
    """A layer has learnt all that the plan lets it learn."""


@hookspec
def checkpoint(run: RunInfo, step: int) -> None:
    """Everything up to this step is, or will soon be, on disk: a run that is stopped goes on from here."""


@hookspec
def run_finished(run: RunInfo, results: dict[str, dict[str, float]]) -> None:
    """A run is complete; results by read-out group, then by metric."""


@hookspec
def run_failed(run: RunInfo, error: BaseException) -> None:
    """A run stopped early, by an error or by the user; what was recorded can be read."""
