"""What a check is asked of: one part with one set of parameters, and what is claimed of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neuroplast.registry import Registry


@dataclass(frozen=True)
class Subject:
    """One part to check.

    part: an instance, made with the parameters `parameters`. claims: what is claimed of it, None where nothing is.
    registry: where its companions and the geometries come from.
    """

    part: Any
    parameters: dict[str, Any]
    claims: Any
    registry: Registry

    @property
    def kind(self) -> str:
        """The name that scenarios use."""
        return str(self.part.kind)

    @property
    def family(self) -> str:
        """The kind of part it is."""
        return str(self.part.family)

    @property
    def case(self) -> str:
        """Its parameters in words; empty for the part as it is by default."""
        return ", ".join(f"{k}={v}" for k, v in self.parameters.items())

    @property
    def is_first_case(self) -> bool:
        """Whether its parameters are the first that are claimed; so where nothing is claimed."""
        return not self.claims or self.parameters == dict(self.claims.cases[0])

    def other(self, **parameters: Any) -> Any:
        """The same part with other parameters."""
        return type(self.part)(**{**self.parameters, **parameters})
