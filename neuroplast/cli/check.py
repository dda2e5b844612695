"""`neuroplast check`: whether a run is whole and honest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from neuroplast.cli.output import AsJson, columns, print_json, say

if TYPE_CHECKING:
    from neuroplast.recording.check import Finding


def check(
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run folder, a folder of runs, or a file of a run."),
    ],
    as_json: AsJson = False,
) -> None:
    """Check whether a run is whole and honest: safe to read, laid out as it should be, and as it was written.

    All that is wrong is told, with what to do: critical, error, warning or note. Exits with 1 where anything is an
    error or critical. Files are read in a process with limits, so that those from strangers can be checked.

    Example: neuroplast check runs/my_run
    """
    from neuroplast.recording.check import Severity
    from neuroplast.recording.check import check as find

    worst = list(Severity)
    found = sorted(find(run), key=lambda finding: worst.index(finding.severity))
    failed = any(finding.fails for finding in found)
    if as_json:
        print_json({"path": run, "passed": not failed, "findings": [f.plain() for f in found]})
    else:
        _print(run, found)
    if failed:
        raise typer.Exit(1)


def _print(run: str, found: Sequence[Finding]) -> None:
    """A table of the findings, and how many there are of each severity."""
    from neuroplast.recording.damage import shown

    rows = [
        (f.severity, " ".join(filter(None, (f.file, f.place))), f.what, f.remedy) for f in found
    ]
    if rows:
        cells = [[shown(str(cell)) for cell in row] for row in rows]
        print(columns(cells, ("severity", "where", "found", "what to do")))
    kinds = dict.fromkeys(f.severity for f in found)
    counts = [f"{sum(f.severity == kind for f in found)} {kind}" for kind in kinds]
    say(f"{shown(run)}: {', '.join(counts) or 'all is well'}")
