"""Where stimuli come from."""

import os
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from neuroplast.component import Component
from neuroplast.shapes import Shape

ROOT_VARIABLE = "NEUROPLAST_DATA"


def data_root() -> Path:
    """The folder where sets are looked for: $NEUROPLAST_DATA, else ~/.cache/neuroplast/datasets."""
    named = os.environ.get(ROOT_VARIABLE, "")
    return Path(named).expanduser() if named else Path.home() / ".cache/neuroplast/datasets"


@dataclass(frozen=True)
class Split:
    """Stimuli of one part of a set.

    x: (n, channels, height, width) or (n, features); uint8 stands for pixel / 255, floats are taken as they are.
    y: labels (n,) int64 from 0, or None where there are none.
    """

    x: Tensor
    y: Tensor | None = None

    def __len__(self) -> int:
        """How many stimuli."""
        return len(self.x)


@dataclass(frozen=True)
class StimulusSet:
    """A whole set: training stimuli, test stimuli where there are any, and where they come from.

    classes: the names of the classes, in the order of the labels; empty where there are none.
    copy: which copy of a published set this is, so that two are never confused ("original", "jpeg q75", ...).
    source: files or parameters that the arrays came from.
    truth: what is known of generated stimuli, for analyses and measures to be held against, such as their principal
        `components`; empty where nothing is.
    """

    train: Split
    test: Split | None = None
    classes: tuple[str, ...] = ()
    copy: str = "original"
    source: str = ""
    truth: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class DataFile:
    """One thing that `data list` and `data check` report: a set, where it is looked for, whether it is there and whole.

    whole: False where it is damaged, None where nobody looked; detail then says what was found and what to do.
    """

    name: str
    path: Path
    copy: str
    present: bool
    whole: bool | None = None
    detail: str = field(default="")


class Stimuli(Component):
    """A set of stimuli by its parameters. Sets on disk are found under `root`, never downloaded while learning.

    signed: whether stimuli may be negative.
    """

    family: ClassVar[str] = "stimuli"
    signed: ClassVar[bool] = False

    @abstractmethod
    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Read or generate the set; DataError where it is missing or damaged, with what to do about it.

        rng: the only source of randomness of a generated set.
        """

    def shape(self, root: Path) -> Shape | None:
        """The shape of one stimulus if it can be told without reading the set, so that layers are checked first."""
        return None

    @classmethod
    def reads(cls, path: Path) -> dict[str, Any] | None:
        """The parameters with which this kind reads a file or folder that a user names; None where it does not."""
        return None

    @classmethod
    def files(cls, root: Path) -> list[DataFile]:
        """What this kind keeps on disk, for `data list`; nothing where it is generated."""
        return []

    @classmethod
    def check(cls, root: Path) -> list[DataFile]:
        """The same after reading everything and comparing checksums, for `data check`."""
        return cls.files(root)

    @classmethod
    def fetch(cls, root: Path) -> list[Path]:
        """Download the set into `root` because the user asked, and return its files.

        NotImplementedError where that cannot be done, with where the set comes from instead; DataError where it failed.
        """
        raise NotImplementedError(f"{cls.kind}: there is nothing to download")
