"""The locality of a kind of part, for whoever asks by its class: measured, or why it was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neuroplast.component import Component
from neuroplast.registry import Registry
from neuroplast.testing.locality.alone import EXPERIMENTS, example_of, measure_part
from neuroplast.testing.locality.found import FLAGS, TIERS, Locality


@dataclass(frozen=True)
class PartLocality:
    """How local a part is by itself.

    found: None where it could not be measured. example: the part that it was measured with, in words.
    reason: why it could not be measured; empty where it was.
    """

    found: Locality | None
    example: str = ""
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        if self.found is None:
            return {"not_measured": self.reason}
        return {
            "tier": self.found.tier,
            "about": TIERS[self.found.tier],
            **{flag: flag in self.found.flags for flag in FLAGS},
            "depends_on": sorted(self.found.findings),
            "measured_with": self.example,
        }

    def __str__(self) -> str:
        """As `show` prints it."""
        if self.found is None:
            return f"not measured ({self.reason})"
        tier = f"tier {self.found.tier} ({TIERS[self.found.tier]})"
        return f"{', '.join([tier, *self.found.flags])}; measured with {self.example}"


def locality_of(part: type[Component], registry: Registry) -> PartLocality | None:
    """How local a part is by itself; None for kinds that no change of weights passes through.

    It is measured with the parameters that its claims in the registry name first, or with its defaults.
    """
    if part.family not in EXPERIMENTS:
        return None
    try:
        example = example_of(part, registry)
        found = example and measure_part(example)
    except Exception as error:  # the part is anybody's code
        return PartLocality(None, reason=f"{type(error).__name__}: {error}")
    if not found:
        return PartLocality(None, reason="it needs parameters, and no claims name any")
    return PartLocality(found, str(example))
