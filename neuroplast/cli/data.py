"""`neuroplast data`: which sets of stimuli are here, and getting those that are not."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from neuroplast.cli.output import AsJson, columns, meant, print_json, say, settings
from neuroplast.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from neuroplast.stored import Stored

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_NAME = typer.Argument(metavar="NAME", help="A kind of stimuli, as in data list.")


@app.callback()
def data() -> None:
    """See which sets of stimuli are here, check them, and download others.

    They are looked for in $NEUROPLAST_DATA, else in ~/.cache/neuroplast/datasets.

    Example: neuroplast data list
    """


@app.command("list")
def list_data(as_json: AsJson = False) -> None:
    """List the sets that are kept in files: where, which copy, and whether they are here.

    Example: neuroplast data list
    """
    from neuroplast import stored

    found = stored.stored(stored.data_root())
    _print(found, as_json)
    if not as_json:
        say(
            *(f"{s.kind}: {_detail(s)}" for s in found if s.state == "damaged"),
            "read them whole: neuroplast data check; download one: neuroplast data fetch NAME",
        )


@app.command("check")
def check(name: Annotated[str, _NAME] = "", as_json: AsJson = False) -> None:
    """Read every file of a set, or of all sets that are here, and compare checksums.

    Example: neuroplast data check mnist
    """
    from neuroplast import stored

    found = stored.check_stored(stored.data_root(), _meant(name) if name else "")
    _print(found, as_json)
    unfit = [s for s in found if s.state != "whole"]
    if unfit:
        told = "; ".join(f"{s.kind} is {s.state}: {_detail(s)}" for s in unfit)
        raise DataError(f"data check: {told}")


@app.command("fetch")
def fetch(name: Annotated[str, _NAME], as_json: AsJson = False) -> None:
    """Download a set into the data root, unless it is there and whole. Nothing else downloads.

    Example: neuroplast data fetch mnist
    """
    import contextlib
    import io
    import sys

    from neuroplast import stored

    kind, root = _meant(name), stored.data_root()
    seen = sys.stderr.isatty() and not settings.quiet
    progress = sys.stderr if seen else io.StringIO()  # results alone go to stdout
    with contextlib.redirect_stderr(progress), contextlib.redirect_stdout(progress):
        files = stored.fetch(root, kind)
    if as_json:
        print_json({"name": kind, "files": [str(path) for path in files]})
        return
    say(f"{kind}: complete in {_folder(files)}", *(f"  {path.name}" for path in files))


def _meant(name: str) -> str:
    """The kind that was meant."""
    from neuroplast import registry

    known = registry.current()
    names = {
        n: e.part.kind for e in known.entries("stimuli") for n in (e.part.kind, *e.part.aliases)
    }
    return meant(name, names, "stimuli")


def _print(found: Sequence[Stored], as_json: bool) -> None:
    if as_json:
        print_json([{"state": s.state, **asdict(f)} for s in found for f in s.files])
        return
    rows = [(f.name, s.state, f.copy, f.path) for s in found for f in s.files]
    if rows:
        print(columns(rows, head=("NAME", "STATE", "COPY", "PLACE")))


def _detail(found: Stored) -> str:
    return "; ".join(f.detail for f in found.files if f.detail)


def _folder(files: Sequence[Path]) -> str:
    return str(files[0].parent) if files else ""
