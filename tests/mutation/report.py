"""How many mutants were killed, by folder and by operator, and which were not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from mutation.alike import alike
from mutation.equivalents import Equivalent
from mutation.mutants import Mutant
from mutation.trial import KILLED, NOT_LOADED, SURVIVED, Verdict

HEAD = ("mutants", "equivalent", "killed", "by raising", "not loaded", "survived", "share")

Found = tuple[Mutant, Verdict]


@dataclass(frozen=True)
class Report:
    """What came of all mutants, and what is held to be equivalent. True where the kit catches enough.

    enough: the share of mutants, equivalents aside, that it has to catch.
    """

    found: Sequence[Found]
    equivalents: Sequence[Equivalent]
    enough: float

    def __bool__(self) -> bool:
        """Whether enough were killed and no equivalent is wrong."""
        return not self.refused and share(self.faults) >= self.enough

    @cached_property
    def faults(self) -> list[Found]:
        """The mutants that are no equivalents."""
        return [(m, v) for m, v in self.found if not self._is_equivalent(m)]

    @cached_property
    def refused(self) -> list[str]:
        """What is wrong with the list of equivalents, and with what holds of all plugins."""
        lines = [
            f"not alike, {verdict.result} by {verdict.check}: {mutant}"
            for mutant, verdict in self.found
            if verdict.result != SURVIVED and alike(mutant.before, mutant.after)
        ]
        for equivalent in self.equivalents:
            covered = [(m, v) for m, v in self.found if equivalent.covers(m)]
            told = f"{equivalent.file}, {equivalent.operator}: {equivalent.before} -> {equivalent.after}"
            if not covered:
                lines.append(f"no such mutant: {told}")
            for _, verdict in covered:
                if verdict.result != SURVIVED:
                    lines.append(f"no equivalent, {verdict.result} by {verdict.check}: {told}")
        return lines

    def __str__(self) -> str:
        """The tables, survivors, and what is wrong with the equivalents."""
        alive = [(m, v) for m, v in self.faults if v.result not in (KILLED, NOT_LOADED)]
        parts = [
            self._table("folder", lambda m: m.path.parent.name),
            self._table("operator", lambda m: m.operator),
            self._killers(),
            [f"{verdict.result}: {mutant}" for mutant, verdict in alive],
            [f"refused: {line}" for line in self.refused],
        ]
        return "\n\n".join("\n".join(lines) for lines in parts if lines)

    def _killers(self) -> list[str]:
        """How many each check was the first to find; a check that is asked in variations counts as one."""
        killed = [v for _, v in self.faults if v.result == KILLED]
        counts = Counter(v.check.partition(" [")[0] for v in killed)
        return _table(
            [("first found by", "mutants"), *((c, str(n)) for c, n in counts.most_common())]
        )

    def _table(self, head: str, group: Callable[[Mutant], str]) -> list[str]:
        names = dict.fromkeys(group(m) for m, _ in self.found)
        rows = [self._row(n, [(m, v) for m, v in self.found if group(m) == n]) for n in names]
        return _table([(head, *HEAD), *rows, self._row("all", self.found)])

    def _row(self, name: str, found: Sequence[Found]) -> tuple[str, ...]:
        faults = [(m, v) for m, v in found if not self._is_equivalent(m)]
        killed = [v for _, v in faults if v.result == KILLED]
        raising = sum(v.raised for v in killed)
        unloaded = sum(v.result == NOT_LOADED for _, v in faults)
        counts = (len(found), len(found) - len(faults), len(killed), raising, unloaded)
        alive = len(faults) - len(killed) - unloaded
        return name, *map(str, (*counts, alive)), f"{share(faults):.1%}"

    def _is_equivalent(self, mutant: Mutant) -> bool:
        listed = any(e.covers(mutant) for e in self.equivalents)
        return listed or alike(mutant.before, mutant.after)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows of cells in columns, the first one as a head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(c.ljust(width) for c, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def share(found: Iterable[Found]) -> float:
    """How many of some mutants were caught, by the kit or by the registry."""
    caught = [v.result in (KILLED, NOT_LOADED) for _, v in found]
    return sum(caught) / len(caught) if caught else 1.0
