"""Refuses files that could make a reader open other files, load foreign code, or exhaust the memory.

HDF5 follows soft and external links, virtual data sets and external storage without asking, and gives
the content of any file for that of the one opened. What neuroplast writes needs none of them. So all
objects are walked, member by member and never by a path, before anything is read.

This bounds what a file asks for. Against errors inside of HDF5 itself, `check` and `inspect` read in a process of
their own (see guard.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import h5py
from h5py import h5a, h5d, h5l, h5o, h5s, h5t, h5z

from neuroplast.errors import DataError

MAX_DEPTH = 16
MAX_OBJECTS = 100_000
MAX_ATTRIBUTES = 1000  # of one object
MAX_ATTRIBUTE = 2**20  # bytes
MAX_CHUNK = 2**28  # bytes
MAX_CHUNKS = 2**24  # of one data set
MAX_PLAIN = 2**30  # bytes; what is larger must be stored in at least a thousandth of its size
MAX_INFLATION = 1000
MAX_TOTAL = 2**40  # bytes
FILTERS = {h5z.FILTER_DEFLATE: 1, h5z.FILTER_SHUFFLE: 1, h5z.FILTER_FLETCHER32: 0}
"""The filters that HDF5 always has, and how many parameters each may have."""
MAX_DEFLATE = 9
LAYOUTS = (h5d.COMPACT, h5d.CONTIGUOUS, h5d.CHUNKED)
LINKS = {h5l.TYPE_SOFT: "a soft link", h5l.TYPE_EXTERNAL: "a link into another file"}
NUMBERS = (
    *(h5t.STD_I8LE, h5t.STD_I16LE, h5t.STD_I32LE, h5t.STD_I64LE),
    *(h5t.STD_U8LE, h5t.STD_U16LE, h5t.STD_U32LE, h5t.STD_U64LE),
    *(h5t.STD_I8BE, h5t.STD_I16BE, h5t.STD_I32BE, h5t.STD_I64BE),
    *(h5t.STD_U8BE, h5t.STD_U16BE, h5t.STD_U32BE, h5t.STD_U64BE),
    *(h5t.IEEE_F32LE, h5t.IEEE_F64LE, h5t.IEEE_F32BE, h5t.IEEE_F64BE),
)
OF_SCALES = {
    "CLASS": h5t.STRING,
    "NAME": h5t.STRING,
    "DIMENSION_LIST": h5t.VLEN,
    "REFERENCE_LIST": h5t.COMPOUND,
}
"""Attributes of dimension scales, which no reader of ours looks into, and the class of type that each has."""


def check_safe(file: Any, path: Path) -> None:
    """DataError unless everything in the file is a plain group, array or attribute of a sane size."""
    for wrong in find_unsafe(file, path.stat().st_size):
        raise DataError(
            f"{path}: refused, since {wrong}; neuroplast writes no such thing, "
            "so use a file that comes straight from it"
        )


def find_unsafe(file: Any, size: int) -> Iterator[str]:
    """All that is not plain in an open file of so many bytes, in words; it is not looked into."""
    waiting = [(h5o.open(file.id, b"/"), "/", 0)]
    seen = {h5o.get_info(waiting[0][0]).addr}
    total = 0
    while waiting:
        node, where, depth = waiting.pop()
        yield from _attributes(node, where)
        if isinstance(node, h5d.DatasetID):
            yield from _data_set(node, where)
            total += _claimed(node)
        elif not isinstance(node, h5py.h5g.GroupID):
            yield f"{where} is neither a group nor an array"
        elif depth >= MAX_DEPTH or len(seen) + node.get_num_objs() > MAX_OBJECTS:
            yield f"{where} goes deeper than {MAX_DEPTH}, or beyond {MAX_OBJECTS} objects"
        else:
            for name in list(node):
                place = f"{where.rstrip('/')}/{_shown(name)}"
                if wrong := _link(node, name, place):
                    yield wrong
                    continue
                member = h5o.open(node, name)
                address = h5o.get_info(member).addr
                if address in seen:
                    yield f"{place} is in it twice, or contains itself"
                    continue
                seen.add(address)
                waiting.append((member, place, depth + 1))
    if total > MAX_TOTAL or total > max(MAX_PLAIN, MAX_INFLATION * size):
        yield f"its arrays claim {total} bytes in a file of {size}"


def _link(group: Any, name: bytes, place: str) -> str:
    """What is wrong with how a member is named and held; empty where it is a hard link with a plain name."""
    if b"/" in name or name in (b"", b".", b".."):
        return f"{place} has a name that is a path"
    kind = group.links.get_info(name).type
    return (
        ""
        if kind == h5l.TYPE_HARD
        else f"{place} is {LINKS.get(kind, 'a link of an unknown kind')}"
    )


def _shown(name: bytes) -> str:
    """A name as it can be printed, whatever it holds."""
    return ascii(name.decode("utf-8", "replace"))[1:-1]


def _attributes(node: Any, where: str) -> Iterator[str]:
    count = h5a.get_num_attrs(node)
    if count > MAX_ATTRIBUTES:
        yield f"{where} has {count} attributes, more than {MAX_ATTRIBUTES}"
        return
    for index in range(count):
        attribute = h5a.open(node, index=index)
        name = attribute.name.decode("utf-8", "replace")
        place = f"attribute {name!r} of {where}"
        kind, space = attribute.get_type(), attribute.get_space()
        if name in OF_SCALES:
            if kind.get_class() != OF_SCALES[name]:
                yield f"{place} is not what dimension scales have"
        elif not _is_plain(kind):
            yield f"{place} {NOT_PLAIN}"
        if space.get_simple_extent_type() == h5s.NULL:
            yield f"{place} is an array or attribute without any value"
        elif prod(space.shape) * kind.get_size() > MAX_ATTRIBUTE:
            yield f"{place} is larger than {MAX_ATTRIBUTE} bytes"


NOT_PLAIN = "is not of whole numbers, float32, float64 or fixed-length text"


def _data_set(data_set: Any, where: str) -> Iterator[str]:
    plan, kind = data_set.get_create_plist(), data_set.get_type()
    if plan.get_layout() not in LAYOUTS:
        yield f"{where} is a virtual data set, made of other files"
    if plan.get_external_count():
        yield f"{where} has its values in another file"
    if not _is_plain(kind):
        yield f"{where} {NOT_PLAIN}"
    if data_set.get_space().get_simple_extent_type() == h5s.NULL:
        yield f"{where} is an array or attribute without any value"
    yield from _filters(plan, where)
    claimed, stored = _claimed(data_set), data_set.get_storage_size()
    if claimed > max(MAX_PLAIN, MAX_INFLATION * stored):
        yield f"{where} claims {claimed} bytes and stores {stored}"
    if plan.get_layout() == h5d.CHUNKED:
        chunk = prod(plan.get_chunk()) * kind.get_size()
        if chunk > MAX_CHUNK:
            yield f"{where} has chunks of more than {MAX_CHUNK} bytes"
        if not chunk or claimed > chunk * MAX_CHUNKS:
            yield f"{where} has more than {MAX_CHUNKS} chunks"


def _filters(plan: Any, where: str) -> Iterator[str]:
    """Filters that not every HDF5 has, that come twice, or whose parameters are odd."""
    numbers = []
    for index in range(plan.get_nfilters()):
        number, _, parameters, _ = plan.get_filter(index)
        numbers.append(number)
        if number not in FILTERS:
            yield f"{where} needs the foreign filter {number}"
        elif len(parameters) > FILTERS[number] or (
            number == h5z.FILTER_DEFLATE and any(level > MAX_DEFLATE for level in parameters)
        ):
            yield f"{where} has the filter {number} with odd parameters {parameters[:5]}"
    if len(set(numbers)) < len(numbers):
        yield f"{where} goes through one filter several times"


def _claimed(data_set: Any) -> int:
    """The bytes that a data set would have in memory."""
    return int(prod(data_set.get_space().shape or ())) * int(data_set.get_type().get_size())


def _is_plain(kind: Any) -> bool:
    """Whether values are whole numbers, float32, float64, or texts of fixed length."""
    if kind.get_class() == h5t.STRING:
        return not kind.is_variable_str()
    return any(kind.equal(number) for number in NUMBERS)
