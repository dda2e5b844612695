"""Plain arrays at the top of an HDF5 file, and nothing that leads out of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

_LARGE, _INFLATION = 1 << 30, 1000


def read_hdf5(path: Path, names: Iterable[str]) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """The arrays with these names, as far as there are any.

    Raises OSError where the file is damaged, ValueError where a name is a link, a group, a virtual or
    externally stored dataset, needs a filter from elsewhere, or holds more than numbers or text.
    """
    import h5py

    with h5py.File(path, "r") as file:
        present = set(file)  # the names of links, none of which is followed
        return {name: _array(file, name) for name in names if name in present}


def _array(file: Any, name: str) -> np.ndarray[Any, np.dtype[Any]]:
    import h5py

    link = file.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink):
        raise ValueError(f"{name} is a {type(link).__name__}, and links are not followed")
    if file.get(name, getclass=True) is not h5py.Dataset:
        raise ValueError(f"{name} is no dataset")
    dataset = file[name]
    text = h5py.check_string_dtype(dataset.dtype) is not None
    if not text and dataset.dtype.kind not in "biuf":
        raise ValueError(f"{name} holds {dataset.dtype}, neither numbers nor text")
    _refuse_storage(dataset, name)
    return np.array(dataset.asstr()[()], str) if text else np.asarray(dataset[()])


def _refuse_storage(dataset: Any, name: str) -> None:
    """ValueError unless the values lie in this file, plain or packed by HDF5's own means."""
    from h5py import h5d, h5z

    plist = dataset.id.get_create_plist()
    known = {h5z.FILTER_DEFLATE, h5z.FILTER_SHUFFLE, h5z.FILTER_FLETCHER32}
    used = {plist.get_filter(i)[0] for i in range(plist.get_nfilters())}
    stored = dataset.id.get_storage_size()
    if plist.get_layout() == h5d.VIRTUAL or plist.get_external_count():
        raise ValueError(f"{name} is kept in other files, which are not opened")
    if used - known:
        raise ValueError(f"{name} is packed by filter {min(used - known)}; use gzip or none")
    if dataset.nbytes > _LARGE and dataset.nbytes > _INFLATION * stored:
        raise ValueError(f"{name} declares {dataset.nbytes} bytes and stores {stored}")
