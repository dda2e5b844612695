"""Plugins that look installed: a folder with a dist-info, as an installer leaves it."""

from pathlib import Path

RULE = '''
from typing import ClassVar

from neuroplast import Rule, hookimpl


class Mine(Rule):
    """Δw = g x, under another name."""

    kind: ClassVar[str] = "{kind}"

    def delta(self, view):
        return view.outer(view.g)


@hookimpl
def rules():
    return [Mine]
'''


def rule(kind: str) -> str:
    """The source of a plugin that provides one rule."""
    return RULE.format(kind=kind)


def install(site: Path, name: str, source: str, target: str = "", version: str = "1.0") -> Path:
    """A package `name` whose entry point `name` names the module `name` with this source; its file."""
    info = site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}-package\nVersion: {version}\n"
    )
    (info / "entry_points.txt").write_text(f"[neuroplast]\n{name} = {target or name}\n")
    module = site / f"{name}.py"
    module.write_text(source)
    return module
