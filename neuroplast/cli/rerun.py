"""`neuroplast rerun`: run a recorded run again from its file alone, and tell whether the same came out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroplast.cli.loading import insisted
from neuroplast.cli.output import AsJson, RunPath, print_json, say, settings
from neuroplast.cli.run import Device, Eager, Precision

if TYPE_CHECKING:
    from neuroplast.analysis.difference import Difference
    from neuroplast.rerunning import Comparison

SHOWN = 10
"""So many differences are printed; --json has all of them."""


def rerun(
    run: RunPath,
    out: Annotated[
        Path | None, typer.Option(help="A new folder to keep the new run in; else it is removed.")
    ] = None,
    trust_plugins: Annotated[
        bool,
        typer.Option(
            "--trust-plugins",
            help="Execute the local plugin files that the record holds, with all that you may do.",
        ),
    ] = False,
    device: Annotated[Device | None, typer.Option(help="As it had by default.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="As it had by default.")] = None,
    precision: Annotated[Precision | None, typer.Option(help="As it had by default.")] = None,
    eager: Eager = False,
    as_json: AsJson = False,
) -> None:
    """Run a recorded run again from its file alone, and compare.

    Exits with 0 where all that was recorded is the same to the bit, with 1 where something differs.

    Example: neuroplast rerun runs/my_run
    """
    from neuroplast import rerunning
    from neuroplast.allocation import keep_freed_memory
    from neuroplast.cli.progress import Bars

    keep_freed_memory()
    insisted()
    bars = Bars(settings.quiet, resumable=False)
    try:
        found = rerunning.rerun(
            run,
            out,
            trust_plugins=trust_plugins,
            device=device.value if device else None,
            threads=threads,
            precision=precision.value if precision else None,
            eager=eager,
            listeners=[bars],
        )
    finally:
        bars.close()
    print_json(_data(found)) if as_json else _print(found)
    if not found.identical:
        raise typer.Exit(1)


def _print(found: Comparison) -> None:
    if found.identical:
        print(
            f"{found.path}: the same came out, to the bit; content_sha256 {found.recorded_sha256}"
        )
    else:
        print(f"{found.path}: something else came out")
        for one in found.differences[:SHOWN]:
            print(f"  {_line(one)}")
        if len(found.differences) > SHOWN:
            print(f"  and {len(found.differences) - SHOWN} more; --json tells all")
        if not found.differences:
            print("  no number differs, but the content_sha256 do:")
            print(f"  {found.recorded_sha256} recorded, {found.again_sha256} now")
        for reason in found.reasons:
            print(f"possible reason: {reason}")
    if found.again is not None:
        say(f"written: {found.again}")


def _line(found: Difference) -> str:
    """A difference in a line: where, both values, and how large it becomes."""
    if found.is_missing:
        return f"{found}: {'recorded, and not now' if found.other is None else 'now, and not recorded'}"
    line = f"{found}: {_value(found.one)} recorded, {_value(found.other)} now"
    numbers = isinstance(found.one, float | int) and isinstance(found.other, float | int)
    if not numbers or found.kind == "scenario":
        return line
    return f"{line}; {found.count} values differ, by {found.largest:.3g} at most"


def _value(value: Any) -> str:
    return "nothing" if value is None else repr(value) if isinstance(value, float) else str(value)


def _data(found: Comparison) -> dict[str, Any]:
    """The same for programs; numbers that are not finite are null."""
    return {
        "path": found.path,
        "again": found.again,
        "identical": found.identical,
        "recorded_sha256": found.recorded_sha256,
        "again_sha256": found.again_sha256,
        "first": _named(found.first) if found.first else None,
        "differences": [_named(one) for one in found.differences],
        "reasons": found.reasons,
    }


def _named(found: Difference) -> dict[str, Any]:
    """A difference, its two values called by what they are here."""
    names = {"one": "recorded", "other": "again"}
    return {names.get(name, name): value for name, value in vars(found).items()}
