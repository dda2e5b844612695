"""What every constraint is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError
from neuroplast.fit import Fit
from neuroplast.parts.constraint import ConstraintContext
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import Plain, Setting, new_memory
from neuroplast.testing.checks.rules_loop import sites
from neuroplast.testing.claims import ConstraintClaims
from neuroplast.testing.memories import (
    ViewStep,
    claims_of,
    declared,
    hold_remembered,
    sizes_of,
)
from neuroplast.testing.numbers import far, float64, hold_near, in_words, normal
from neuroplast.testing.remembering import Course, remembering
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import same_bits
from neuroplast.view import View

SHAPES = (
    *((1, 1), (1, 2), (2, 1), (2, 3), (3, 3), (4, 6)),
    *((2, 2, 3, 3), (3, 2, 3, 3), (2, 400)),
)
"""Weights from a single synapse up: dense ones, convolutions', and long rows, where sums round; the square ones also
of neurons among themselves."""
SIZES = (1.0, 0.01, 100.0)
"""Changes of these sizes are made before a constraint is enforced."""
WITHIN = {torch.float64: 1e-8, torch.float32: 1e-5}
"""How near to what they were weights must stay that need no correction, by dtype; nearer counts as rounding."""
UNGUARDED = 1e-6
"""How near weights must come to claims, which may leave out a guard such as the 1e-10 added to a length."""


class Windows(Plain):
    """The kit's own geometry for weights of any shape: all synapses of a window see what there is at its place."""

    window: int = 1

    def drive(self, x: Tensor, w: Tensor) -> Tensor:
        """The sum over each window, and over the inputs."""
        return super().drive(x, w.flatten(2).sum(2) if w.dim() > 2 else w)

    def outer(self, post: Tensor, pre: Tensor, w: Tensor) -> Tensor:
        """The same for all synapses of a window."""
        found = super().outer(post, pre, w)
        return found.view(*found.shape, *[1] * (w.dim() - 2)).expand_as(w).clone()

    def patches(self, x: Tensor) -> Tensor:
        """(batch, positions, 1, synapses)."""
        return super().patches(x).repeat_interleave(self.window, -1)


@dataclass
class Held:
    """Weights under one constraint, as a projection holds them.

    signs: of the presynaptic neurons, None where the source has none. view: the step that has changed the weights.
    """

    part: Any
    w: Tensor
    signs: list[int] | None
    context: ConstraintContext = field(repr=False)
    view: View = field(repr=False)

    def check(self) -> None:
        """Let the part refuse a projection with such weights from elsewhere, and from the layer itself."""
        view = self.view
        fit = Fit(
            tuple(view.u.shape[1:]),
            input_shape=tuple(view.x.shape[1:]),
            weight_shape=tuple(self.w.shape),
            pre_signs=self.signs,
        )
        try:
            self.part.check(fit)
        except ConfigurationError:
            if self.w.shape[0] != self.w.shape[1]:
                raise
            self.part.check(replace(fit, recurrent=True))

    def start(self) -> None:
        """Bring the initial weights into the allowed set."""
        self.part.start(self.w, self.context)

    def enforce(self) -> Tensor:
        """Enforce the constraint after the step, and return how many were corrected."""
        found: Tensor = self.part.enforce(self.w, replace(self.context, view=self.view))
        return found

    def enforce_alone(self) -> Tensor:
        """The same as at the start, when no step has changed the weights."""
        found: Tensor = self.part.enforce(self.w, self.context)
        return found

    def shift(self, size: float, seed: int) -> None:
        """A step that changes the weights."""
        self.w.add_(normal(*self.w.shape, seed=seed).to(self.w.dtype), alpha=size)
        self.view = view_of(self.w, seed)

    def copy(self) -> Held:
        """The same again, with the same to come from its stream."""
        rng = torch.Generator()
        rng.set_state(self.context.rng.get_state())
        context = replace(self.context, rng=rng, memory=State(self.remembered()))
        return replace(self, w=self.w.clone(), context=context)

    def rows(self) -> list[list[float]]:
        """A neuron's weights, flattened, for each neuron."""
        found: list[list[float]] = self.w.double().flatten(1).tolist()
        return found

    def remembered(self) -> dict[str, Tensor]:
        """A copy of its memory, by name."""
        names = self.part.memories()
        return {name: getattr(self.context.memory, name).clone() for name in names}

    @property
    def row_signs(self) -> list[int] | None:
        """The sign of each synapse of a neuron, in the order of its weights."""
        if self.signs is None:
            return None
        each = self.w[0].numel() // len(self.signs)
        return [sign for sign in self.signs for _ in range(each)]


