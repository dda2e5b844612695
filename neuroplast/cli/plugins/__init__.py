"""`neuroplast plugins`: what is installed, what each provides, whether it does what it says, and how to begin one."""

from __future__ import annotations

import typer

from neuroplast.cli.plugins.check import check
from neuroplast.cli.plugins.info import info
from neuroplast.cli.plugins.listing import list_plugins
from neuroplast.cli.plugins.new import new

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def plugins() -> None:
    """List, check and begin plugins.

    Example: neuroplast plugins list
    """


app.command("list")(list_plugins)
app.command("info")(info)
app.command("check")(check)
app.command("new")(new)
