"""What a set of runs consists of, kept beside them, so that the whole set can be completed after it was stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from neuroplast.errors import DataError
from neuroplast.recording.folder import put

SET_FILE = "set.json"


@dataclass(frozen=True)
class Member:
    """One run of a set. folder: its name beside the others."""

    condition: str
    seed: int
    folder: str


@dataclass(frozen=True)
class PlannedSet:
    """A set of runs.

    scenarios: as they were resolved, by condition. runs: in the order in which they are run. device, threads,
    precision: on what, and how exactly.
    """

    title: str
    scenarios: Mapping[str, dict[str, Any]]
    runs: tuple[Member, ...]
    device: str
    threads: int
    precision: str = "fp32"


def write_set(folder: Path, planned: PlannedSet) -> None:
    """Keep what the set in a folder consists of."""
    text = json.dumps(asdict(planned), ensure_ascii=False, indent=1)
    put(folder / SET_FILE, lambda path: path.write_text(text, encoding="utf-8"))


def read_set(folder: Path) -> PlannedSet:
    """What the set in a folder consists of; DataError where that cannot be read, or leads elsewhere."""
    file = folder / SET_FILE
    try:
        found = TypeAdapter(PlannedSet).validate_json(file.read_bytes())
        for member in found.runs:
            plain = Path(member.folder).name == member.folder and member.folder not in ("", "..")
            if not plain or member.condition not in found.scenarios:
                raise ValueError(
                    f"it names a run {member.folder!r} in condition {member.condition!r}"
                )
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{file}: cannot be read ({reason}); resume the runs one by one") from None
    return found
