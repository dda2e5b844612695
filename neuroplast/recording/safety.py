"""Refuses files that could make a reader open other files, load foreign code, or exhaust the memory.

HDF5 follows soft and external links, virtual data sets and external storage without asking, and gives
the content of any file for that of the one opened. What neuroplast writes needs none of them. So all
objects are walked, member by member and never by a path, before anything is read.
"""

from math import prod
from pathlib import Path
from typing import Any

import h5py
from h5py import h5a, h5d, h5l, h5o, h5s, h5t, h5z

from neuroplast.errors import DataError
from neuroplast.recording.schema import SCALE_ATTRIBUTES

MAX_DEPTH = 16
MAX_OBJECTS = 100_000
MAX_ATTRIBUTES = 1000  # of one object
MAX_ATTRIBUTE = 2**20  # bytes
MAX_CHUNK = 2**28  # bytes
MAX_PLAIN = 2**30  # bytes; what is larger must be stored in at least a thousandth of its size
MAX_INFLATION = 1000
MAX_TOTAL = 2**40  # bytes
FILTERS = (h5z.FILTER_DEFLATE, h5z.FILTER_SHUFFLE, h5z.FILTER_FLETCHER32)
LAYOUTS = (h5d.COMPACT, h5d.CONTIGUOUS, h5d.CHUNKED)
LINKS = {h5l.TYPE_SOFT: "a soft link", h5l.TYPE_EXTERNAL: "a link into another file"}


class _Refusal(Exception):
    """What was found, and where in the file."""


def check_safe(file: Any, path: Path) -> None:
    """DataError unless everything in the file is a plain group, array or attribute of a sane size."""
    try:
        _walk(h5o.open(file.id, b"/"), path.stat().st_size)
    except _Refusal as refusal:
        raise DataError(
            f"{path}: refused, since {refusal}; neuroplast writes no such thing, "
            "so use a file that comes straight from it"
        ) from None


def _walk(root: Any, size: int) -> None:
    waiting = [(root, "/", 0)]
    seen = {h5o.get_info(root).addr}
    total = 0
    while waiting:
        node, where, depth = waiting.pop()
        _check_attributes(node, where)
        if isinstance(node, h5d.DatasetID):
            total += _check_data_set(node, where)
            continue
        if not isinstance(node, h5py.h5g.GroupID):
            raise _Refusal(f"{where} is neither a group nor an array")
        if depth >= MAX_DEPTH or len(seen) + node.get_num_objs() > MAX_OBJECTS:
            raise _Refusal(f"{where} goes deeper than {MAX_DEPTH}, or beyond {MAX_OBJECTS} objects")
        for name in list(node):
            member, place = _member(node, name, where)
            address = h5o.get_info(member).addr
            if address in seen:
                raise _Refusal(f"{place} is in it twice, or contains itself")
            seen.add(address)
            waiting.append((member, place, depth + 1))
    if total > MAX_TOTAL or total > max(MAX_PLAIN, MAX_INFLATION * size):
        raise _Refusal(f"its arrays claim {total} bytes in a file of {size}")


def _member(group: Any, name: bytes, where: str) -> tuple[Any, str]:
    """A member of a group and its place, by a hard link only."""
    place = f"{where.rstrip('/')}/{_shown(name)}"
    if b"/" in name or name in (b"", b".", b".."):
        raise _Refusal(f"{place} has a name that is a path")
    kind = group.links.get_info(name).type
    if kind != h5l.TYPE_HARD:
        raise _Refusal(f"{place} is {LINKS.get(kind, 'a link of an unknown kind')}")
    return h5o.open(group, name), place


def _shown(name: bytes) -> str:
    """A name as it can be printed, whatever it holds."""
    return ascii(name.decode("utf-8", "replace"))[1:-1]


def _check_attributes(node: Any, where: str) -> None:
    count = h5a.get_num_attrs(node)
    if count > MAX_ATTRIBUTES:
        raise _Refusal(f"{where} has {count} attributes, more than {MAX_ATTRIBUTES}")
    for index in range(count):
        attribute = h5a.open(node, index=index)
        name = attribute.name.decode("utf-8", "replace")
        if name in SCALE_ATTRIBUTES:
            continue  # references of the dimension scales, which the reader leaves alone
        kind = attribute.get_type()
        _check_type(kind, f"attribute {name!r} of {where}")
        if _count(attribute.get_space()) * kind.get_size() > MAX_ATTRIBUTE:
            raise _Refusal(f"attribute {name!r} of {where} is larger than {MAX_ATTRIBUTE} bytes")


def _check_data_set(data_set: Any, where: str) -> int:
    """The bytes that a data set claims."""
    plan = data_set.get_create_plist()
    if plan.get_layout() not in LAYOUTS:
        raise _Refusal(f"{where} is a virtual data set, made of other files")
    if plan.get_external_count():
        raise _Refusal(f"{where} has its values in another file")
    for index in range(plan.get_nfilters()):
        number = plan.get_filter(index)[0]
        if number not in FILTERS:
            raise _Refusal(f"{where} needs the foreign filter {number}")
    kind = data_set.get_type()
    _check_type(kind, where)
    claimed: int = _count(data_set.get_space()) * kind.get_size()
    if plan.get_layout() == h5d.CHUNKED and prod(plan.get_chunk()) * kind.get_size() > MAX_CHUNK:
        raise _Refusal(f"{where} has chunks of more than {MAX_CHUNK} bytes")
    stored = data_set.get_storage_size()
    if claimed > max(MAX_PLAIN, MAX_INFLATION * stored):
        raise _Refusal(f"{where} claims {claimed} bytes and stores {stored}")
    return claimed


def _check_type(kind: Any, where: str) -> None:
    """Refuse all but whole numbers, float32, float64 and texts of fixed length."""
    family, size = kind.get_class(), kind.get_size()
    plain = (
        (family == h5t.INTEGER and size in (1, 2, 4, 8))
        or (family == h5t.FLOAT and size in (4, 8))
        or (family == h5t.STRING and not kind.is_variable_str())
    )
    if not plain:
        raise _Refusal(f"{where} is not of whole numbers, float32, float64 or fixed-length text")


def _count(space: Any) -> int:
    """The number of values; a null space is refused as it holds none."""
    if space.get_simple_extent_type() == h5s.NULL:
        raise _Refusal("it has an array or attribute without any value")
    return prod(space.shape)
