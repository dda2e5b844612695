"""`neuroplast plugins info`: all that is known of one plugin."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from neuroplast.cli.output import AsJson, meant, plainly, print_json
from neuroplast.cli.plugins.listing import UNKNOWN, loaded, remembered
from neuroplast.errors import ConfigurationError

if TYPE_CHECKING:
    from neuroplast.discovery import Plugin


def info(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A plugin, as in plugins list.")],
    as_json: AsJson = False,
) -> None:
    """Show all that is known of one plugin.

    Where it is, what it provides, and the traceback of what failed.

    Example: neuroplast plugins info builtin
    """
    found = _named(remembered(), name)
    if any(plugin.status in UNKNOWN for plugin in found):
        found = _named(loaded(), found[0].name)
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


def _named(plugins: list[Plugin], name: str) -> list[Plugin]:
    """The plugin of this name; several packages may have given it to theirs."""
    try:
        chosen = meant(name, {plainly(p.name): p.name for p in plugins}, "plugin")
    except ConfigurationError as error:
        raise ConfigurationError(f"{error}; for a local file add --plugin FILE") from None
    return [p for p in plugins if p.name == chosen]
