"""Every part that stands in a layer is tried for long, and every rule for as long as it takes to run away."""

from __future__ import annotations

from math import inf

from torch import Tensor

from neuroplast.errors import LearningError
from neuroplast.functional import norms
from neuroplast.layer import Layer
from neuroplast.parts.constraint import Constraint
from neuroplast.progress import Progress
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import Plain, Setting, geometries
from neuroplast.testing.checks.learning import in_layers
from neuroplast.testing.companions import Unit
from neuroplast.testing.numbers import in_words
from neuroplast.testing.subject import Subject
from neuroplast.testing.trial import SETTINGS, Trial, trial

STEPS = 10_000
"""How long a rule is tried."""
SHORT = 1_000
"""How long every part is tried, with weights held at unit length."""
GROWN = 100.0
"""Weights this many times as long as the longest at the start have run away."""
_LOOKS = 100
"""How often a run is looked at, in steps."""


@in_layers("stays finite for 1000 steps")
def stays_finite(subject: Subject) -> None:
    """Memories that creep and rates that rise show only in the long run; weights are held at unit length here."""
    if subject.family == "synapse":
        _hold_first(subject, "a geometry remembers nothing")
    tried = trial(subject, _small(subject), constraints=[Unit()])
    _grown(tried, SHORT, subject.kind)


@check("rule", "stays finite for 10000 steps under its companion")
def stays_finite_under_its_companion(subject: Subject) -> None:
    """A rule that grows without bound names the constraint that it is meant to be used with, and that must do."""
    _hold_first(subject, "flags are of the rule, whatever its parameters")
    rule = subject.part
    if rule.bounded and not rule.companion:
        raise NotApplicable(f"{rule.kind} declares itself bounded, and names no companion")
    if not rule.companion:
        raise Violation(
            f"{rule.kind}: declares itself unbounded, and names no constraint to hold it; "
            'set companion = "..."'
        )
    companion = _companion(subject)
    tried = trial(subject, _small(subject), constraints=[companion])
    if (longest := _grown(tried, STEPS, subject.kind)) > GROWN:
        raise Violation(
            f"{rule.kind}: weights grew {longest:.3g}-fold under {companion}, its companion; "
            "name a constraint that holds it",
            in_words(layer=tried.spec.sentence()),
        )


@check("rule", "is bounded without a constraint, or not, as it declares")
def is_as_bounded_as_it_declares(subject: Subject) -> None:
    """Whether a winner's weights stay in bounds by themselves decides what a rule can be used with."""
    _hold_first(subject, "flags are of the rule, whatever its parameters")
    rule = subject.part
    tried = trial(subject, _small(subject))
    try:
        longest = _grown(tried, STEPS, subject.kind)
    except (LearningError, Violation):
        longest = inf
    if rule.bounded and longest > GROWN:
        raise Violation(
            f"{rule.kind}: declares itself bounded, and its weights grew {longest:.3g}-fold; "
            'add a decay, or set bounded = False and companion = "..."',
            in_words(layer=tried.spec.sentence()),
        )
    if not rule.bounded and longest <= GROWN:
        raise Violation(
            f"{rule.kind}: declares itself unbounded, and its weights grew no more than {longest:.3g}-fold "
            f"in {STEPS} steps; leave out bounded = False",
            in_words(layer=tried.spec.sentence()),
        )


def _hold_first(subject: Subject, why: str) -> None:
    """NotApplicable for all but the first of the cases that are claimed."""
    if not subject.is_first_case:
        raise NotApplicable(f"{why}: its first case runs for long")


def _grown(tried: Trial, steps: int, who: str) -> float:
    """How much longer weights became than the longest at the start; the run ends where they have run away.

    1 where there are no weights, and none came.

    Raises a Violation where anything in the layer is not finite.
    """
    layer = tried.layer()
    stimuli = [tried.stimuli(n) for n in range(20)]
    start = _longest(layer)
    longest = start
    for step in range(steps):
        y = layer.learn(stimuli[step % len(stimuli)], tried.labels, Progress(step, steps))
        if step % _LOOKS == 0 or step + 1 == steps:
            _hold_finite(tried, layer, y, step, who)
            longest = max(longest, _longest(layer))
            if start and longest > GROWN * start:
                break
    if not start:  # weights from nothing have no length to be compared with
        return inf if longest else 1.0
    return longest / start


def _longest(layer: Layer) -> float:
    """The norm of the longest weights."""
    return max((float(norms(p.w).max()) for p in layer.projections), default=0.0)


def _hold_finite(tried: Trial, layer: Layer, y: Tensor, step: int, who: str) -> None:
    for name, tensor in {**layer.state, "response": y}.items():
        if not tensor.isfinite().all():
            raise Violation(
                f"{who}: {name} is not finite at step {step}",
                in_words(layer=tried.spec.sentence(), **{name: tensor}),
            )


def _companion(subject: Subject) -> Constraint:
    """The constraint that a rule names, with its default parameters."""
    made = subject.registry.get("constraint", subject.part.companion).part()
    assert isinstance(made, Constraint)
    return made


def _small(subject: Subject) -> list[Setting]:
    """A layer without positions, since ten thousand steps take their time: the registry's own, else the kit's."""
    flat = [s for s in geometries(subject.registry) if len(s.shape) == 1]
    return [*(s for s in flat if s.w().shape[0] > 1), Setting(Plain(neurons=3), (5, 1)), *SETTINGS]
