"""Checks that a file is laid out as `schema` says: groups, attributes, names, types, dimensions, units and scales."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import prod
from typing import Any, get_args

import h5py
import numpy as np

from neuroplast.recording.check.finding import Severity
from neuroplast.recording.damage import UNREADABLE, shown
from neuroplast.recording.digest import nodes
from neuroplast.recording.joined import dims_of
from neuroplast.recording.schema import (
    GROWING,
    SCALES,
    VERSION,
    RunState,
    Statistic,
    plain_name,
    stored_name,
)

Wrong = tuple[Severity, str, str, str]

REPEAT = "use the file that neuroplast wrote, or repeat the run"
TEXTS, NUMBERS = "a text", "a whole number"
ATTRIBUTES = {
    "/": {
        **dict.fromkeys(("format", "format_version", "title", "dimension_order", "state"), TEXTS),
        **dict.fromkeys(("steps_done", "steps_total"), NUMBERS),
        "input_shape": "a shape",
    },
    "/scenario": {"condition": TEXTS, "seed": NUMBERS},
    "/provenance": {"content_sha256": TEXTS},
}
GROUPS = ("/scenario", "/provenance", "/provenance/data", "/layers", "/metrics", "/events")
DATA_SETS = {
    "/scenario": ("config_json",),
    "/provenance": ("package", "packages", "plugin", "plugins"),
    "/events": ("event", "step", "kind", "message"),
}
LABELS = ("units", "long_name")
STATISTICS = tuple(statistic.value for statistic in Statistic)
OF_A_LAYER = ("step", "snapshot_step", "neuron")


def wrong_layout(file: Any) -> Iterator[Wrong]:
    """All that is not as the layout has it."""
    there = dict(nodes(file))
    yield from _version(file)
    for place in GROUPS:
        if not isinstance(there.get(place), h5py.Group):
            yield Severity.error, place, "is missing, or no group", REPEAT
    for place, wanted in ATTRIBUTES.items():
        if place in there:
            for name, kind in wanted.items():
                yield from _attribute(there[place], place, name, kind)
    for place, names in DATA_SETS.items():
        for name in names:
            if not isinstance(there.get(f"{place}/{name}"), h5py.Dataset):
                yield Severity.error, f"{place}/{name}", "is missing, or no data set", REPEAT
    yield from _state(file)
    yield from _config(there.get("/scenario/config_json"))
    for place, node in there.items():
        yield from _name(place)
        if isinstance(node, h5py.Dataset):
            yield from _data_set(node, shown(place))
        elif place.startswith("/layers/") and place.count("/") == 2:
            yield from _layer(node, shown(place))


def _version(file: Any) -> Iterator[Wrong]:
    said = _text(file.attrs.get("format_version", b""))
    major, _, minor = said.partition(".")
    if not (major.isdecimal() and minor.isdecimal()):
        yield Severity.error, "/", f"format_version is {shown(said)!r}", REPEAT
    elif int(major) != VERSION[0]:
        what = f"has format_version {said}, and this neuroplast reads {VERSION[0]}.x"
        yield Severity.critical, "/", what, "use another version of neuroplast for it"
    elif int(minor) > VERSION[1]:
        what = f"has format_version {said}, newer than {'.'.join(map(str, VERSION))}"
        yield Severity.note, "/", what, "a newer neuroplast may see more in it"


def _state(file: Any) -> Iterator[Wrong]:
    state = _text(file.attrs.get("state", b""))
    if state not in get_args(RunState):
        yield (
            Severity.error,
            "/",
            f"state is {shown(state)!r}",
            f"it is one of {', '.join(get_args(RunState))}",
        )
    elif state == "running" and "segment_end" not in file.attrs:
        what = "is of a run that never ended: it was killed, or is still written"
        yield Severity.warning, "/", what, "repeat the run for all of it"
    elif state in ("interrupted", "failed"):
        yield (
            Severity.warning,
            "/",
            f"is of a run that {state}",
            "resume or repeat it for all of it",
        )


def _attribute(node: Any, place: str, name: str, kind: str) -> Iterator[Wrong]:
    if name not in node.attrs:
        yield Severity.error, place, f"lacks the attribute {name}", REPEAT
        return
    value = node.attrs[name]
    good = {
        TEXTS: isinstance(value, bytes) and _is_utf8(value),
        NUMBERS: np.ndim(value) == 0 and np.asarray(value).dtype.kind in "iu",
        "a shape": np.ndim(value) == 1 and np.asarray(value).dtype.kind in "iu",
    }
    if not good[kind]:
        yield Severity.error, place, f"attribute {name} is not {kind}", REPEAT


def _config(data_set: Any) -> Iterator[Wrong]:
    place = "/scenario/config_json"
    if not isinstance(data_set, h5py.Dataset):
        return
    try:
        table = json.loads(bytes(data_set[()]).decode("utf-8"))
    except UNREADABLE as error:
        yield (
            Severity.error,
            place,
            f"is no JSON ({shown(str(error).partition(chr(10))[0])})",
            REPEAT,
        )
        return
    if not isinstance(table, dict):
        yield Severity.error, place, "is no table", REPEAT


def _name(place: str) -> Iterator[Wrong]:
    name = place.rpartition("/")[2]
    plain = name in SCALES or name.startswith("size_") or stored_name(plain_name(name)) == name
    if place != "/" and not (plain and _is_utf8(name.encode("utf-8", "surrogateescape"))):
        yield Severity.warning, shown(place), "has a name that neuroplast does not give", REPEAT
    elif shown(name) != name:
        yield (
            Severity.warning,
            shown(place),
            "has characters in its name that do not print",
            "handle it with care",
        )


def _data_set(data_set: Any, place: str) -> Iterator[Wrong]:
    for label in LABELS:
        if not _text(data_set.attrs.get(label, b"")):
            yield Severity.error, place, f"does not say its {label}", REPEAT
    said = _text(data_set.attrs.get("statistic", STATISTICS[0].encode()))
    if said not in STATISTICS:
        yield (
            Severity.error,
            place,
            f"statistic is {shown(said)!r}",
            f"it is one of {', '.join(STATISTICS)}",
        )
    dims = dims_of(data_set)
    if len(dims) != len(data_set.shape):
        what = f"names {len(dims)} dimensions and has {len(data_set.shape)}"
        yield Severity.error, place, what, REPEAT
        return
    for axis, dim in enumerate(dims):
        yield from _dimension(data_set, place, axis, dim)
    if data_set.shape and not data_set.fletcher32:
        yield Severity.warning, place, "has no checksum for each chunk (fletcher32)", REPEAT
    shape = data_set.attrs.get("tensor_shape")
    if shape is not None and prod(map(int, shape)) != prod(data_set.shape[1:]):
        what = (
            f"tensor_shape {[int(n) for n in shape]} does not fit its shape {list(data_set.shape)}"
        )
        yield Severity.error, place, what, REPEAT


def _dimension(data_set: Any, place: str, axis: int, dim: str) -> Iterator[Wrong]:
    """One axis: a scale of this name is in the same group, as long as it, and attached to it."""
    group, name = data_set.parent, place.rpartition("/")[2]
    told = f"dimension {shown(dim)!r}"
    if dim not in group or not isinstance(group[dim], h5py.Dataset):
        yield Severity.error, place, f"{told} has no scale in its group", REPEAT
    elif len(group[dim].shape) != 1 or len(group[dim]) != data_set.shape[axis]:
        what = f"{told} has {data_set.shape[axis]} entries, its scale {list(group[dim].shape)}"
        yield Severity.error, place, what, REPEAT
    elif group[dim].attrs.get("CLASS") != b"DIMENSION_SCALE":
        yield Severity.error, place, f"{told} is no dimension scale", REPEAT
    elif dim != name and group[dim] not in _attached(data_set, axis):
        yield Severity.error, place, f"{told} is not attached to it", REPEAT
    elif dim in GROWING and dim != name and data_set.maxshape[0] is not None:
        yield Severity.warning, place, f"{told} grows, and the data set cannot", REPEAT


def _attached(data_set: Any, axis: int) -> list[Any]:
    """The scales that are attached to an axis. HDF5's own functions for that crash on damaged files."""
    found = data_set.attrs.get("DIMENSION_LIST")
    if found is None or axis >= len(found):
        return []
    return [data_set.file[reference] for reference in found[axis]]


def _layer(group: Any, place: str) -> Iterator[Wrong]:
    if not isinstance(group, h5py.Group):
        return
    for name in ("order", "neurons"):
        yield from _attribute(group, place, name, NUMBERS)
    for name in OF_A_LAYER:
        if name not in group:
            yield Severity.error, f"{place}/{name}", "is missing", REPEAT


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
