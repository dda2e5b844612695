"""`neuroplast plugins list`: what is installed, and what each provides."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from neuroplast.cli.output import AsJson, columns, print_json

if TYPE_CHECKING:
    from neuroplast.discovery import Plugin

UNKNOWN = ("not loaded yet", "changed")


def list_plugins(
    load: Annotated[
        bool, typer.Option("--load", help="Load them, instead of remembering.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List all plugins, and whether they work.

    With version, package, and how many parts of each kind they provide. Nothing is loaded
    unless --load is given: what is printed is remembered from the last time they were.

    Example: neuroplast plugins list --load
    """
    from neuroplast.discovery import LOCAL

    found = loaded() if load else remembered()
    if as_json:
        print_json([asdict(plugin) for plugin in found])
        return
    rows = [(p.name, p.version, p.package, p.status, _provides(p)) for p in found]
    print(columns(rows, head=("NAME", "VERSION", "PACKAGE", "STATUS", "PROVIDES")))
    for plugin in found:
        for failure in plugin.failures:
            print(f"{plugin.name}: {failure.reason}")
    if any(plugin.status in UNKNOWN for plugin in found):
        files = [f"--plugin {shlex.quote(p.target)}" for p in found if p.package == LOCAL]
        print(f"to load them: {' '.join(['neuroplast plugins list --load', *files])}")


def remembered() -> list[Plugin]:
    """All plugins, by what the record knows of them."""
    from neuroplast import discovery

    return discovery.installed()


def loaded() -> list[Plugin]:
    """All plugins, after loading them."""
    from neuroplast import registry

    return registry.current().plugins


def _provides(plugin: Plugin) -> str:
    counts = [f"{len(names)} {kind}" for kind, names in sorted(plugin.provides.items())]
    return ", ".join(counts) or "-"
