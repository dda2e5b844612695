"""A tenth of Fashion-MNIST that comes with neuroplast."""

import hashlib
from importlib.resources import as_file, files
from pathlib import Path
from typing import ClassVar

import torch

import neuroplast_data
from neuroplast import DataFile, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli import array_files

_FILE = "fashion_mnist_small.npz"
_SHA256 = "67ad2f2abb9e21fb1fcf90b26eb724fdb0f15ceb7751aa8360d3c253f771ad2d"
_COPY = "subset of 10,000 training and 2,000 test images"


class FashionMnistSmall(Stimuli):
    """10,000 training and 2,000 test images of clothes, 1,000 and 200 of each of ten classes.

    They are images of the original, drawn once; figures on them compare only with each other.

    Shapes:
        x: (n, 1, 28, 28) bytes, which stand for 0 (background) to 1.
        y: (n,) from 0 to 9.

    Source:
        Zalando SE; MIT. Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747.
    """

    kind: ClassVar[str] = "fashion_mnist_small"

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Read the file of the package `neuroplast_data`."""
        with as_file(files(neuroplast_data) / _FILE) as path:
            return array_files.read(self.kind, path, copy=_COPY)

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 1, 28, 28

    @classmethod
    def files(cls, root: Path) -> list[DataFile]:
        """Whether the file is there."""
        path = Path(str(files(neuroplast_data) / _FILE))
        there = path.is_file()
        advice = "" if there else "install neuroplast again"
        return [DataFile(cls.kind, path, _COPY, there, None, advice)]

    @classmethod
    def check(cls, root: Path) -> list[DataFile]:
        """Whether it is what neuroplast was published with."""
        found = cls.files(root)[0]
        if not found.present:
            return [found]
        content = found.path.read_bytes()
        if hashlib.sha256(content).hexdigest() == _SHA256:
            return [DataFile(cls.kind, found.path, _COPY, True, True)]
        detail = f"{found.path} is damaged ({len(content)} bytes); install neuroplast again"
        return [DataFile(cls.kind, found.path, _COPY, True, False, detail)]

    @classmethod
    def fetch(cls, root: Path) -> list[Path]:
        """It is always there."""
        return [file.path for file in cls.files(root)]


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [FashionMnistSmall]
