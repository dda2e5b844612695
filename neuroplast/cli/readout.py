"""`neuroplast readout`: fit another read-out on what a run has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neuroplast.cli.output import AsJson, RunPath, Sets, columns, print_json

if TYPE_CHECKING:
    from neuroplast.parts.readout import Readout


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

    results = runs.readout(run, _part(kind, sets or []), layer, seed)
    if as_json:
        print_json(results)
    else:
        print(columns((name, f"{value:.2f}") for name, value in results.items()))


def _part(kind: str | None, sets: list[str]) -> Readout | None:
    """The read-out that was asked for; None for the run's own."""
    from pydantic import ValidationError

    from neuroplast.build import RegistryResolver
    from neuroplast.errors import ConfigurationError, ScenarioError
    from neuroplast.parts.readout import Readout
    from neuroplast.problems import problems
    from neuroplast.tables import assign, assignment

    table: dict[str, object] = {}
    for path, value in map(assignment, sets):
        assign(table, path, value)
    if not kind:
        if table:
            raise ConfigurationError(
                f"--set {next(iter(table))}: name the read-out too, with --kind"
            )
        return None
    try:
        part = RegistryResolver().resolve(Readout, {"kind": kind, **table})
    except ValidationError as error:
        raise ScenarioError(f"--kind {kind}", problems(error, table)) from None
    assert isinstance(part, Readout)
    return part
