"""What the complete published sets share: files with known checksums, read through torchvision."""

import hashlib
import os
import tempfile
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import torch

from neuroplast import DataError, DataFile, Split, Stimuli, StimulusSet

ORIGINAL = "original"


@dataclass(frozen=True)
class File:
    """One file of a set: its path below the data root, its MD5 sum, and its size in bytes if known."""

    path: str
    md5: str
    size: int | None = None


@dataclass(frozen=True)
class Published:
    """A published set as torchvision keeps it.

    name: the kind, which is what `data fetch` takes.
    dataset: the class of `torchvision.datasets`.
    folder: what that class writes below the data root.
    classes: the names of the classes; those that torchvision gives by default.
    trusted: whether torchvision compares the checksums itself whenever it reads.
    """

    name: str
    dataset: str
    folder: str
    files: tuple[File, ...]
    classes: tuple[str, ...] = ()
    trusted: bool = True


class PublishedSet(Stimuli):
    """Stimuli that are read from the files of a published set, and fetched from where it is published."""

    known: ClassVar[Published]

    @abstractmethod
    def read(self, dataset: Any) -> Split:
        """The stimuli and labels of one of torchvision's objects."""

    def splits(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The arguments by which torchvision tells training from test stimuli."""
        return {"train": True}, {"train": False}

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Read both splits; DataError where the set is not there or not whole."""
        known = self.known
        _refuse(known, root, thorough=not known.trusted)
        try:
            train, test = (_dataset(known)(root, **which) for which in self.splits())
            parts = self.read(train), self.read(test)
        except (RuntimeError, ValueError, OSError) as error:
            _refuse(known, root, thorough=True)
            raise DataError(f"{known.name}: cannot read {root / known.folder}: {error}") from error
        classes = known.classes or tuple(train.classes)
        return StimulusSet(*parts, classes, ORIGINAL, str(root / known.folder))

    @classmethod
    def files(cls, root: Path) -> list[DataFile]:
        """Whether the set is there, by the sizes of its files."""
        return _report(cls.known, root, thorough=False)

    @classmethod
    def check(cls, root: Path) -> list[DataFile]:
        """Whether it is there and whole, by their checksums."""
        return _report(cls.known, root, thorough=True)

    @classmethod
    def fetch(cls, root: Path) -> list[Path]:
        """Download it unless it is whole, and return its files.

        The download goes to a folder of its own and takes the set's place only once its checksums
        are right, so that an interrupted one leaves nothing behind and harms nothing.
        """
        known = cls.known
        if _missing(known, root) or _faults(known, root, thorough=True):
            root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=root, prefix=f".fetch-{known.name}-") as fresh:
                _download(known, Path(fresh), root)
                _move(Path(fresh), known.folder, root)
        return [root / file.path for file in known.files]


def _report(known: Published, root: Path, thorough: bool) -> list[DataFile]:
    missing, faults = _missing(known, root), _faults(known, root, thorough)
    folder = root / known.folder
    if missing:
        return [DataFile(known.name, folder, ORIGINAL, False, None, _advice(known))]
    detail = "; ".join([*faults, _advice(known)]) if faults else ""
    whole = False if faults else True if thorough else None
    return [DataFile(known.name, folder, ORIGINAL, True, whole, detail)]


def _download(known: Published, fresh: Path, root: Path) -> None:
    try:
        _dataset(known)(fresh, download=True)
    except (RuntimeError, OSError) as error:  # network errors are OSErrors
        reason = getattr(error, "reason", error)
        raise DataError(
            f"{known.name}: the download failed: {reason}; try again, or bring the files from a "
            f"machine that has them to {root / known.folder}"
        ) from error
    if unfit := [*_missing(known, fresh), *_faults(known, fresh, thorough=True)]:
        raise DataError(
            f"{known.name}: what was downloaded is not the published set: {'; '.join(unfit)}; "
            "nothing was kept, try again later"
        )


def _move(fresh: Path, folder: str, root: Path) -> None:
    """Put what was downloaded in place, without the packed files that it came from."""
    for path in sorted(p for p in (fresh / folder).rglob("*") if p.is_file() and p.suffix != ".gz"):
        target = root / path.relative_to(fresh)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)


def _dataset(known: Published) -> Any:
    """The class of torchvision, imported only now because that takes seconds."""
    return getattr(import_module("torchvision.datasets"), known.dataset)


def _refuse(known: Published, root: Path, thorough: bool) -> None:
    if missing := _missing(known, root):
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        raise DataError(
            f"{known.name}: not found; looked in {root} for {missing[0]}{more}; {_advice(known)}, "
            "or set NEUROPLAST_DATA to the folder that has it"
        )
    if faults := _faults(known, root, thorough):
        raise DataError(f"{known.name}: {'; '.join(faults)}; {_advice(known)}")


def _advice(known: Published) -> str:
    return f"download it with: neuroplast data fetch {known.name}"


def _missing(known: Published, root: Path) -> list[str]:
    return [file.path for file in known.files if not (root / file.path).is_file()]


def _faults(known: Published, root: Path, thorough: bool) -> list[str]:
    """What is wrong with the files that are there."""
    found = [_fault(file, root / file.path, thorough) for file in known.files]
    return [fault for fault in found if fault]


def _fault(file: File, path: Path, thorough: bool) -> str:
    if not path.is_file():
        return ""
    size = path.stat().st_size
    if file.size is not None and size != file.size:
        state = "truncated" if size < file.size else "damaged"
        return f"{path} is {state}: {size} bytes instead of {file.size}"
    if thorough:
        with path.open("rb") as content:
            md5 = hashlib.file_digest(
                content, lambda: hashlib.md5(usedforsecurity=False)
            ).hexdigest()
        if md5 != file.md5:
            return f"{path} is damaged: of its {size} bytes the MD5 sum is {md5}, not {file.md5}"
    return ""


def grey_images(dataset: Any) -> Split:
    """(n, 1, height, width) from one of torchvision's sets of grey images."""
    return Split(dataset.data.unsqueeze(1), dataset.targets.long())


def colour_images(dataset: Any) -> Split:
    """(n, 3, height, width) from one of torchvision's sets of colour images, channels last there."""
    images = torch.from_numpy(dataset.data).permute(0, 3, 1, 2).contiguous()
    return Split(images, torch.tensor(dataset.targets))
