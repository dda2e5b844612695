"""Mutants that are no fault: nothing that can be observed differs. Each with the argument why."""

from __future__ import annotations

from dataclasses import dataclass

from mutation.mutants import Mutant


@dataclass(frozen=True)
class Equivalent:
    """All mutants of a file by an operator that turn the lines `before` into the lines `after`.

    why: the argument that they cannot behave otherwise.
    """

    file: str
    operator: str
    before: str
    after: str
    why: str

    def covers(self, mutant: Mutant) -> bool:
        """Whether a mutant is one of these."""
        return (self.file, self.operator, self.before, self.after) == (
            *(mutant.file, mutant.operator, mutant.before, mutant.after),
        )


EQUIVALENTS: tuple[Equivalent, ...] = ()
