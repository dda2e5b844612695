"""`neuroplast resume`: go on with a run that was stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroplast.cli.loading import insisted
from neuroplast.cli.output import AsJson, columns, print_json, say, settings
from neuroplast.cli.run import Device, Eager, Jobs, Precision

if TYPE_CHECKING:
    from neuroplast.results import Run


def resume(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run folder, or the folder of a set of runs.")
    ],
    force: Annotated[
        bool,
        typer.Option("--force", help="Go on with other versions, threads or device; it is noted."),
    ] = False,
    device: Annotated[Device | None, typer.Option(help="As it had by default.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="As it had by default.")] = None,
    precision: Annotated[Precision | None, typer.Option(help="As it had by default.")] = None,
    eager: Eager = False,
    jobs: Jobs = 1,
    as_json: AsJson = False,
) -> None:
    """Go on with a run that was stopped, to the same numbers.

    From its last commit; without one it starts over. A finished run is left as it is. Of a set of runs, those that had
    not begun are run as well.

    Example: neuroplast resume runs/my_run
    """
    from neuroplast import resuming
    from neuroplast.allocation import keep_freed_memory
    from neuroplast.cli.progress import Bars
    from neuroplast.runset import SET_FILE

    keep_freed_memory()
    insisted()
    bars = Bars(settings.quiet)
    options: dict[str, Any] = {
        "force": force,
        "device": device.value if device else None,
        "threads": threads,
        "precision": precision.value if precision else None,
        "eager": eager,
        "tell": _silent if as_json else say,
    }
    try:
        if (Path(run) / SET_FILE).is_file():
            done = resuming.resume_set(run, **options, jobs=jobs, listeners=[bars]).runs
        else:
            done = [resuming.resume(run, **options, listeners=[bars])]
    finally:
        bars.close()
    if as_json:
        print_json([_data(r) for r in done])
        return
    results = [
        (r.condition or r.title, r.seed, f"{group} {name}", f"{value:.5g}")
        for r in done
        for group, values in r.results.items()
        for name, value in values.items()
    ]
    if results:
        print(columns(results, ("run", "seed", "result", "value")))
    for r in done:
        print(*(f"unhealthy: {line}" for line in r.health), f"written: {r.file}", sep="\n")


def _silent(line: str) -> None:
    """What is told in words, where JSON is asked for."""


def _data(run: Run) -> dict[str, object]:
    """A run for programs."""
    names = ("title", "condition", "seed", "file", "results", "health")
    return {name: getattr(run, name) for name in names}
