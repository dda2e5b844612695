"""A rule for each result that a check can have, as one plugin."""

from typing import ClassVar

from neuroplast import Rule, hookimpl
from neuroplast.registry import Registry
from neuroplast.testing import RuleClaims

FORMULA = "equals its formula, looped"


class Sound(Rule):
    """Δw = g x, of which nothing is claimed."""

    kind: ClassVar[str] = "unclaimed"

    def delta(self, view):
        return view.outer(view.g)


class Claimed(Sound):
    """Δw = gain · g x."""

    kind: ClassVar[str] = "claimed"
    gain: float = 1.0

    def delta(self, view):
        return self.gain * view.outer(view.g)


class Wrong(Sound):
    """Δw = -g x, where g x is claimed."""

    kind: ClassVar[str] = "wrong"

    def delta(self, view):
        return -view.outer(view.g)


class Known(Wrong):
    """The same, and the check is named as a known exception."""

    kind: ClassVar[str] = "known"


class Mended(Sound):
    """Does what is claimed, though an exception says that it does not."""

    kind: ClassVar[str] = "mended"


class Raising(Sound):
    """Raises."""

    kind: ClassVar[str] = "raising"

    def delta(self, view):
        raise KeyError("lost")


class Needy(Sound):
    """Cannot be made without its gain."""

    kind: ClassVar[str] = "needy"
    gain: float


class GrowthClaims(RuleClaims):
    """Δw = g x."""

    of = "wrong"

    def change(self, rule, s):
        return s.g * s.x


class ClaimedClaims(GrowthClaims):
    of = "claimed"
    cases = ({}, {"gain": 2.0})

    def change(self, rule, s):
        return rule.gain * s.g * s.x


class KnownClaims(GrowthClaims):
    of = "known"
    exceptions: ClassVar[dict[str, str]] = {FORMULA: "shrinks on purpose"}


class MendedClaims(KnownClaims):
    of = "mended"


class RaisingClaims(GrowthClaims):
    of = "raising"


class Provider:
    """The plugin."""

    @hookimpl
    def rules(self):
        return [Sound, Claimed, Wrong, Known, Mended, Raising, Needy]

    @hookimpl
    def claims(self):
        return [GrowthClaims, ClaimedClaims, KnownClaims, MendedClaims, RaisingClaims]


def growths():
    """A registry with this plugin alone."""
    known = Registry()
    plugin = known.add(Provider(), name="growths")
    assert plugin.status == "loaded", plugin.failures
    return known
