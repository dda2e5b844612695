"""Asking all checks of a part by itself, without a layer around it, about a sound double."""

from neuroplast.testing import all_checks
from support.asking import hold

GPU = "gives on a GPU what it gives on the CPU"
ALONE = tuple(f"neuroplast.testing.{name}" for name in ("manners", "adapting", "remembering"))


def sound(part, file, claims=None, but=(), **given):
    """Every check of a file, and of manners, finds nothing wrong, and none but those named is skipped."""
    modules = (*ALONE, f"neuroplast.testing.checks.{file}")
    asked = [c for c in all_checks() if c.family == part.family and c.ask.__module__ in modules]
    names = {c.name for c in asked}
    assert len(names) == len(asked) > 8
    assert set(but) <= names
    for name in names - {GPU, *but}:
        hold(part, name, claims, **given)
