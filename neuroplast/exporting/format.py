"""What a format to export to is, and which there are."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from neuroplast.errors import ConfigurationError
from neuroplast.exporting import formats as home
from neuroplast.recording.recording import Recording


@dataclass(frozen=True)
class Options:
    """What is asked for beside the format.

    step: the snapshot, the last by default. form: of tables, wide by default: a column for each number of a sample.
    """

    step: int | None = None
    form: Literal["wide", "long"] | None = None


class Format(ABC):
    """A format of other programs.

    makes: whether it is one file, or a folder of files. reads: the options that it reads. needs: the packages that it
    imports when it writes, which `pip install "neuroplast[EXTRA]"` brings.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    makes: ClassVar[Literal["file", "folder"]]
    reads: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""

    @abstractmethod
    def write(self, recording: Recording, place: Path, options: Options) -> None:
        """Write the file `place`, or files into the folder `place`, which is empty; OSError where that fails."""

    def check(self, options: Options) -> None:
        """Refuse options that it does not read, and to write without what it needs."""
        for name, value in vars(options).items():
            if value is not None and name not in self.reads:
                raise ConfigurationError(
                    f"export --to {self.name}: has no use for --{name} {value}; leave it out"
                )
        missing = [name for name in self.needs if importlib.util.find_spec(name) is None]
        if missing:
            raise ConfigurationError(
                f"export --to {self.name}: needs {', '.join(missing)}, which is not installed; "
                f'pip install "neuroplast[{self.extra}]"'
            )


def all_formats() -> dict[str, Format]:
    """Every format by its name."""
    names = [info.name for info in pkgutil.iter_modules(home.__path__, f"{home.__name__}.")]
    found = [getattr(importlib.import_module(name), "FORMAT", None) for name in names]
    return {one.name: one for one in found if isinstance(one, Format)}


def format_named(name: str) -> Format:
    """The format of this name; ConfigurationError lists all."""
    known = all_formats()
    if name not in known:
        raise ConfigurationError(
            f"export --to {name}: is no format that is known; choose from {', '.join(sorted(known))}"
        )
    return known[name]
