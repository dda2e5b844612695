"""`neuroplast readout`: fit another read-out on what a run has learned."""

from __future__ import annotations

from typing import Annotated

import typer

from neuroplast.cli.output import AsJson, RunPath, Sets, columns, print_json


def readout(
    run: RunPath,
    kind: Annotated[
        str | None, typer.Option(help="linear, ridge, ...; the run's first read-out by default.")
    ] = None,
    sets: Sets = None,
    layer: Annotated[
        str | None, typer.Option(help="Whose features; the last's by default.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The run's own seed by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fit another read-out on what a run learned.

    On the features of the run's own stimuli; prints accuracies in percent.

    Example: neuroplast readout runs/my_run --kind ridge
    """
    from neuroplast import runs
    from neuroplast.errors import ConfigurationError
    from neuroplast.tables import assign, assignment

    table: dict[str, object] = {}
    for path, value in map(assignment, sets or []):
        assign(table, path, value)
    if table and not kind:
        raise ConfigurationError(f"--set {next(iter(table))}: name the read-out too, with --kind")
    results = runs.readout(run, {"kind": kind, **table} if kind else None, layer, seed)
    if as_json:
        print_json(results)
    else:
        print(columns((name, f"{value:.2f}") for name, value in results.items()))
