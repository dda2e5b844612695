"""Arrays of stimuli and labels in .npz and .h5 files, read without running or following anything."""

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import torch

from neuroplast import DataError, Split, StimulusSet
from neuroplast.shapes import Shape

Layout: TypeAlias = Literal["nhwc", "nchw"]
Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

NAMES = ("x_train", "y_train", "x_test", "y_test", "classes")
ENDINGS = (".npz", ".h5", ".hdf5")
_FILTERS = {"gzip", None}
_BOMB_BYTES, _BOMB_RATIO = 1 << 30, 1000


def find(who: str, name: str, root: Path) -> Path:
    """A file or folder by its path, or by its name in the data root; DataError says where it is not."""
    places = list(dict.fromkeys([Path(name).expanduser().absolute(), root / name]))
    for place in places:
        if place.exists():
            return place
    looked = " and ".join(str(place) for place in places)
    raise DataError(f"{who}: {name!r} not found; looked for {looked}; give a path that exists")


def read(who: str, path: Path, layout: Layout | None) -> StimulusSet:
    """All stimuli and labels of a file; DataError where it is damaged, or holds something else."""
    arrays = _opened(who, path, lambda file: {n: _array(who, path, file, n) for n in _known(file)})
    if "x_train" not in arrays:
        raise DataError(f"{who}: {path} holds no x_train; name the training stimuli so")
    if "y_test" in arrays and "x_test" not in arrays:
        raise DataError(f"{who}: {path} holds y_test without x_test; add it, or leave y_test out")
    splits = [
        Split(
            _stimuli(f"{who}: x_{part} in {path}", arrays[f"x_{part}"], layout),
            _labels(f"{who}: y_{part} in {path}", arrays[f"y_{part}"]) if f"y_{part}" in arrays else None,
        )
        for part in ("train", "test")
        if f"x_{part}" in arrays
    ]
    classes = tuple(str(name) for name in arrays.get("classes", np.array([], str)))
    return StimulusSet(*splits, classes=classes, copy="array file", source=str(path))
