#!/usr/bin/env python3
"""Make data/fashion_mnist_small.npz from the complete Fashion-MNIST.

    python scripts/make_fashion_mnist_small.py FOLDER [--out FILE]

FOLDER holds the four published IDX files, gzipped or not. Of each class 1,000 training and 200 test
images are drawn: those for which the SHA-256 of seed, split and number in the published order is
smallest, so that the draw depends on no library's random numbers. They stay in the published order.
Run again, it writes the same bytes; another zlib may pack the same arrays into other bytes, so the
checksum of the arrays is printed beside that of the file.
"""

import argparse
import gzip
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

SEED = 0
PER_CLASS = {"train": 1000, "test": 200}
PREFIX = {"train": "train", "test": "t10k"}
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def read_idx(folder: Path, name: str) -> np.ndarray:
    """An array of bytes in the IDX format: 0, 0, 8, the number of axes, their lengths, data."""
    packed, plain = folder / f"{name}.gz", folder / name
    if not packed.is_file() and not plain.is_file():
        sys.exit(f"no {name} and no {name}.gz in {folder}")
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else plain.read_bytes()
    axes = content[3]
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", axes, offset=4))
    if content[:3] != b"\0\0\x08" or len(content) != 4 + 4 * axes + int(np.prod(shape)):
        sys.exit(f"{name} in {folder} is no whole IDX file of bytes ({len(content)} bytes)")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def drawn(labels: np.ndarray, split: str) -> np.ndarray:
    """The numbers of the images drawn, rising."""
    numbers = []
    for label in range(len(CLASSES)):
        of_class = [int(i) for i in np.flatnonzero(labels == label)]
        of_class.sort(key=lambda i: hashlib.sha256(f"{SEED}:{split}:{i}".encode()).digest())
        numbers += of_class[: PER_CLASS[split]]
    return np.array(sorted(numbers))


def subset(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of the file."""
    arrays = {}
    for split, prefix in PREFIX.items():
        labels = read_idx(folder, f"{prefix}-labels-idx1-ubyte")
        images = read_idx(folder, f"{prefix}-images-idx3-ubyte")
        kept = drawn(labels, split)
        arrays[f"x_{split}"], arrays[f"y_{split}"] = images[kept], labels[kept]
    return {**arrays, "classes": np.array(CLASSES)}


def pack(arrays: dict[str, np.ndarray]) -> bytes:
    """An .npz file whose bytes depend on the arrays and on zlib only, not on clock or machine."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)
            about = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            about.create_system, about.external_attr = 3, 0o644 << 16
            archive.writestr(about, member.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return file.getvalue()


def checksum(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 of the pixels and labels, one array after the other."""
    digest = hashlib.sha256()
    for name in ("x_train", "y_train", "x_test", "y_test"):
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()


def main() -> None:
    """Write the file, and print its size and checksums."""
    default = Path(__file__).resolve().parent.parent / "data" / "fashion_mnist_small.npz"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the four published IDX files are")
    parser.add_argument("--out", type=Path, default=default, help="the file to write")
    args = parser.parse_args()
    arrays = subset(args.folder)
    content = pack(arrays)
    args.out.write_bytes(content)
    print(f"{args.out.name}: {len(content)} bytes")
    print(f"sha256 of the file: {hashlib.sha256(content).hexdigest()}")
    print(f"sha256 of the arrays: {checksum(arrays)}")


if __name__ == "__main__":
    main()
