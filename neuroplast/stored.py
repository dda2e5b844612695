"""Sets of stimuli on disk: where they are, which copies, whole or not; and fetching them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from neuroplast import registry
from neuroplast.component import Component
from neuroplast.errors import DataError
from neuroplast.parts.stimuli import DataFile, Stimuli
from neuroplast.parts.stimuli import data_root as data_root
from neuroplast.provided import Entry


@dataclass(frozen=True)
class Stored:
    """What one kind of stimuli keeps on disk; most keep one thing."""

    kind: str
    files: tuple[DataFile, ...]

    @property
    def state(self) -> str:
        """In a word: missing, damaged, whole, or here, where nobody has read it yet."""
        if not all(f.present for f in self.files):
            return "missing"
        if any(f.whole is False for f in self.files):
            return "damaged"
        return "whole" if all(f.whole for f in self.files) else "here"


def stored(root: Path) -> list[Stored]:
    """What every kind keeps on disk, after a quick look. Kinds that keep nothing are left out."""
    found = [_look(entry.part, root, thorough=False) for entry in _entries()]
    return [s for s in found if s.files]


def check_stored(root: Path, name: str = "") -> list[Stored]:
    """The same after reading everything: the sets that are there, or the one that is named."""
    if name:
        found = _look(registry.current().get(Stimuli.family, name).part, root, thorough=True)
        if not found.files:
            raise DataError(f"{found.kind}: keeps no files of its own; there is nothing to check")
        return [found]
    here = {s.kind for s in stored(root) if s.state != "missing"}
    return [
        _look(entry.part, root, thorough=True) for entry in _entries() if entry.part.kind in here
    ]


def fetch(root: Path, name: str) -> list[Path]:
    """Download a set because the user asked, and return its files; a whole one is left alone."""
    part = registry.current().get(Stimuli.family, name).part
    assert issubclass(part, Stimuli)
    try:
        return part.fetch(root)
    except NotImplementedError as error:
        raise DataError(str(error) or f"{part.kind}: there is nothing to download") from None
    except OSError as error:
        raise DataError(f"{part.kind}: could not be fetched into {root}: {error}") from error


def _entries() -> list[Entry]:
    return registry.current().entries(Stimuli.family)


def _look(part: type[Component], root: Path, thorough: bool) -> Stored:
    """What one kind keeps; where its plugin raises, that is told in place of its files."""
    assert issubclass(part, Stimuli)
    try:
        files = part.check(root) if thorough else part.files(root)
    except Exception as error:
        told = f"the plugin raised {type(error).__name__}: {error}; tell its authors"
        files = [DataFile(part.kind, root, "unknown", present=True, whole=False, detail=told)]
    return Stored(part.kind, tuple(files))
