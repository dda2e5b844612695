"""Says in one sentence what is wrong where a file cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from neuroplast.errors import DataError

UNREADABLE = (OSError, RuntimeError, LookupError, ValueError, TypeError, RecursionError)
"""What h5py, NumPy and json raise for files that hold nonsense."""


@contextmanager
def reading(path: Path, node: Any = True) -> Iterator[None]:
    """Turn what is raised while a file is read into a DataError; a data set that is read is named in it.

    node: false where the file was closed.
    """
    if not node:
        raise DataError(f"{path}: was closed; open it again with open_run")
    where = f"{shown(node.name)} " if isinstance(node, h5py.Dataset) else ""
    try:
        yield
    except PermissionError:
        raise DataError(f"{path}: may not be read; ask its owner, or copy it") from None
    except BlockingIOError:
        raise DataError(
            f"{path}: is being written by a run; wait until that ends, or stop it with Ctrl-C"
        ) from None
    except UNREADABLE as error:
        reason = shown(str(error).partition("\n")[0])
        raise DataError(
            f"{path}: {where}is damaged or was cut short ({reason}); copy it again, or repeat the run"
        ) from error


def shown(text: str) -> str:
    """A text from a file as it can be printed, without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
