"""Arrays of stimuli and labels in .npz and .h5 files, read without running or following anything."""

import zipfile
import zlib
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor

from neuroplast import DataError, Split, StimulusSet
from neuroplast_plugins.stimuli.hdf5_arrays import read_hdf5

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Layout: TypeAlias = Literal["nhwc", "nchw"]

NAMES = ("x_train", "y_train", "x_test", "y_test", "classes")
ENDINGS = (".npz", ".h5", ".hdf5")


def find(who: str, name: str, root: Path) -> Path:
    """A file or folder by its path, else by its name in the data root; DataError where it is not."""
    places = list(dict.fromkeys([Path(name).expanduser().absolute(), root / name]))
    for place in places:
        if place.exists():
            return place
    looked = " and ".join(str(place) for place in places)
    raise DataError(
        f"{who}: {name!r} not found; looked for {looked}; give the path of one there is"
    )


def read(
    who: str, path: Path, layout: Layout | None = None, copy: str = "array file"
) -> StimulusSet:
    """All stimuli and labels of a file; DataError where it is damaged, or holds something else."""
    arrays = _arrays(who, path)
    if "x_train" not in arrays:
        raise DataError(f"{who}: {path} holds no x_train; give the training stimuli that name")
    if "y_test" in arrays and "x_test" not in arrays:
        raise DataError(f"{who}: {path} holds y_test without x_test; add it, or leave y_test out")

    def split(name: str) -> Split:
        x = _stimuli(f"{who}: x_{name} in {path}", arrays[f"x_{name}"], layout)
        y = arrays.get(f"y_{name}")
        return Split(x, None if y is None else _labels(f"{who}: y_{name} in {path}", y))

    return StimulusSet(
        split("train"),
        split("test") if "x_test" in arrays else None,
        classes=_classes(f"{who}: classes in {path}", arrays.get("classes")),
        copy=copy,
        source=str(path),
    )


def _arrays(who: str, path: Path) -> dict[str, Array]:
    """The arrays of a file that have one of our names."""
    ending = path.suffix.lower()
    if ending not in ENDINGS or not path.is_file():
        raise DataError(
            f"{who}: {path} is no file ending in {', '.join(ENDINGS)}; write such a one"
        )
    try:
        return _read_npz(path) if ending == ".npz" else read_hdf5(path, NAMES)
    except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"{who}: cannot read {path} ({path.stat().st_size} bytes): {error}; "
            "it is damaged, or holds more than plain arrays of numbers: write it again"
        ) from error


def _read_npz(path: Path) -> dict[str, Array]:
    if not zipfile.is_zipfile(path):  # numpy would take anything else for a pickle
        raise ValueError("it is truncated, or no .npz file")
    with np.load(path, allow_pickle=False) as file:
        found = {name: file[name] for name in NAMES if name in file.files}
    if odd := [name for name, array in found.items() if not isinstance(array, np.ndarray)]:
        raise ValueError(f"{odd[0]} is no array")
    return found


def _stimuli(who: str, x: Array, layout: Layout | None) -> Tensor:
    """(n, features) or (n, channels, height, width): bytes for integers, else float32."""
    if x.ndim not in (2, 3, 4):
        raise DataError(
            f"{who} has shape {x.shape}; stimuli are (n, features), (n, height, width) or "
            "(n, height, width, channels)"
        )
    if layout is None and x.ndim == 4 and x.shape[1] in (1, 3, 4) and x.shape[2] == x.shape[3] > 4:
        raise DataError(
            f"{who} has shape {x.shape}, which reads as {x.shape[3]} channels of {x.shape[1]} x "
            f'{x.shape[2]} pixels; set layout = "nchw" if channels come first, else layout = "nhwc"'
        )
    values = torch.from_numpy(_numbers(who, x))
    if values.ndim == 4 and layout != "nchw":
        values = values.permute(0, 3, 1, 2)
    return (values.unsqueeze(1) if values.ndim == 3 else values).contiguous()


def _numbers(who: str, x: Array) -> Array:
    """Integers as bytes, everything else as float32."""
    if x.dtype.kind in "bf":
        with np.errstate(over="ignore"):  # what float32 cannot hold is found with other infinities
            return np.ascontiguousarray(x, np.float32)
    if x.dtype.kind not in "iu":
        raise DataError(f"{who} holds {x.dtype}; store bytes (0 to 255), or floats")
    low, high = (int(x.min()), int(x.max())) if x.size else (0, 0)
    if low < 0 or high > 255:
        raise DataError(
            f"{who} holds {x.dtype} from {low} to {high}; integers stand for pixel / 255, so they "
            "must lie from 0 to 255: scale them, or store floats, which are taken as they are"
        )
    return np.ascontiguousarray(x, np.uint8)


def _labels(who: str, y: Array) -> Tensor:
    """(n,) as int64, or as float64 where they may not be whole, which is for others to find out."""
    if y.dtype.kind not in "iufb":
        raise DataError(
            f"{who} holds {y.dtype}; number the classes from 0, and name them in classes"
        )
    flat = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if flat.ndim == 2:
        raise DataError(
            f"{who} has shape {y.shape}; store the number of the class: {who.split()[1]}.argmax(1)"
        )
    exact = np.float64 if y.dtype.kind == "f" or y.dtype == np.uint64 else np.int64
    return torch.from_numpy(np.ascontiguousarray(flat, exact))


def _classes(who: str, names: Array | None) -> tuple[str, ...]:
    if names is None:
        return ()
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise DataError(f"{who} holds {names.dtype} of shape {names.shape}; store one name a class")
    return tuple(n.decode() if isinstance(n, bytes) else str(n) for n in names.tolist())
