"""The HDF5 layout of a run file, and the only ways in which anything gets into one.

    /                          format="neuroplast-run"  format_version="1.1"  title  dimension_order
                               state=running|complete|interrupted|failed  steps_done  steps_total
                               input_shape: of one stimulus
    /scenario                  condition  seed  and rule, competition, ... of the layers
        config_json            scalar text: the resolved scenario; media_type="application/json"
        files/<n>              scalar text: a local file of Python with parts that take part
    /provenance                all that may differ between two executions of the same scenario:
                               run_id, git_commit, torch, device, cpu_threads, ...  content_sha256
        packages[package]      "name==version"
        plugins[plugin]        "kind:name==version"
        files[file]            "sha256  name" of /scenario/files/0, 1, ...
        manifest[manifest_line]  "sha256  path" of every other group and data set (since 1.1)
        executions             scalar text: JSON, the processes that wrote it: where, from which
                               step on; "forced": what was not as before, where that was forced
        data/                  name  copy  source  sha256    of the arrays used
    /layers/<layer>/           order  neurons  input_shape  weight_shape  and rule, competition, ...
        step[T]                T samples of the series, each at the end of a step; 1 is the first
        snapshot_step[K]       K snapshots of all state, each after so many steps; 0 is the start
        neuron[N]  input[M]    indices; other axes of state: channel y x input_y input_x size_<n>
        unit[U]                stands for neuron where each position has weights of its own
        w(K,N,M)               weights, flattened behind the neuron; tensor_shape=their own shape
        <part>.<name>(K,...)   other state under its own name, such as rule.theta(K,N)
        <series>(T)  (T,N)     a number, or a value for each neuron; NaN where a row lacks it
        <projection>/          where a layer has several projections: snapshot_step, neuron, input,
                               w and state of each, as above; attribute weight_shape
    /probes/<probe>/<layer>/   what the scenario asks for beside; attributes: when, reduce, layer
        step[T]                its own samples
        neuron[N'] input[M]    as above; where only some neurons are looked at, their indices
        <projection>.input[M]  of one of several projections
        bin[B+2]               of a histogram: lower edges; the first bin begins at the lowest number
        <variable>(T,...)      such as ltp(T,N), rule.theta(T,N), or w(T,N,M) with tensor_shape=the
                               shape of what is sampled; of a histogram counts (T,B+2); NaN as above
    /metrics/<group>/          step[T'], and <metric>(T') in float64
    /events                    event[E]; step(E)  kind(E)  message(E)

    a data set                 units ("1" if none)  long_name  dims="step,neuron"  and for series,
                               metrics and state: statistic=last|mean|sum|min|max|histogram  window  plugin

While a run goes on, its folder has segments of this layout instead, with the rows of the steps
between two commits; they have the root attributes segment_start and segment_end. Version 1.0 had
neither segments nor manifest.

[] marks a dimension scale; each group has its own, so that xarray opens any group by itself with
named axes. `dims` says the same as text, for readers that know no scales.

Chosen so that Python, R, MATLAB, Julia and h5dump can read it: the default file format; fixed-length
UTF-8 strings; integers, float32 and float64; truth values as uint8; no variable length, compounds,
links or half floats. Arrays are chunked, with a checksum for each chunk (fletcher32); weights
are not compressed, since they hardly shrink. Texts too long for an attribute become data sets.
Names that HDF5 or this layout cannot hold are percent-encoded: layer "a/b" is the group "a%2Fb".
A series whose name is taken by state, or the other way round, is stored as "<name>.series" or
"<name>.state". A minor format_version only adds things; a new major one changes their meaning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from math import prod
from typing import Any, Literal
from urllib.parse import unquote

import h5py
import numpy as np

RUN_FILE = "run.h5"
FORMAT = "neuroplast-run"
VERSION = (1, 1)
DIMENSION_ORDER = "C order, first listed dim slowest; MATLAB/R/Julia show them reversed"
STATE_WIDTH, DIGEST_WIDTH, KIND_WIDTH, MESSAGE_WIDTH = 16, 64, 64, 1024
GROWING = ("step", "snapshot_step", "event")
AXES = ("neuron", "unit", "input", "channel", "y", "x", "input_y", "input_x", "bin")
SCALES = (*GROWING, *AXES)
SCALE_ATTRIBUTES = ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME", "DIMENSION_LABELS")
ATTRIBUTE_LIMIT = 32_000  # bytes; HDF5 refuses attributes from 64 kB on
CHUNK_BYTES = 2**20
CHUNK_ROWS = 1024

RunState = Literal["running", "complete", "interrupted", "failed"]


class Statistic(StrEnum):
    """What a sample is of the steps since the one before it."""

    last = auto()
    mean = auto()
    sum = auto()
    min = auto()
    max = auto()
    histogram = auto()


@dataclass(frozen=True)
class Label:
    """What a data set says of itself. Empty texts are left out."""

    long_name: str
    units: str = "1"
    statistic: str = ""
    window: str = ""
    plugin: str = ""


def stored_name(name: str) -> str:
    """The name under which HDF5 can hold `name`, and by which no scale is meant."""
    text = name.encode("utf-8", "replace").decode()
    for character in "%/\0":
        text = text.replace(character, f"%{ord(character):02X}")
    if text in SCALES or text.startswith("size_") or text in (".", ".."):
        text = f"%{ord(text[0]):02X}{text[1:]}"
    return text or "%"


def plain_name(stored: str) -> str:
    """The name that was stored under `stored`."""
    return "" if stored == "%" else unquote(stored)


def text_type(width: int) -> Any:
    """The type of fixed-length UTF-8 texts of so many bytes."""
    return h5py.string_dtype("utf-8", max(width, 1))


def encoded(text: str, width: int | None = None) -> bytes:
    """A text as bytes; where it is longer than `width`, cut between characters, with an ellipsis."""
    raw = text.encode("utf-8", "replace")
    if width is None or len(raw) <= width:
        return raw
    return raw[: width - 3].decode("utf-8", "ignore").encode() + "…".encode()


def set_text(node: Any, name: str, text: str, width: int | None = None) -> None:
    """Set an attribute to a text, cut to `width` bytes; of a fixed width, it can be overwritten."""
    raw = encoded(text, width or ATTRIBUTE_LIMIT)
    kind = text_type(width or len(raw))
    node.attrs.create(name, np.array(raw, kind), dtype=kind)


def reset_text(node: Any, name: str, text: str, width: int) -> None:
    """Overwrite such an attribute in place."""
    node.attrs.modify(name, np.array(encoded(text, width), text_type(width)))


def set_value(group: Any, name: str, value: str | int | float) -> None:
    """Set an attribute of a group, or a data set of that name where the text is too long for one."""
    if isinstance(value, bool):
        group.attrs[name] = np.uint8(value)
    elif isinstance(value, int) and -(2**63) <= value < 2**63:
        group.attrs[name] = np.int64(value)
    elif isinstance(value, float):
        group.attrs[name] = np.float64(value)
    elif len(encoded(str(value))) <= ATTRIBUTE_LIMIT:
        set_text(group, name, str(value))
    else:
        add_text(group, stored_name(name), str(value), Label(name))


def add_text(group: Any, name: str, text: str, label: Label) -> Any:
    """Add a scalar text of any length."""
    kind = text_type(len(encoded(text)))
    data_set = group.create_dataset(name, data=np.array(encoded(text), kind), dtype=kind)
    set_label(data_set, (), label)
    return data_set


def add_texts(group: Any, name: str, scale: str, texts: Iterable[str], label: Label) -> None:
    """Add a list of texts along a new scale."""
    raw = [encoded(text) for text in texts]
    add_scale(group, scale, len(raw))
    kind = text_type(max(map(len, raw), default=1))
    data_set = add_array(group, name, (scale,), kind, label)
    data_set[:] = np.array(raw, kind)


def add_scale(group: Any, name: str, values: int | Sequence[int] | Sequence[float] = 0) -> Any:
    """Add a dimension scale that counts 0, 1, ... to so many, or has these values; or an empty one that grows."""
    given = np.arange(values) if isinstance(values, int) else np.asarray(values)
    data = given.astype(np.float64 if given.dtype.kind == "f" else np.int32)
    size = len(data)
    growing = name in GROWING or size == 0
    data_set = group.create_dataset(
        name,
        data=data,
        maxshape=(None if growing else size,),
        chunks=chunk_shape(CHUNK_ROWS if growing else size, (), data.itemsize),
        fletcher32=True,
        fillvalue=-1,
    )
    data_set.make_scale(name)
    set_label(data_set, (name,), Label(name.replace("_", " ")))
    return data_set


def add_array(
    group: Any, name: str, dims: tuple[str, ...], dtype: Any, label: Label, compressed: bool = False
) -> Any:
    """Add an array along scales that the group has; it grows along the first as that scale does."""
    kind = np.dtype(dtype)
    sizes = tuple(len(group[dim]) for dim in dims)
    growing = group[dims[0]].maxshape == (None,)
    rows = CHUNK_ROWS if growing else sizes[0]
    data_set = group.create_dataset(
        name,
        shape=sizes,
        dtype=dtype,
        maxshape=(None if growing else sizes[0], *sizes[1:]),
        chunks=chunk_shape(1 if dims[0] == "snapshot_step" else rows, sizes[1:], kind.itemsize),
        fletcher32=True,
        compression=1 if compressed else None,
        fillvalue=np.nan if kind.kind == "f" else None,
    )
    for axis, dim in zip(data_set.dims, dims, strict=True):
        axis.attach_scale(group[dim])
    set_label(data_set, dims, label)
    return data_set


def set_label(data_set: Any, dims: tuple[str, ...], label: Label) -> None:
    """Set the attributes that every data set carries."""
    texts: Mapping[str, str] = {**vars(label), "dims": ",".join(dims)}
    for name, text in texts.items():
        if text:
            set_text(data_set, name, text)


def chunk_shape(rows: int, item: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """The largest block of whole trailing axes, and then rows, that stays within CHUNK_BYTES.

    Blocks of several rows are smaller, since the last one is stored whole even if it holds one row.
    """
    if prod(item) * itemsize >= CHUNK_BYTES // 8:
        rows = 1
    room = max(1, (CHUNK_BYTES if rows == 1 else CHUNK_BYTES // 8) // itemsize)
    sizes: list[int] = []
    for size in (*reversed(item), rows):
        sizes.append(max(1, min(size, room)))
        room = max(1, room // sizes[-1])
    return tuple(reversed(sizes))


def own_dims(group: Any, shape: tuple[int, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The scales for the axes of a state tensor: those named where the sizes agree, else `size_<n>`."""
    dims: list[str] = []
    for i, size in enumerate(shape):
        name = names[i] if i < len(names) else f"size_{size}"
        if name in dims or (name in group and len(group[name]) != size):
            name = f"size_{size}"
        while name in dims:
            name += "_again"
        if name not in group:
            add_scale(group, name, size)
        dims.append(name)
    return tuple(dims)
