"""Opens run files, read-only, and only after `safety` has looked at them.

Of a run that is still going, or whose process was killed, only the rows up to its last flush are given.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

import h5py
import numpy as np
import torch

from neuroplast.errors import DataError
from neuroplast.recording.recorder import RunState, SeriesHeader, SourceFile, Statistic
from neuroplast.recording.recording import (
    Event,
    Lazy,
    RecordedLayer,
    Recording,
    Samples,
    Stored,
    reading,
)
from neuroplast.recording.safety import check_safe
from neuroplast.recording.schema import FORMAT, RUN_FILE, SCALE_ATTRIBUTES, VERSION, plain_name
from neuroplast.shapes import Shape

SIGNATURE = b"\x89HDF\r\n\x1a\n"


def open_run(path: Path | str) -> Recording:
    """Open a run by its folder, or by the file itself. DataError where it is not a whole, safe run file."""
    file_path = _run_file(Path(path))
    with reading(file_path):
        with file_path.open("rb") as raw:
            if raw.read(len(SIGNATURE)) != SIGNATURE:
                raise DataError(f"{file_path}: is not an HDF5 file; name the {RUN_FILE} of a run")
        file = h5py.File(file_path, "r")
        try:
            check_safe(file, file_path)
            return _recording(file, file_path)
        except BaseException:
            file.close()
            raise


def find_runs(folder: Path | str) -> list[Path]:
    """The run folders in a folder and below it, itself included, in the order in which people count.

    Empty where there is none. Links to folders are not followed.
    """
    root = Path(folder)
    if not root.is_dir():
        raise DataError(f"{root}: is not a folder; name a folder of runs")
    with reading(root):
        found = [file.parent for file in root.rglob(RUN_FILE) if file.is_file()]
    return sorted(found, key=_counting)


def _counting(path: Path) -> list[tuple[int, str]]:
    """A key by which seed10 comes after seed9."""
    words = re.split(r"(\d+)", str(path))
    return [(int(word), "") if word.isdecimal() else (-1, word) for word in words]


def _run_file(path: Path) -> Path:
    with reading(path):
        if path.is_file():
            return path
        if (path / RUN_FILE).is_file():
            return path / RUN_FILE
        if not path.exists():
            raise DataError(f"{path}: does not exist; name a run folder, or its {RUN_FILE}")
    inside = find_runs(path) if path.is_dir() else []
    remedy = (
        f"name one of its {len(inside)} runs, such as {inside[0]}"
        if inside
        else "name a run folder"
    )
    raise DataError(f"{path}: holds no {RUN_FILE} itself; {remedy}")


def _recording(file: Any, path: Path) -> Recording:
    root = _attributes(file)
    if root.get("format") != FORMAT:
        raise DataError(f"{path}: is an HDF5 file, but not a run; name the {RUN_FILE} of a run")
    _check_version(str(root["format_version"]), path)
    if root["state"] not in get_args(RunState):
        raise ValueError(f"state is {root['state']!r}")
    scenario, provenance = _values(file["scenario"]), file["provenance"]
    limit = int(root["steps_done"]) if root["state"] == "running" else None
    groups = _in_order(file["layers"])
    return Recording(
        path=path,
        state=root["state"],
        title=root["title"],
        condition=scenario["condition"],
        seed=int(scenario["seed"]),
        steps_done=int(root["steps_done"]),
        steps_total=int(root["steps_total"]),
        input_shape=_shape(root["input_shape"]),
        scenario=_table(json.loads(scenario["config_json"])),
        provenance={k: v for k, v in _values(provenance).items() if not isinstance(v, list)},
        parts=tuple(_texts(provenance["plugins"])),
        packages=tuple(_texts(provenance["packages"])),
        data=_values(provenance["data"]),
        layers={name: _layer(name, group, limit, path) for name, group in groups.items()},
        metrics={plain_name(k): dict(_series(g, limit, path)) for k, g in file["metrics"].items()},
        events=_events(file["events"], limit),
        files=_files(file),
        _file=file,
        _states={name: dict(_states(group)) for name, group in groups.items()},
    )


def _check_version(text: str, path: Path) -> None:
    """Refuse another major version; a newer minor one has only more in it."""
    major = int(text.partition(".")[0])
    if major != VERSION[0]:
        raise DataError(
            f"{path}: has format_version {text}, and this neuroplast reads {VERSION[0]}.x; "
            f"use a {'newer' if major > VERSION[0] else 'older'} neuroplast for it"
        )


def _in_order(layers: Any) -> dict[str, Any]:
    """The groups of the layers by name, in the order in which the run had them."""
    groups = sorted(layers.items(), key=lambda item: int(item[1].attrs["order"]))
    return {plain_name(name): group for name, group in groups}


def _layer(name: str, group: Any, limit: int | None, path: Path) -> RecordedLayer:
    found = _attributes(group)
    own = ("order", "neurons", "input_shape", "weight_shape")
    steps = _steps(group, limit)
    return RecordedLayer(
        name=name,
        neurons=int(found["neurons"]),
        input_shape=_shape(found.get("input_shape", ())),
        weight_shapes={
            f"{prefix}w": _shape(node.attrs["weight_shape"])
            for prefix, node in _projections(group)
            if "weight_shape" in node.attrs
        },
        attributes={k: str(v) for k, v in found.items() if k not in own},
        series=_series(group, limit, path),
        headers=_headers(group, path),
        steps=tuple(map(int, steps)),
        snapshot_steps=tuple(int(step) for step in group["snapshot_step"][:] if step >= 0),
    )


def _series(group: Any, limit: int | None, path: Path) -> Lazy[str, Samples]:
    """The series of a group, read when asked for."""
    steps = torch.from_numpy(_steps(group, limit).astype(np.int64))

    def read(data_set: Any) -> Samples:
        with reading(path, data_set):
            values = torch.from_numpy(data_set[: len(steps)])
            return Samples(steps[: len(values)], values)

    stored = _along(group, "step", "series")
    return Lazy({name: partial(read, data_set) for name, data_set in stored})


def _headers(group: Any, path: Path) -> Lazy[str, SeriesHeader]:
    """What the group says of its series, read when asked for."""

    def read(data_set: Any) -> SeriesHeader:
        with reading(path, data_set):
            found = _attributes(data_set)
            return SeriesHeader(
                long_name=found.get("long_name", ""),
                dims=tuple(found["dims"].split(",")[1:]),
                unit=found.get("units", "1"),
                statistic=Statistic(found.get("statistic", "last")),
                dtype="float32" if data_set.dtype == np.float32 else "float64",
                shape=_shape(found.get("tensor_shape", data_set.shape[1:])),
            )

    stored = _along(group, "step", "series")
    return Lazy({name: partial(read, data_set) for name, data_set in stored})


def _files(file: Any) -> tuple[SourceFile, ...]:
    """The local files that the run had parts from; ValueError where a text is not the one it was."""
    lines = _texts(file["provenance"]["files"]) if "files" in file["provenance"] else []
    found = []
    for number, line in enumerate(lines):
        digest, _, name = line.partition("  ")
        source = SourceFile(name, _text(file["scenario"]["files"][str(number)][()]))
        if source.sha256 != digest:
            raise ValueError(f"local file {number} has sha256 {source.sha256}, and had {digest}")
        found.append(source)
    return tuple(found)


def _steps(group: Any, limit: int | None) -> Any:
    """The steps of the rows that were flushed."""
    steps = group["step"][:]
    if limit is None:
        return steps
    flushed = (steps >= 0) & (steps <= limit)
    return steps[: len(steps) if flushed.all() else int(flushed.argmin())]


def _states(group: Any) -> Iterator[tuple[str, Stored]]:
    """The state of a layer by name, that of its projections among it."""
    for prefix, node in _projections(group):
        for name, data_set in _along(node, "snapshot_step", "state"):
            shape = data_set.attrs.get("tensor_shape", data_set.shape[1:])
            yield f"{prefix}{name}", Stored(data_set, _shape(shape))


def _projections(group: Any) -> list[tuple[str, Any]]:
    """The group of a layer and those of its projections, with the prefix of the names in each."""
    inside = [(f"{plain_name(k)}.", g) for k, g in group.items() if isinstance(g, h5py.Group)]
    return [("", group), *inside]


def _along(group: Any, scale: str, role: str) -> Iterator[tuple[str, Any]]:
    """The data sets along a scale, by their plain names, the scale itself left out."""
    for stored, data_set in group.items():
        dims = _text(data_set.attrs.get("dims", b"")).split(",")
        if isinstance(data_set, h5py.Dataset) and dims[0] == scale and stored != scale:
            base = stored.removesuffix(f".{role}")
            yield plain_name(base if base in group else stored), data_set


def _events(group: Any, limit: int | None) -> list[Event]:
    rows = zip(group["step"][:], _texts(group["kind"]), _texts(group["message"]), strict=False)
    events = [Event(int(step), kind, message) for step, kind, message in rows]
    return [e for e in events if limit is None or (e.kind and e.step <= limit)]


def _values(group: Any) -> dict[str, Any]:
    """The attributes of a group, and the texts that were too long for one."""
    texts = {
        plain_name(name): _text(node[()])
        for name, node in group.items()
        if isinstance(node, h5py.Dataset) and node.shape == ()
    }
    return {**_attributes(group), **texts}


def _attributes(node: Any) -> dict[str, Any]:
    """Attributes as text, numbers, or lists of numbers."""
    names = [name for name in node.attrs if name not in SCALE_ATTRIBUTES]
    return {name: _plain(node.attrs[name]) for name in names}


def _plain(value: Any) -> Any:
    return _text(value) if isinstance(value, bytes) else np.asarray(value).tolist()


def _texts(data_set: Any) -> list[str]:
    return [_text(value) for value in data_set[:]]


def _text(value: Any) -> str:
    """A fixed-length text, which h5py gives as bytes."""
    if not isinstance(value, bytes):
        raise ValueError(f"{value!r} stands where a text should")
    return value.decode("utf-8")


def _shape(value: Any) -> Shape:
    return tuple(int(size) for size in value)


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("the scenario is not a table")
    return value
