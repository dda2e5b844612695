"""What came of checks, in words: for a terminal, a notebook and pytest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from textwrap import indent

from neuroplast.testing.asking import RESULTS, Outcome

_NUMBER = re.compile(r"-?(\b\d+(\.\d+)?(e[+-]?\d+)?|\binf|\bnan)\b")

HEAD = ("PART", "CHECKS", *(result.upper() for result in RESULTS))


def rows(outcomes: Iterable[Outcome], parts: Iterable[str] = ()) -> list[tuple[str | int, ...]]:
    """A row for each part: how many checks there were, passed, failed, were skipped, are known exceptions.

    parts: those to name even where no check was asked of them.
    """
    found: dict[str, Counter[str]] = {part: Counter() for part in parts}
    for outcome in outcomes:
        found.setdefault(part_name(outcome), Counter())[outcome.result] += 1
    return [(name, n.total(), *(n[result] for result in RESULTS)) for name, n in found.items()]


def part_name(outcome: Outcome) -> str:
    """As the command line takes it: `rule:my_rule`."""
    return f"{outcome.family}:{outcome.part}"


def title(outcome: Outcome, plugin: str = "") -> str:
    """Which part, of which plugin, with which parameters, and the name of the check."""
    by = f" of plugin {plugin}" if plugin else ""
    given = f" with {outcome.case}" if outcome.case else ""
    return f"{part_name(outcome)}{by}{given}: {outcome.check}"


def in_full(outcome: Outcome, plugin: str = "", more: Sequence[Outcome] = ()) -> str:
    """One outcome with its message, the smallest example, and the traceback of an unexpected error.

    more: others that need not be told in full.
    """
    blocks = [outcome.message]
    if outcome.example:
        blocks += ["smallest example found:", indent(outcome.example, "  ")]
    if outcome.trace:
        blocks.append(outcome.trace.rstrip())
    if more:
        names = Counter(_question(o) for o in more)
        listed = ", ".join(f"{name} ({n})" if n > 1 else name for name, n in names.items())
        blocks.append(f"and in {len(more)} more: {listed}")
    return f"{title(outcome, plugin)}\n{indent(chr(10).join(blocks), '  ')}"


def failures(outcomes: Iterable[Outcome]) -> list[tuple[Outcome, list[Outcome]]]:
    """The first failure of each kind, with those of the same part that tell the same.

    The same is told by one check in another setting, in the same words about other numbers, and by
    one error that ends several checks.
    """
    groups: list[tuple[Outcome, list[Outcome]]] = []
    known: dict[tuple[str, ...], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.result != "failed":
            continue
        kinds = [(part_name(outcome), *kind) for kind in _kinds(outcome)]
        more = next((known[kind] for kind in kinds if kind in known), None)
        if more is None:
            more = []
            groups.append((outcome, more))
        else:
            more.append(outcome)
        for kind in kinds:
            known.setdefault(kind, more)
    return groups


def _kinds(outcome: Outcome) -> list[tuple[str, ...]]:
    """By what a failure is known again: an error by what was raised or where, else its check and words."""
    if outcome.trace:
        return [("raised", outcome.message), ("at", outcome.trace)]
    return [(_question(outcome), _NUMBER.sub("0", outcome.message))]


def _question(outcome: Outcome) -> str:
    """The name of the check without the setting."""
    return outcome.check.partition(" [")[0]


def reasons(outcomes: Iterable[Outcome]) -> list[str]:
    """Every reason for which checks were skipped, with how many were; the same of several parts counts as one."""
    skipped = (o for o in outcomes if o.result == "skipped")
    found = Counter(o.message.removeprefix(f"{o.part} ") for o in skipped)
    return [f"{count} × {reason}" for reason, count in found.most_common()]


def totals(outcomes: Sequence[Outcome], parts: int) -> str:
    """One line over so many parts."""
    found = Counter(o.result for o in outcomes)
    counts = ", ".join(f"{found[r]} {r}" for r in RESULTS)
    return f"{_many(parts, 'part')}, {_many(len(outcomes), 'check')}: {counts}"


def summary(outcomes: Sequence[Outcome]) -> str:
    """Counts by part, what failed in full, why checks were skipped, and the totals."""
    lines = [f"{name}: {passed} of {all_} passed" for name, all_, passed, *_ in rows(outcomes)]
    lines += [in_full(first, more=more) for first, more in failures(outcomes)]
    lines += [f"skipped {reason}" for reason in reasons(outcomes)]
    return "\n".join([*lines, totals(outcomes, len({part_name(o) for o in outcomes}))])


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
