"""The checks, a family a file."""

import importlib
import pkgutil

_LAST = ("autograd", "learning", "locality", "long_runs", "parts")
"""Those that look at the whole: where they fail, a plainer check often tells why."""


def load() -> None:
    """Import every file of checks, so that each has made its checks known."""
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda i: (i.name in _LAST, i.name)):
        importlib.import_module(f"{__name__}.{info.name}")
