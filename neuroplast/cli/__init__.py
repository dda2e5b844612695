"""The command line: one verb a file, each of which parses, calls a public function and prints.

Nothing but typer is imported before a verb needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import io
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

import neuroplast
from neuroplast.cli import data, everywhere, plugins
from neuroplast.cli.check import check
from neuroplast.cli.errors import report
from neuroplast.cli.export import export
from neuroplast.cli.features import features
from neuroplast.cli.inspect import inspect
from neuroplast.cli.list_parts import list_parts
from neuroplast.cli.output import settings
from neuroplast.cli.readout import readout
from neuroplast.cli.rerun import rerun
from neuroplast.cli.resume import resume
from neuroplast.cli.run import run
from neuroplast.cli.schema import schema
from neuroplast.cli.show import show
from neuroplast.cli.validate import validate
from neuroplast.errors import ConfigurationError

_EVERYWHERE = (
    "And as with every verb --quiet, --debug, --log, --plugin, --no-plugins: neuroplast -h"
)


def _first_line(verb: Callable[..., None]) -> str:
    """Its short help; typer's own choice is cut short."""
    return (verb.__doc__ or "").partition("\n")[0]


app = typer.Typer(
    name="neuroplast",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: the formatted one takes longer to start than all else
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: neuroplast run quickstart",
)
for verb in (
    run,
    resume,
    rerun,
    validate,
    list_parts,
    show,
    inspect,
    check,
    features,
    readout,
    export,
    schema,
):
    app.command(
        verb.__name__.removesuffix("_parts"), short_help=_first_line(verb), epilog=_EVERYWHERE
    )(verb)
app.add_typer(plugins.app, name="plugins", short_help=_first_line(plugins.plugins))
app.add_typer(data.app, name="data", short_help=_first_line(data.data))


def _version(asked: bool) -> None:
    if asked:
        print(f"neuroplast {neuroplast.__version__}")
        raise typer.Exit


@app.callback(help=f"Networks that learn by local plasticity rules.\n\n{everywhere.HELP}")
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Declare what needs no verb."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an equation on a terminal without Greek
    words = list(sys.argv[1:] if arguments is None else arguments)
    settings.debug = "--debug" in words
    try:
        given, rest = everywhere.taken(words)
        settings.quiet = given.quiet
        if given.log:
            _log_to(given.log)
        if given.plugins or given.disabled:
            _choose(given.plugins, given.disabled)
        command = typer.main.get_command(app)
        with command.make_context("neuroplast", rest) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as leave:
        return leave.exit_code
    except BaseException as error:
        return report(error)
    return 0


def _log_to(file: Path) -> None:
    """Write what happens to a file, after what is there."""
    import logging

    try:
        handler = logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"--log {file}: cannot be written ({error.strerror}); give another file"
        ) from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("neuroplast")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.info("neuroplast %s: %s", neuroplast.__version__, shlex.join(sys.argv[1:]))


def _choose(files: list[Path], disabled: list[str]) -> None:
    """Say which plugins to load, before any of their code runs."""
    from neuroplast import discovery

    discovery.choose(files, disabled)
