"""`neuroplast plugins`: what is installed, what each provides, and why one does not work."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from neuroplast.cli.output import AsJson, columns, meant, print_json

if TYPE_CHECKING:
    from neuroplast.discovery import Plugin

_UNKNOWN = ("not loaded yet", "changed")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def plugins() -> None:
    """See which plugins are installed.

    Example: neuroplast plugins list
    """


@app.command("list")
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
    found = _loaded() if load else _remembered()
    if as_json:
        print_json([asdict(plugin) for plugin in found])
        return
    rows = [(p.name, p.version, p.package, p.status, _provides(p)) for p in found]
    print(columns(rows, head=("NAME", "VERSION", "PACKAGE", "STATUS", "PROVIDES")))
    for plugin in found:
        for failure in plugin.failures:
            print(f"{plugin.name}: {failure.reason}")
    if any(plugin.status in _UNKNOWN for plugin in found):
        print("to load them: neuroplast plugins list --load")


@app.command("info")
def info(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A plugin, as in plugins list.")],
    as_json: AsJson = False,
) -> None:
    """Show all that is known of one plugin.

    Where it is, what it provides, and the traceback of what failed.

    Example: neuroplast plugins info builtin
    """
    found = _named(_remembered(), name)
    if any(plugin.status in _UNKNOWN for plugin in found):
        found = _named(_loaded(), found[0].name)
    if as_json:
        print_json([asdict(plugin) for plugin in found])
        return
    for plugin in found:
        print(f"{plugin.name}: package {plugin.package} {plugin.version}, {plugin.target}")
        print(f"status: {plugin.status}")
        for kind, names in sorted(plugin.provides.items()):
            print(f"{kind}: {', '.join(names)}")
        for failure in plugin.failures:
            print(f"\n{failure.reason}\n{failure.trace}".rstrip())


def _remembered() -> list[Plugin]:
    from neuroplast import discovery

    return discovery.installed()


def _loaded() -> list[Plugin]:
    from neuroplast import registry

    return registry.current().plugins


def _named(plugins: list[Plugin], name: str) -> list[Plugin]:
    """The plugin of this name; several packages may have given it to theirs."""
    chosen = meant(name, {p.name.replace("-", "_").lower(): p.name for p in plugins}, "plugin")
    return [p for p in plugins if p.name == chosen]


def _provides(plugin: Plugin) -> str:
    counts = [f"{len(names)} {kind}" for kind, names in sorted(plugin.provides.items())]
    return ", ".join(counts) or "-"
