"""CIFAR-10 in a copy that went through JPEG, never to be confused with the original."""

from collections import Counter
from pathlib import Path
from typing import ClassVar

import torch

from neuroplast import DataError, DataFile, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli import array_files

_FILE = "cifar10_jpeg.npz"
_COPY = "jpeg quality 75, 4:2:0"
_COUNTS = {"train": 5_000, "test": 1_000}
_ADVICE = (
    "make it from a JPEG copy of CIFAR-10 in the official order, as arrays x_train (50000, 32, 32, 3), "
    "y_train, x_test, y_test and classes, or use the original: neuroplast data fetch cifar10"
)


class Cifar10Jpeg(Stimuli):
    """The images of CIFAR-10 after lossy compression; figures on it compare only with each other.

    It is read from `cifar10_jpeg.npz` in the data root. Its pixels are at 30.5 dB from the original
    (the kind `cifar10`), on which networks reach some three points more.

    Shapes:
        x: (n, 3, 32, 32) bytes, red, green and blue, which stand for 0 to 1.
        y: (n,) from 0 to 9.

    Source:
        Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images, chapter 3;
        compressed with JPEG at quality 75, colours at half the resolution.
    """

    kind: ClassVar[str] = "cifar10_jpeg"

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Read the file; DataError where it is missing, damaged or not complete."""
        path = root / _FILE
        if not path.is_file():
            raise DataError(f"{self.kind}: not found; looked for {path}; {_ADVICE}")
        found = array_files.read(self.kind, path, copy=_COPY)
        for name, count in _COUNTS.items():
            split = found.train if name == "train" else found.test
            labels = [] if split is None or split.y is None else split.y.tolist()
            if Counter(labels) != dict.fromkeys(range(10), count):
                raise DataError(
                    f"{self.kind}: {path} has not {count} {name} images of each class; {_ADVICE}"
                )
        return found

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 3, 32, 32

    @classmethod
    def files(cls, root: Path) -> list[DataFile]:
        """Whether the file is there."""
        path = root / _FILE
        there = path.is_file()
        return [DataFile(cls.kind, path, _COPY, there, None, "" if there else _ADVICE)]

    @classmethod
    def check(cls, root: Path) -> list[DataFile]:
        """Whether it can be read and is complete. Its pixels depend on who unpacked the JPEGs."""
        found = cls.files(root)
        if not found[0].present:
            return found
        try:
            cls().load(root, torch.Generator())
        except DataError as error:
            return [DataFile(cls.kind, found[0].path, _COPY, True, False, str(error))]
        return [DataFile(cls.kind, found[0].path, _COPY, True, True)]

    @classmethod
    def fetch(cls, root: Path) -> list[Path]:
        """Nobody publishes this copy."""
        raise NotImplementedError(f"{cls.kind}: nothing to download it from; {_ADVICE}")


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [Cifar10Jpeg]
