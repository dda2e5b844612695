"""Opens runs, read-only, and only after `safety` has looked at every file of theirs.

A run that is still going, or was stopped, is read as far as it was committed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial as bound
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from neuroplast.errors import DataError
from neuroplast.recording import verification
from neuroplast.recording.damage import reading
from neuroplast.recording.joined import Array, Group, joined, text
from neuroplast.recording.opening import Source, find_runs, opened
from neuroplast.recording.recording import Event, Lazy, RecordedLayer, Recording, Samples, Stored
from neuroplast.recording.schema import FORMAT, RUN_FILE, VERSION, RunState, plain_name

if TYPE_CHECKING:
    from neuroplast.recording.recorder import SeriesHeader, SourceFile
    from neuroplast.shapes import Shape

__all__ = ["find_runs", "open_run"]

OWN = ("order", "neurons", "input_shape", "weight_shape")
"""Attributes of a layer that are told apart from those for people."""


def open_run(path: Path | str, verify: bool = False, partial: bool = False) -> Recording:
    """Open a run by its folder, whether it is complete, running or was stopped, or by a file.

    Nothing but names, steps and attributes is read before it is asked for. Of a run that is being written, this is
    what was committed when it was opened; open it again for more.

    verify: read all of it, and compare it with the checksums that it carries, from the format 1.1 on one for each data
    set. Without, HDF5 still finds most of what changed in the parts that are read.
    partial: where a segment of a run that was stopped is missing or damaged, give what came before it; the recording's
    `damage` says what was left out.
    Raises DataError where the run is not there, damaged, not safe to read, or another's.
    """
    source = opened(Path(path), partial, verification.check if verify else None)
    try:
        with reading(source.path):
            return _recording(source)
    except BaseException:
        source.close()
        raise


def _recording(source: Source) -> Recording:
    first = joined(source.paths, source.files).attributes
    path = source.path
    if first.get("format") != FORMAT:
        raise DataError(f"{path}: is an HDF5 file, but not a run; name the {RUN_FILE} of a run")
    _check_version(str(first["format_version"]), path)
    state: RunState = source.state or first["state"]
    if state not in get_args(RunState):
        raise ValueError(f"state is {state!r}")
    done = source.segments[-1].end if source.segments else int(first["steps_done"])
    limit = done if source.state is None and state == "running" else None
    root = joined(source.paths, source.files, limit)
    scenario, provenance = root.group("scenario"), root.group("provenance")
    asked, config = _values(scenario), scenario.array("config_json")
    groups = _in_order(root.group("layers"))
    return Recording(
        path=path,
        state=state,
        title=first["title"],
        condition=asked["condition"],
        seed=int(asked["seed"]),
        steps_done=done,
        steps_total=int(first["steps_total"]),
        input_shape=_shape(first["input_shape"]),
        scenario=_table(json.loads(text(config[()].item()))),
        provenance=_provenance(provenance, source),
        parts=tuple(_texts(provenance.array("plugins"))),
        packages=tuple(_texts(provenance.array("packages"))),
        data=_values(provenance.group("data")),
        layers={name: _layer(name, group) for name, group in groups.items()},
        metrics={plain_name(k): _series(g) for k, g in root.group("metrics").groups.items()},
        probes=_probes(root),
        events=_events(root.group("events")),
        files=_files(scenario, provenance),
        damage=source.damage,
        segments=source.segments,
        _source=source,
        root=root,
        _states={name: dict(_states(group)) for name, group in groups.items()},
    )


def _provenance(group: Group, source: Source) -> dict[str, Any]:
    """What may differ between executions. Of a run that has not ended, no fingerprint covers all of it."""
    found = {k: v for k, v in _values(group).items() if not isinstance(v, list)}
    if source.state is None:
        return found
    return {**found, "content_sha256": "", "executions": source.executions}


def _check_version(said: str, path: Path) -> None:
    """Refuse another major version; a newer minor one has only more in it."""
    major = int(said.partition(".")[0])
    if major != VERSION[0]:
        raise DataError(
            f"{path}: has format_version {said}, and this neuroplast reads {VERSION[0]}.x; "
            f"use a {'newer' if major > VERSION[0] else 'older'} neuroplast for it"
        )


def _in_order(layers: Group) -> dict[str, Group]:
    """The groups of the layers by name, in the order in which the run had them."""
    if layers.arrays:
        raise ValueError(f"{layers.place} holds a data set, {next(iter(layers.arrays))!r}")
    groups = sorted(layers.groups.items(), key=lambda item: int(item[1].attributes["order"]))
    return {plain_name(name): group for name, group in groups}


def _layer(name: str, group: Group) -> RecordedLayer:
    found = group.attributes
    return RecordedLayer(
        name=name,
        neurons=int(found["neurons"]),
        input_shape=_shape(found.get("input_shape", ())),
        weight_shapes={
            f"{prefix}w": _shape(node.attributes["weight_shape"])
            for prefix, node in projections(group)
            if "weight_shape" in node.attributes
        },
        attributes={k: str(v) for k, v in found.items() if k not in OWN},
        series=_series(group),
        headers=_headers(group),
        steps=_steps(group, "step"),
        snapshot_steps=_steps(group, "snapshot_step"),
    )


def _steps(group: Group, scale: str) -> tuple[int, ...]:
    return tuple(group.array(scale)[:].tolist())


def _series(group: Group) -> Lazy[str, Samples]:
    """The series of a group, read when asked for."""
    steps = group.array("step")
    stored = along(group, "step", "series")
    return Lazy({name: bound(_samples, steps, array) for name, array in stored})


def _samples(steps: Array, array: Array) -> Samples:
    import torch

    shape = array.attributes.get("tensor_shape")
    values = torch.from_numpy(array[:])
    if shape is not None:
        with reading(array.file):
            values = values.reshape(-1, *_shape(shape))
    return Samples(torch.from_numpy(steps[:].astype(np.int64)), values)


def _headers(group: Group) -> Lazy[str, SeriesHeader]:
    """What the group says of its series, read when asked for."""
    stored = along(group, "step", "series")
    return Lazy({name: bound(_header, array) for name, array in stored})


def _header(array: Array) -> SeriesHeader:
    from neuroplast.recording.recorder import SeriesHeader, Statistic

    found = array.attributes
    with reading(array.file):
        return SeriesHeader(
            long_name=found.get("long_name", ""),
            dims=array.dims[1:],
            unit=found.get("units", "1"),
            statistic=Statistic(found.get("statistic", "last")),
            dtype="float32" if array.dtype == np.float32 else "float64",
            shape=_shape(found.get("tensor_shape", array.shape[1:])),
        )


def _files(scenario: Group, provenance: Group) -> tuple[SourceFile, ...]:
    """The local files that the run had parts from; ValueError where a text is not the one it was."""
    lines = _texts(provenance.array("files")) if "files" in provenance.arrays else []
    return tuple(_source_file(scenario.group("files"), *pair) for pair in enumerate(lines))


def _source_file(texts: Group, number: int, line: str) -> SourceFile:
    from neuroplast.recording.recorder import SourceFile

    digest, _, name = line.partition("  ")
    source = SourceFile(name, text(texts.array(str(number))[()].item()))
    if source.sha256 != digest:
        raise ValueError(f"local file {number} has sha256 {source.sha256}, and had {digest}")
    return source


def _probes(root: Group) -> dict[str, dict[str, Lazy[str, Samples]]]:
    """What probes saw, by probe and layer."""
    found = root.groups.get("probes")
    return {
        plain_name(probe): {
            plain_name(layer): _series(seen) for layer, seen in group.groups.items()
        }
        for probe, group in (found.groups if found else {}).items()
    }


def _states(group: Group) -> Iterator[tuple[str, Stored]]:
    """The state of a layer by name, that of its projections among it."""
    for prefix, node in projections(group):
        for name, array in along(node, "snapshot_step", "state"):
            shape = array.attributes.get("tensor_shape", array.shape[1:])
            yield f"{prefix}{name}", Stored(array, _shape(shape))


def projections(group: Group) -> list[tuple[str, Group]]:
    """The group of a layer and those of its projections, with the prefix of the names in each."""
    return [("", group), *((f"{plain_name(name)}.", node) for name, node in group.groups.items())]


def along(group: Group, scale: str, role: str) -> Iterator[tuple[str, Array]]:
    """The data sets along a scale, by their plain names, the scale itself left out."""
    for stored, array in group.arrays.items():
        if array.dims[:1] == (scale,) and stored != scale:
            base = stored.removesuffix(f".{role}")
            yield plain_name(base if base in (*group.arrays, *group.groups) else stored), array


def _events(group: Group) -> list[Event]:
    steps, kinds, messages = (group.array(name)[:] for name in ("step", "kind", "message"))
    rows = zip(steps, kinds, messages, strict=False)
    return [Event(int(step), text(bytes(kind)), text(bytes(said))) for step, kind, said in rows]


def _values(group: Group) -> dict[str, Any]:
    """The attributes of a group, and the texts that were too long for one."""
    long = {
        plain_name(name): text(array[()].item())
        for name, array in group.arrays.items()
        if array.shape == ()
    }
    return {**group.attributes, **long}


def _texts(array: Array) -> list[str]:
    return [text(value) for value in array[:].tolist()]


def _shape(value: Any) -> Shape:
    return tuple(int(size) for size in value)


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("the scenario is not a table")
    return value
