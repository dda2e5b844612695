"""What the complete published sets share: files with known checksums, read through torchvision."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from neuroplast import DataError, DataFile, Split, StimulusSet

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
    trusted: whether that class compares the checksums itself whenever it reads.
    """

    name: str
    dataset: str
    folder: str
    files: tuple[File, ...]
    classes: tuple[str, ...]
    trusted: bool = True


def load(
    known: Published,
    root: Path,
    read: Callable[[Any], Split],
    train: Mapping[str, Any],
    test: Mapping[str, Any],
) -> StimulusSet:
    """The set, `read` from torchvision's object for each split; DataError where it is not whole.

    train, test: the arguments by which torchvision tells its splits apart.
    """
    _refuse(known, root, thorough=not known.trusted)
    try:
        splits = [read(_dataset(known)(root, **which)) for which in (train, test)]
    except (RuntimeError, ValueError, OSError) as error:
        _refuse(known, root, thorough=True)
        raise DataError(f"{known.name}: cannot be read from {root / known.folder}: {error}") from error
    return StimulusSet(*splits, known.classes, ORIGINAL, str(root / known.folder))


def report(known: Published, root: Path, thorough: bool) -> list[DataFile]:
    """Whether the set is there, from the sizes of its files alone or from their checksums too."""
    missing, faults = _missing(known, root), _faults(known, root, thorough)
    folder = root / known.folder
    if missing:
        return [DataFile(known.name, folder, ORIGINAL, False, None, _advice(known))]
    detail = "; ".join([*faults, _advice(known)]) if faults else ""
    whole = False if faults else True if thorough else None
    return [DataFile(known.name, folder, ORIGINAL, True, whole, detail)]


def fetch(known: Published, root: Path) -> list[Path]:
    """The files of the set, downloaded unless they are whole.

    The download goes to a folder of its own beside the set, and takes the set's place only once its
    checksums are right, so that an interrupted one leaves nothing behind and harms nothing.
    """
    if _missing(known, root) or _faults(known, root, thorough=True):
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=f".fetch-{known.name}-") as temporary:
            fresh = Path(temporary)
            _download(known, fresh, root)
            for path in sorted(p for p in (fresh / known.folder).rglob("*") if p.is_file()):
                target = root / path.relative_to(fresh)
                if path.suffix != ".gz":
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.replace(path, target)
    return [root / file.path for file in known.files]


def _download(known: Published, fresh: Path, root: Path) -> None:
    try:
        _dataset(known)(fresh, download=True)
    except (RuntimeError, OSError) as error:  # network errors are OSErrors
        raise DataError(
            f"{known.name}: the download failed: {error}; try again, or bring the files from a "
            f"machine that has them to {root / known.folder}"
        ) from error
    if unfit := [*_missing(known, fresh), *_faults(known, fresh, thorough=True)]:
        raise DataError(
            f"{known.name}: what was downloaded is not the published set: {'; '.join(unfit)}; "
            "nothing was kept, try again later"
        )


def _dataset(known: Published) -> Any:
    """The class of torchvision, imported only now because that takes seconds."""
    return getattr(import_module("torchvision.datasets"), known.dataset)


def _refuse(known: Published, root: Path, thorough: bool) -> None:
    if missing := _missing(known, root):
        raise DataError(
            f"{known.name}: not found; looked in {root} for {', '.join(missing)}; {_advice(known)}, "
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
            md5 = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
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