def held(part: Any, w: Tensor, signs: Sequence[int] | None) -> Held:
    """A constraint with new memory and a stream of its own on these weights."""
    view = view_of(w, seed=0)
    axes: dict[str, Any] = {**sizes_of(view, part), "scalar": ()}
    given = None if signs is None else torch.tensor(signs)
    rng = torch.Generator().manual_seed(0)
    context = ConstraintContext(rng, given, new_memory(part, axes, w.dtype))
    return Held(part, w, None if signs is None else list(signs), context, view)


def view_of(w: Tensor, seed: int) -> View:
    """A step of two stimuli that has just changed the weights, whose responses have as many axes as their windows."""
    synapse = Windows(neurons=len(w), window=w[0, 0].numel())
    setting = Setting(synapse, (w.shape[1], *(2 for _ in w.shape[2:])))
    g = setting.post(seed=seed + 6, dtype=w.dtype)
    sparse = torch.where(g > _ACTIVE, g, 0.0) if seed % 2 else g
    return setting.view(
        seed=seed, dtype=w.dtype, w=w, w_e=normal(*w.shape, seed=seed).to(w), g=sparse
    )


_ACTIVE = 0.7
"""Activity below this is none in every other step, so that neurons are silent now and then."""


def cases(part: Any, dtype: torch.dtype = torch.float64, size: float = 1.0) -> Iterator[Held]:
    """The constraint on weights of every shape, with signs and without; not yet started.

    Signs are left out, or are given, where the constraint refuses with a ConfigurationError.
    """
    accepted = 0
    for n, shape in enumerate(SHAPES):
        for signs in (None, [(1, -1)[(k // 2 + n) % 2] for k in range(shape[1])]):
            found = held(part, _weights(shape, dtype, size, seed=n), signs)
            try:
                found.check()
                held(part, found.w.clone(), signs).start()
            except ConfigurationError:
                continue
            accepted += 1
            yield found
    if not accepted:
        raise Violation(
            "constraint: refused weights of every shape, with signs and without; "
            f"it must take one of {SHAPES}"
        )


def _weights(shape: tuple[int, ...], dtype: torch.dtype, size: float, seed: int) -> Tensor:
    """Random weights, the last of several neurons without any, channels last where there are four axes."""
    w = normal(*shape, seed=seed).to(dtype) * size
    if shape[0] > 2:
        w[-1] = 0
    return w.contiguous(memory_format=torch.channels_last) if w.dim() == 4 else w


def steps(part: Any, dtype: torch.dtype = torch.float64) -> Iterator[tuple[Held, str]]:
    """A constraint through start and steps of every size, each time before `enforce`, with what was done."""
    for weights in cases(part, dtype):
        weights.start()
        for seed, size in enumerate((*SIZES, 0.0)):
            weights.shift(size, seed=100 + seed)
            yield weights, f"a change of size {size:g}"
        weights.shift(1.0, seed=110)
        weights.w[-1] = 0
        yield weights, "a change that left a neuron without weights"


def emptied(part: Any, dtype: torch.dtype = torch.float64) -> Iterator[tuple[Held, str]]:
    """A constraint after a step that left no neuron any weights."""
    for weights in cases(part, dtype):
        weights.start()
        weights.w.zero_()
        yield weights, "a change that left all neurons without weights"


@check("constraint", "holds from the start, and after every step")
def is_satisfied(subject: Subject) -> None:
    """Every neuron's weights are allowed once the constraint was enforced, whatever the step before did."""
    claims = stated(subject, ConstraintClaims, "allowed")
    for weights in cases(subject.part):
        before = weights.w.clone()
        weights.start()
        _hold_allowed(claims, weights, before, "the start")
    for weights, what in steps(subject.part):
        before = weights.w.clone()
        weights.enforce()
        _hold_allowed(claims, weights, before, what)


def _hold_allowed(claims: ConstraintClaims, held: Held, before: Tensor, what: str) -> None:
    for i, row in enumerate(held.rows()):
        if not claims.allowed(held.part, row, held.row_signs):
            raise Violation(
                f"w: neuron {i} is not within the constraint after {what}",
                in_words(before=before, after=held.w, signs=held.row_signs),
            )


@check("constraint", "equals its formula, neuron by neuron")
def equals_its_formula(subject: Subject) -> None:
    """A neuron's weights are corrected as claimed, at every size that the claims name; with memory, over some steps."""
    claims = stated(subject, ConstraintClaims, "allowed")
    own = [getattr(type(claims), n) is not getattr(ConstraintClaims, n) for n in _OF_WEIGHTS]
    if not any(own):
        raise NotApplicable(f"no claims say how {subject.kind} corrects; state its formula")
    remembers = bool(subject.part.memories())
    asked = False
    for size in claims.sizes:
        for weights in cases(subject.part, size=size):
            if remembers:
                weights.start()
            for n in range(_REMEMBERED if remembers else 1):
                weights.shift(size if remembers else 0.0, seed=120 + n)
                asked |= _hold_corrected(claims, weights)
    if not asked:
        raise NotApplicable("claims leave it to chance or to the other neurons")


_OF_WEIGHTS = ("enforce", "enforce_remembering")
_REMEMBERED = 8
"""Steps over which memory, and what a constraint does from it, are held to their formulas."""


def _hold_corrected(claims: ConstraintClaims, weights: Held) -> bool:
    """Hold the weights to be corrected as claimed, where the claims say how."""
    before, step = weights.w.clone(), step_of(weights)
    neurons = [step.neuron(i) for i in range(len(before))]
    rows = [claims.enforce_remembering(weights.part, n, weights.row_signs) for n in neurons]
    shown: dict[str, Any] = {"before": before, "signs": weights.row_signs, **weights.remembered()}
    weights.enforce()
    return _hold_rows("w", weights.w, rows, shown)


def _hold_rows(
    what: str, w: Tensor, rows: Sequence[list[float] | None], shown: Mapping[str, Any]
) -> bool:
    """Hold the neurons of which something is claimed to that; whether there are any."""
    stated = [i for i, row in enumerate(rows) if row is not None]
    expected = float64([rows[i] for i in stated]).reshape(len(stated), *w.shape[1:])
    hold_near(what, w[stated], expected, UNGUARDED, **shown)
    return bool(stated)


@check("constraint", "starts as its formula does")
def starts_as_claimed(subject: Subject) -> None:
    """Initial weights become what is claimed; a process, which has seen no step, leaves them unless it says so."""
    claims = stated(subject, ConstraintClaims, "allowed")
    asked = False
    for size in claims.sizes:
        for weights in cases(subject.part, size=size):
            before = weights.w.clone()
            rows = [claims.start(subject.part, row, weights.row_signs) for row in weights.rows()]
            weights.start()
            shown = {"before": before, "signs": weights.row_signs}
            asked |= _hold_rows("w at the start", weights.w, rows, shown)
    if not asked:
        raise NotApplicable("claims leave the start to chance or to the other neurons")


@check("constraint", "takes synapses away if it says so")
def cuts_as_declared(subject: Subject) -> None:
    """What `cuts` holds some weight at 0 whichever way a step moves it; rules that need all inputs refuse it."""
    found = _cut(subject.part)
    if found is not None and not subject.part.cuts:
        raise Violation(
            f"{subject.kind}: holds a weight at 0 whichever way a step moves it; declare cuts = True",
            in_words(w=found.w),
        )
    if found is None and subject.part.cuts:
        _leave_to_other_cases(subject, lambda part: _cut(part) is not None)
        raise Violation(
            f"{subject.kind}: declares cuts, and steps in both directions move every weight; leave the declaration out"
        )


def _leave_to_other_cases(subject: Subject, show: Callable[[Any], bool]) -> None:
    """NotApplicable where the part shows with parameters of another case what it does not show with these."""
    for case in subject.claims.cases if subject.claims else ():
        other = type(subject.part)(**case)
        if other != subject.part and show(other):
            raise NotApplicable(f"it does not show with these parameters, but with {other}")


def _cut(part: Any) -> Held | None:
    """Weights of which some stay at 0; None where there are none."""
    return next((weights for weights in cases(part) if _cuts(weights)), None)


def _cuts(weights: Held) -> bool:
    """Whether large steps up and down leave the same weight at 0."""
    weights.start()
    weights.shift(1.0, seed=8)
    weights.enforce()
    ways = []
    for way in (1, -1):
        again = weights.copy()
        again.w.add_(normal(*again.w.shape, seed=9).abs(), alpha=1e3 * way)
        again.enforce()
        ways.append(again.w == 0)
    return bool((ways[0] & ways[1]).any())


def step_of(weights: Held) -> ViewStep:
    """The step as a constraint knows it: the weights as they are now, to be corrected, and memory from before."""
    view = replace(weights.view, w=weights.w.clone()).remembering(State(weights.remembered()))
    return ViewStep(weights.part, view, events=lambda: sites(weights.part, view))


_SMALL = 100
"""Weights up to which every synapse is asked what it remembers; long rows are for sums that round."""


@check("constraint", "remembers as its formula does", declared)
def remembers_as_claimed(subject: Subject, name: str) -> None:
    """Memory after each of several steps is what the claimed formula makes of the weights before the correction."""
    claims = claims_of(subject, name)
    for weights in (held for held in cases(subject.part) if held.w.numel() <= _SMALL):
        weights.start()
        for n in range(_REMEMBERED):
            weights.shift(SIZES[n % len(SIZES)], seed=120 + n)
            step, before = step_of(weights), weights.remembered()
            weights.enforce()
            shown: dict[str, Any] = {"w before": step.neuron(0).w, "signs": weights.row_signs}
            after, when = weights.remembered(), f"step {n + 1}"
            hold_remembered(claims, subject.part, step, before, after, [name], when, **shown)


def courses(part: Any) -> Iterator[Course]:
    """Long courses of a start and corrections, in each step of other weights."""
    for weights in reversed(list(cases(part))):
        views = [
            view_of(weights.w + normal(*weights.w.shape, seed=200 + n), seed=n)
            for n in range(_CHANGES)
        ]

        def step(
            memory: dict[str, Tensor], n: int, weights: Held = weights, views: list[View] = views
        ) -> Tensor:
            view, rng = views[n % _CHANGES], torch.Generator().manual_seed(n)
            w = view.w.clone()
            context = replace(weights.context, memory=State(memory), rng=rng)
            if n == 0:
                part.start(w, context)
            part.enforce(w, replace(context, view=replace(view, w=w)))
            return w

        yield Course(weights.remembered(), step)


_CHANGES = 12
"""Different changes in a long course, which come again and again."""

remembering("constraint", "w", courses)


@check("constraint", "gives the numbers worked by hand", worked)
def agrees_with_examples(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    w = float64(case.example.given["w"]).clone()
    weights = held(case.part, w, case.example.given.get("signs"))
    for name, values in case.example.given.get("memory", {}).items():
        getattr(weights.context.memory, name).copy_(float64(values))
    weights.enforce()
    before = float64(case.example.given["w"])
    case.hold("w", w, before=before)


_A_PROCESS = "{} declares projects = False: it goes on with every step"


@check("constraint", "turns signs only if it says so")
def turns_signs_as_declared(subject: Subject) -> None:
    """What gives a weight another sign, or one to a weight without, would undo Dale's principle if it came after it."""
    if subject.part.turns_signs():
        raise NotApplicable(f"{subject.kind} says that it may turn signs")
    for weights in cases(subject.part):
        if turned := _with_signs_turned(weights):
            raise Violation(
                f"{subject.kind}: turned the sign of a weight, or gave one to a weight of 0; say so in turns_signs",
                turned,
            )


def _with_signs_turned(weights: Held) -> str:
    """Weights before and after a step that turned a sign, in words; nothing where none of many did."""
    weights.start()
    for n in range(_TURNS):
        weights.shift(SIZES[n % len(SIZES)], seed=300 + n)
        before = weights.w.clone()
        weights.enforce()
        if bool(((weights.w != 0) & (weights.w.sign() != before.sign())).any()):
            return in_words(before=before, after=weights.w)
    return ""


_TURNS = 20
"""Steps among which a sign is turned by what turns any now and then."""


@check("constraint", "leaves alone weights that it has corrected")
def is_idempotent(subject: Subject) -> None:
    """Enforced twice, what `projects` corrects nothing the second time: the weights stay, and none is counted."""
    if not subject.part.projects:
        raise NotApplicable(_A_PROCESS.format(subject.kind))
    for dtype, within in WITHIN.items():
        for weights, what in steps(subject.part, dtype):
            weights.enforce()
            once = weights.w.clone()
            count = int(weights.enforce())
            shown: dict[str, Any] = {"once": once, "twice": weights.w, "dtype": dtype}
            hold_near(f"w enforced twice after {what}", weights.w, once.double(), within, **shown)
            if count:
                raise Violation(
                    f"constraint: corrected {count} again after {what}; a second time corrects none",
                    in_words(**shown),
                )


@check("constraint", "leaves alone a neuron whose weights are allowed")
def spares_what_is_allowed(subject: Subject) -> None:
    """Correcting one neuron does not touch another that needs no correction."""
    claims = stated(subject, ConstraintClaims, "allowed")
    if not subject.part.projects:
        raise NotApplicable(_A_PROCESS.format(subject.kind))
    for size in SIZES:
        for weights in cases(subject.part, size=size):
            weights.start()
            weights.shift(size, seed=7)
            weights.w[0] = held_again(weights)[0]
            before = weights.w.clone()
            fine = [claims.allowed(subject.part, r, weights.row_signs) for r in weights.rows()]
            weights.enforce()
            for i in (i for i, allowed in enumerate(fine) if allowed):
                shown: dict[str, Any] = {
                    "before": before,
                    "after": weights.w,
                    "signs": weights.row_signs,
                }
                hold_near(f"w of neuron {i}, allowed", weights.w[i], before[i], 1e-5, **shown)


def held_again(weights: Held) -> Tensor:
    """The weights as they would be corrected, on a copy."""
    copy = held(weights.part, weights.w.clone(), weights.signs)
    copy.start()
    return copy.w


@check("constraint", "counts what it corrected")
def counts_corrections(subject: Subject) -> None:
    """The number that it returns is that of the values it changed, or of the neurons, always the same of the two.

    It goes into the record, where a constraint that works all the time is a sign of a rule that works against it. At
    the start, where there was no step, it is counted alike.
    """
    stated = getattr(subject.claims, "counts", "")
    kinds = {stated} if stated else {"values", "neurons"}
    for weights, what, enforce in _with_and_without_step(subject.part):
        if not subject.part.projects and weights.w[0].numel() == 1:
            continue  # where a process takes a single weight may be where it was
        before = weights.w.clone()
        count = enforce()
        shown = in_words(before=before, after=weights.w, corrected=count)
        _hold_count(count, shown)
        rounding = 1e-6 if subject.part.projects else 0.0  # a process may go in small steps
        changed = (weights.w - before).abs() > rounding * before.abs().clamp_min(1e-3)
        numbers = {"values": int(changed.sum()), "neurons": int(changed.flatten(1).any(1).sum())}
        kinds = {kind for kind in kinds if numbers[kind] == int(count)}
        if not kinds:
            raise Violation(
                f"constraint: says it corrected {int(count)} after {what}; it changed "
                f"{numbers['values']} values of {numbers['neurons']} neurons",
                shown,
            )


def _with_and_without_step(part: Any) -> Iterator[tuple[Held, str, Callable[[], Tensor]]]:
    """Weights to be corrected, what was done to them, and how to enforce the constraint on them."""
    for weights, what in steps(part):
        alone = weights.copy()
        yield alone, f"{what}, with no step to be seen", alone.enforce_alone
        yield weights, what, weights.enforce


def _hold_count(count: Any, shown: str) -> None:
    if not isinstance(count, Tensor) or count.dim() or count.is_floating_point():
        found = f"{tuple(count.shape)} {count.dtype}" if isinstance(count, Tensor) else repr(count)
        raise Violation(
            f"constraint: returned {found}; return how many were corrected, "
            "as a scalar tensor of whole numbers",
            shown,
        )


@check("constraint", "works in place, and stays finite")
def works_in_place(subject: Subject) -> None:
    """The tensor of the weights, its memory order and dtype stay; neurons without weights do no harm."""
    for dtype in WITHIN:
        for weights, what in chain(steps(subject.part, dtype), emptied(subject.part, dtype)):
            w, before = weights.w, weights.w.clone()
            place = w.data_ptr(), w.stride(), w.dtype, w.shape
            weights.enforce()
            if (w.data_ptr(), w.stride(), w.dtype, w.shape) != place:
                raise Violation("constraint: moved the weights; change w in place", in_words(w=w))
            if not w.isfinite().all():
                raise Violation(
                    f"constraint: made a weight that is not finite after {what}",
                    in_words(before=before, after=w),
                )


@check("constraint", "takes chance from its own stream only")
def draws_from_its_stream(subject: Subject) -> None:
    """The same stream gives the same weights, and torch's generator stays where it was."""
    for weights in cases(subject.part):
        chance = torch.random.get_rng_state()
        results = []
        for _ in range(3):
            again = held(subject.part, weights.w.clone(), weights.signs)
            again.start()
            again.shift(1.0, seed=5)
            again.enforce()
            results.append(again.w)
        if not torch.equal(chance, torch.random.get_rng_state()):
            raise Violation("constraint: drew from torch's global generator; use context.rng")
        if any(not same_bits(results[0], other) for other in results[1:]):
            raise Violation(
                "constraint: the same weights and stream gave another result; use context.rng, "
                "and keep nothing but declared memory",
                in_words(first=results[0], second=results[1], third=results[2]),
            )


@check("constraint", "reads the signs of its inputs only if it says so")
def reads_signs_as_claimed(subject: Subject) -> None:
    """Claims whose examples give signs say that it does; opposite signs must then matter, and else must not."""
    if subject.claims is None:
        raise NotApplicable(f"no claims say whether {subject.kind} reads signs")
    claims = any("signs" in e.given for e in subject.claims.examples)
    found = _turned(subject.part)
    if found and not claims:
        raise Violation(
            "constraint: other signs of the inputs gave other weights, "
            "and no example says that it reads signs",
            found,
        )
    if claims and not found:
        _leave_to_other_cases(subject, lambda part: bool(_turned(part)))
        raise Violation(
            "constraint: opposite signs of the inputs gave the same weights, though examples give signs"
        )


def _turned(part: Any) -> str:
    """Weights that opposite signs of the inputs make another, in words; nothing where there are none."""
    for weights in (w for w in cases(part) if w.signs is not None):
        other = held(part, weights.w.clone(), [-s for s in weights.signs or ()])
        before = weights.w.clone()
        weights.start()
        other.start()
        if far(weights.w, other.w) > 0:
            return in_words(before=before, signs=weights.signs, after=weights.w, other=other.w)
    return ""
