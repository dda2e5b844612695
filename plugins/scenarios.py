"""The scenarios that come with neuroplast."""

from importlib.resources import files
from pathlib import Path

import neuroplast_scenarios
from neuroplast import hookimpl


@hookimpl
def scenarios() -> list[Path]:
    """Every scenario file of the package."""
    folder = Path(str(files(neuroplast_scenarios)))
    return sorted(folder.glob("*.toml"))
