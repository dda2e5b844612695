"""What a check finds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Any, NamedTuple


class Severity(StrEnum):
    """How bad it is, the worst first.

    critical: nothing in the file can be trusted, or it must not be read. error: something is missing or is not what
    was written. warning: all is there, and somebody should look. note: nothing to do.
    """

    critical = auto()
    error = auto()
    warning = auto()
    note = auto()


class Finding(NamedTuple):
    """One thing that is wrong: how bad it is, in which file and where in it, what was found, and what to do."""

    severity: Severity
    file: str
    place: str
    what: str
    remedy: str

    def plain(self) -> dict[str, str]:
        """As data that JSON knows."""
        return {**self._asdict(), "severity": self.severity.value}

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Finding:
        """What `plain` gave."""
        return cls(**{**data, "severity": Severity(data["severity"])})

    @property
    def fails(self) -> bool:
        """Whether a run with it does not pass."""
        return self.severity in (Severity.critical, Severity.error)
