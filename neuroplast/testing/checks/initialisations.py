"""What every initialisation is held to."""

from __future__ import annotations

from collections.abc import Callable
from math import prod, sqrt

import torch
from torch import Tensor

from neuroplast.errors import ConfigurationError
from neuroplast.shapes import Shape
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.claims import InitialisationClaims
from neuroplast.testing.numbers import in_words, normal
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import like, repeatable, same_bits, watched

SMALL = ((1, 1), (3, 5), (4, 2, 3, 3))
LARGE = ((400, 100), (300, 4, 5, 5))
"""Shapes of weights: to look at, and with enough of them for statistics."""
ERRORS = 5.0
"""How many standard errors a moment may be off."""


def draw(
    subject: Subject, shape: Shape, seed: int = 0, inputs: Callable[[], Tensor] | None = None
) -> Tensor:
    """Weights of one shape from a stream of one seed."""
    rng = torch.Generator().manual_seed(seed)
    found: Tensor = subject.part.draw(shape, prod(shape[1:]), rng, inputs)
    return found


def stimuli(shape: Shape) -> Callable[[], Tensor]:
    """A batch of a layer's normalised input: flat for dense weights, else images larger than the kernel."""
    sides = [side + 8 for side in shape[2:]]
    return lambda: normal(64, shape[1], *sides, seed=9, dtype=torch.float32)


def needed(subject: Subject, shape: Shape) -> Callable[[], Tensor] | None:
    """Inputs for an initialisation that refuses to do without them."""
    try:
        draw(subject, shape)
    except ConfigurationError:
        return stimuli(shape)
    return None


def taken(subject: Subject, shapes: tuple[Shape, ...]) -> list[Shape]:
    """The shapes that the part draws weights of; NotApplicable where it refuses all with a ConfigurationError."""
    refusal, found = "", []
    for shape in shapes:
        try:
            draw(subject, shape, inputs=stimuli(shape))
            found.append(shape)
        except ConfigurationError as error:
            refusal = str(error)
    if not found:
        raise NotApplicable(f"every shape that was tried is refused: {refusal}")
    return found


@check("initialisation", "draws float32 weights of the shape asked for, on the CPU")
def draws_weights(subject: Subject) -> None:
    """What is drawn fits the layer; where no stimuli are at hand it works, or says that it needs them."""
    for shape in taken(subject, (*SMALL, *LARGE)):
        for inputs in (needed(subject, shape), stimuli(shape)):
            like("draw", draw(subject, shape, inputs=inputs), torch.empty(shape), shape=shape)


@check("initialisation", "takes chance from its own stream only")
def draws_from_its_stream(subject: Subject) -> None:
    """The same stream gives the same weights, and torch's generator stays where it was."""
    for shape in taken(subject, SMALL):
        inputs = needed(subject, shape)

        def again(shape: Shape = shape, inputs: Callable[[], Tensor] | None = inputs) -> Tensor:
            return draw(subject, shape, inputs=inputs)

        watched("draw", again)
        repeatable("draw", again)


@check("initialisation", "draws other weights from another stream")
def follows_its_stream(subject: Subject) -> None:
    """Two layers, or two seeds, do not start alike, and no two neurons do."""
    shape = taken(subject, ((6, 8), (6, 2, 3, 3)))[0]
    inputs = needed(subject, shape)
    one, two = draw(subject, shape, 0, inputs), draw(subject, shape, 1, inputs)
    claims = _claimed(subject)
    varies = claims is not None and claims.moments_of(subject.part, shape)[1] > 0
    if same_bits(one, two):
        if not varies:
            raise NotApplicable(f"{subject.kind} draws nothing, and nothing says that it should")
        raise Violation(
            "draw: another stream gave the same weights; draw from rng", in_words(w=one)
        )
    if varies and (_repeats(one.flatten(1)) or _repeats(one.transpose(0, 1).flatten(1))):
        raise Violation("draw: two neurons, or two inputs, have the same weights", in_words(w=one))


def _repeats(w: Tensor) -> bool:
    """Whether two rows are equal."""
    return len({tuple(row) for row in w.tolist()}) < len(w)


def _claimed(subject: Subject) -> InitialisationClaims | None:
    """The claims, where they state moments in one way or the other."""
    claims = subject.claims
    if not isinstance(claims, InitialisationClaims):
        return None
    ways = ("moments", "moments_of")
    stated = any(getattr(type(claims), w) is not getattr(InitialisationClaims, w) for w in ways)
    return claims if stated else None


@check("initialisation", "has the mean, the variance and the bounds claimed")
def has_its_moments(subject: Subject) -> None:
    """Over 30,000 weights and more, within five standard errors, for two fan-ins."""
    claims = _claimed(subject)
    if claims is None:
        raise NotApplicable(f"no claims say how {subject.kind} spreads weights; state its moments")
    for shape in taken(subject, (*LARGE, (40_000, 1))):
        w = draw(subject, shape, seed=3, inputs=needed(subject, shape)).double().flatten()
        mean, variance = claims.moments_of(subject.part, shape)
        squares = (w - mean).square()
        for name, values, expected in (("first moment", w, mean), ("variance", squares, variance)):
            found, error = float(values.mean()), float(values.std()) / sqrt(len(w))
            if abs(found - expected) > ERRORS * error + 1e-6 * abs(expected):
                raise Violation(
                    f"draw: the {name} of {len(w)} weights of fan-in {prod(shape[1:])} is {found:.4g}, "
                    f"expected {expected:.4g} within {ERRORS * error:.2g}",
                    in_words(shape=shape, **{name: found}, expected=expected),
                )
        _hold_bounds(w, *claims.bounds_of(subject.part, shape), shape)


def _hold_bounds(w: Tensor, low: float, high: float, shape: Shape) -> None:
    """Within the bounds, to the rounding of float32."""
    least, most = float(w.min()), float(w.max())
    if least < low - 1e-6 * abs(low) or most > high + 1e-6 * abs(high):
        raise Violation(
            f"draw: weights from {least:.4g} to {most:.4g}, expected from {low:.4g} to {high:.4g}",
            in_words(shape=shape),
        )
