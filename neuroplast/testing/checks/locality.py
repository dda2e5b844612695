"""Locality, held to what parts declare."""

from __future__ import annotations

from neuroplast.parts.rule import Rule
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.bench import ladder
from neuroplast.testing.locality.experiment import LARGE
from neuroplast.testing.locality.found import (
    ABOUT,
    ELSEWHERE,
    SYNAPSES,
    Finding,
    joined,
)
from neuroplast.testing.locality.measure import measured
from neuroplast.testing.locality.rules import rule_alone, rules
from neuroplast.testing.subject import Subject


@check("rule", "no undeclared input matters")
def no_undeclared_input_matters(subject: Subject) -> None:
    """A rule may see only what it declares in `uses`: change anything else, and a synapse must change as before."""
    rule: Rule = subject.part
    may = {*_declared(rule), SYNAPSES}
    tried = [(str(s), rule_alone(rule, s)) for s in ladder()]
    tried += [(f"{LARGE}, larger activities", e) for e in rules(rule, 1)]
    for where, experiment in tried:
        for word, finding in measured(experiment).findings.items():
            if word not in may:
                raise _reads(rule, finding, where)


@check("rule", "each declared input matters")
def each_declared_input_matters(subject: Subject) -> None:
    """What `uses` names must change something; else the rule is less, or does less, than it says."""
    rule: Rule = subject.part
    found = joined(measured(e) for seed in (0, 1) for e in rules(rule, seed))
    # with memory the stimuli are never presented one by one here; that the flag is needed, "adds up" asks too
    asked = _declared(rule) - ({"batch"} if rule.memories() else set())
    for word in sorted(asked - set(found.findings)):
        what = ABOUT.get(word, f"the signal {word!r}")
        raise Violation(
            f"{rule.kind}: declares {word!r}, and no change of {what} changes any synapse otherwise; "
            "use it, or take it out of uses",
            f"tried on {LARGE}",
        )


def _declared(rule: Rule) -> set[str]:
    return {*rule.reads, *(["batch"] if rule.couples_batch else [])}


def _reads(rule: Rule, finding: Finding, where: str) -> Violation:
    """A rule that sees more than it says."""
    what = ABOUT.get(finding.word, f"the signal {finding.word!r}")
    if finding.word == ELSEWHERE:
        remedy = "keep nothing but declared memory"
    elif finding.word == "batch":
        remedy = "declare couples_batch = True, or leave them alone"
    else:
        remedy = f"declare {finding.word!r}, or leave it alone"
    return Violation(
        f"{rule.kind}: a synapse's change depends on {what}, and it declares "
        f"{', '.join(sorted(_declared(rule))) or 'nothing'}; {remedy}",
        f"{_shown(finding)}\non {where}",
    )


def _shown(finding: Finding) -> str:
    return f"{finding.cause}: {finding.effect}"
