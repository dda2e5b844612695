"""The checks, a family a file."""

import importlib
import pkgutil

_LAST = ("autograd", "learning", "locality", "long_runs", "outside", "parts")
"""Those that look at the whole: where they fail, a plainer check often tells why."""


def load() -> None:
    """Import every file of checks, so that each has made its checks known."""
    for info in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{info.name}")


def place(module: str) -> tuple[bool, str]:
    """Where the checks of a module stand in the order in which they are asked."""
    file = module.rpartition(".")[2]
    return file in _LAST, file
