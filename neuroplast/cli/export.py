"""`neuroplast export`: a run in the formats of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from neuroplast.cli.output import AsJson, RunPath, columns, print_json


def export(
    run: RunPath,
    to: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Which format; without, all are listed.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file to write, or the folder of several.")
    ] = None,
    step: Annotated[
        int | None, typer.Option(min=0, help="Of state: the snapshot; the last by default.")
    ] = None,
    form: Annotated[
        Literal["wide", "long"] | None,
        typer.Option(help="Of tables: a column for each number (default), or a row."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files of the same names.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a run in another format.

    Of a run that is going on or was stopped, what was committed. Every number is the recorded one, to the bit.

    Example: neuroplast export runs/my_run --to csv --out tables
    """
    from neuroplast.errors import ConfigurationError
    from neuroplast.exporting.exporting import export as write
    from neuroplast.exporting.format import all_formats

    if to is None:
        known = all_formats().values()
        if out is not None or step is not None or form is not None:
            listed = ", ".join(one.name for one in known)
            raise ConfigurationError(f"export: found no --to; name a format: {listed}")
        _list([(one.name, one.makes, one.about) for one in known], as_json)
        return
    if out is None:
        raise ConfigurationError(f"export --to {to}: found no --out; name what to write")
    written = write(run, to, out, step=step, form=form, force=force)
    print_json({"written": written}) if as_json else print(
        *(f"written: {path}" for path in written), sep="\n"
    )


def _list(known: list[tuple[str, str, str]], as_json: bool) -> None:
    head = ("format", "makes", "about")
    if as_json:
        print_json([dict(zip(head, row, strict=True)) for row in known])
    else:
        print(columns(known, head))
