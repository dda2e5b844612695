"""Small files in the formats of published sets, written by hand."""

import hashlib
import pickle
import struct

import numpy as np

from neuroplast_plugins.stimuli.published import File


def write_idx(path, array):
    """Bytes in the IDX format: 0, 0, 8 for bytes, the number of axes, each length, the values."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lengths = struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes())


def write_pickle(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content, protocol=2))


def md5(path):
    return hashlib.md5(path.read_bytes()).hexdigest()


def as_known(root, files):
    """The same files of a set, with the sizes and sums of what lies at their paths now."""
    return tuple(File(f.path, md5(root / f.path), (root / f.path).stat().st_size) for f in files)


def truncate(path, by=1):
    path.write_bytes(path.read_bytes()[:-by])


def flip_last_byte(path):
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 255]))
