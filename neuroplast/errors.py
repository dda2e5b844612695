"""The few errors a user can meet. Each message says who speaks, what was found, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroplast.component import Component


class NeuroplastError(Exception):
    """Something a user can mend; the command line prints it without a traceback and exits 1."""

    exit_code = 1


class ConfigurationError(NeuroplastError):
    """A scenario, a parameter or a command line that cannot be meant; the command line exits 2."""

    exit_code = 2

    def within(self, name: str) -> ConfigurationError:
        """The same, told of the thing with this name."""
        return self if str(self).startswith(f"{name}:") else ConfigurationError(f"{name}: {self}")


class Refusal(ConfigurationError):
    """A combination of parts that has no meaning.

    reason: its name in the list of the documentation (refusals), which gives the argument.
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason, self.message = reason, message
        super().__init__(f"{message} (reason: {reason})")

    def within(self, name: str) -> Refusal:
        """The same, told of the thing with this name."""
        return Refusal(self.reason, f"{name}: {self.message}")


class DataError(NeuroplastError):
    """Stimuli or a run file that are missing, damaged or not what was asked for."""


class PluginError(NeuroplastError):
    """A plugin that could not be loaded, or failed while it was used."""


class PartError(PluginError):
    """A part that gave what nothing can be done with; `part` says whose plugin is to mend it."""

    def __init__(self, part: Component, message: str) -> None:
        self.part = part
        super().__init__(f"{part.family} {part.kind!r}: {message}")


class LearningError(NeuroplastError):
    """Learning that cannot go on, such as a change that is not finite."""


class NotFiniteError(ArithmeticError):
    """A part met a weight change that is not finite, before it was applied; the layer says where."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a scenario: where, what was found, and the remedy."""

    path: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        """One line, as printed."""
        return f"{self.path}: {self.found}" + (f"; {self.remedy}" if self.remedy else "")


class ScenarioError(ConfigurationError):
    """All that is wrong in one scenario, told at once."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source, self.problems = source, problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{source}: {count}", *(f"  {p}" for p in problems)]))


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says that there is not enough memory; torch has no class of its own for it."""
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and "memory" in str(error)
    )
