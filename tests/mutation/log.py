"""Verdicts kept in a file, one a line, so that a run can be stopped and continued."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from mutation.mutants import Mutant
from mutation.report import Found
from mutation.trial import Verdict


class Log:
    """The file, or nothing at all where there is none."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        lines = path.read_text("utf-8").splitlines() if path and path.exists() else []
        self._verdicts = {kept["mutant"]: _verdict(kept) for kept in map(json.loads, lines)}

    def known(self, mutants: Iterable[Mutant]) -> list[Found]:
        """Those mutants that have a verdict here."""
        named = [(m, _name(m)) for m in mutants]
        return [(m, self._verdicts[name]) for m, name in named if name in self._verdicts]

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Keep a verdict."""
        if self.path is None:
            return
        seconds = [[*question, took] for question, took in verdict.seconds.items()]
        kept = {"mutant": _name(mutant), **vars(verdict), "seconds": seconds}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(kept) + "\n")


def _name(mutant: Mutant) -> str:
    """What tells a mutant from every other: where it stands, and its source."""
    return hashlib.sha256(f"{mutant.file}\n{mutant.source}".encode()).hexdigest()


def _verdict(kept: dict[str, object]) -> Verdict:
    """A verdict as it was."""
    seconds = {tuple(question): took for *question, took in kept.pop("seconds")}  # type: ignore[attr-defined]
    return Verdict(**{**{k: v for k, v in kept.items() if k != "mutant"}, "seconds": seconds})  # type: ignore[arg-type]
