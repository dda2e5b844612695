"""`neuroplast plugins new`: begin a plugin as a package that works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neuroplast.cli.output import kind_meant, plainly, say
from neuroplast.errors import ConfigurationError


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What to call it, such as my-rule or my-pool.")
    ],
    kind: Annotated[str, typer.Option(help="The kind of part it provides, as in list.")] = "rule",
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to; ./NAME by default.")
    ] = None,
) -> None:
    """Write a package with a working part.

    With its formula, tests, a scenario, and what publishing needs.

    Example: neuroplast plugins new my-rule --kind rule
    """
    from neuroplast.kinds import SCENARIO
    from neuroplast.scaffold.package import write

    if plainly(kind).removesuffix("s") == SCENARIO:
        raise ConfigurationError(
            f"--kind {kind}: is no kind of part; a {SCENARIO} is a file, which needs no package"
        )
    files = write(name, kind_meant(kind, scenarios=False), out)
    print(files[0].parent)
    say(*(f"  {file.relative_to(files[0].parent)}" for file in files))
