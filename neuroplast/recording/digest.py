"""The fingerprint of what a run found: equal for equal scenario and seed, whoever ran it and when."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import h5py
import numpy as np

from neuroplast.recording.schema import SCALE_ATTRIBUTES

BLOCK_BYTES = 2**24


def content_sha256(file: Any) -> str:
    """SHA-256 over all data sets and attributes outside /provenance, in the order of their paths.

    It covers names, types, shapes and values. How the values lie in the file (chunks, how often it
    was flushed) does not matter.
    """
    digest = sha256()
    for path, node in nodes(file, without="/provenance"):
        _add_node(digest, path, node)
    return digest.hexdigest()


def fingerprint(node: Any) -> str:
    """SHA-256 over the attributes of a group or a data set, and over its values."""
    digest = sha256()
    _add_node(digest, node.name, node)
    return digest.hexdigest()


def nodes(file: Any, without: str = "") -> Iterator[tuple[str, Any]]:
    """Every group and data set with its path, in the order of the paths; `without` one group and all in it."""
    found = [("/", file)]
    waiting = [file]
    while waiting:
        group = waiting.pop()
        for name in group:
            node = group[name]
            if node.name != without:
                found.append((node.name, node))
                waiting += [node] if isinstance(node, h5py.Group) else []
    return iter(sorted(found, key=lambda pair: pair[0]))


def _add_node(digest: Any, path: str, node: Any) -> None:
    digest.update(f"{path}\n".encode())
    for name in sorted(set(node.attrs) - set(SCALE_ATTRIBUTES)):
        digest.update(f"{path}@{name} ".encode())
        _add(digest, np.asarray(node.attrs[name]))
    if isinstance(node, h5py.Dataset):
        digest.update(f"{node.dtype.str} {node.shape}\n".encode())
        for block in blocks(node):
            digest.update(np.ascontiguousarray(block).tobytes())


def _add(digest: Any, array: Any) -> None:
    digest.update(f"{array.dtype.str} {array.shape}\n".encode())
    digest.update(np.ascontiguousarray(array).tobytes())


def blocks(data_set: Any) -> Iterator[Any]:
    """The values of a data set, a limited number of rows at a time."""
    if not data_set.shape:
        yield np.asarray(data_set[()])
        return
    row = max(1, data_set.nbytes // max(1, len(data_set)))
    rows = max(1, BLOCK_BYTES // row)
    for start in range(0, len(data_set), rows):
        yield data_set[start : start + rows]
