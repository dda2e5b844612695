"""The checks, a family a file."""

import importlib
import pkgutil


def load() -> None:
    """Import every file of checks, so that each has made its checks known."""
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda i: i.name):
        importlib.import_module(f"{__name__}.{info.name}")
