"""What every synapse's geometry is held to: sums over what each neuron sees, spelled out in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from math import prod
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor

from neuroplast.errors import ConfigurationError
from neuroplast.parts.synapse import Synapse
from neuroplast.reference import Reference
from neuroplast.shapes import Shape
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import Setting
from neuroplast.testing.claims import SynapseClaims
from neuroplast.testing.layouts import LAYOUTS
from neuroplast.testing.numbers import FLOAT32, FLOAT64, float64, hold_near, in_words, normal
from neuroplast.testing.stated import own_shapes, stated
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import like, same_bits, watched

ODD = ((1,), (5,), (2, 3), (1, 1, 1), (2, 1, 2), (3, 9, 9), (2, 6, 5), (4, 7, 8), (2, 3, 4, 5))
"""Shapes of inputs that a geometry was not made for: it takes them and works, or refuses them."""


def further(shape: Shape) -> Iterator[Shape]:
    """Shapes like one that fits: larger by one or two along the axes but the channels, and small ones of many channels.

    A lowering may go another way where there are fewer positions than synapses.
    """
    if len(shape) == 1:
        yield (shape[0] + 1,)
    if len(shape) > 1:
        yield (*shape[:-1], shape[-1] + 1)
        yield (shape[0], *(side + 2 - n for n, side in enumerate(shape[1:])))
        yield (6 * shape[0], *(max(side // 2, 2) for side in shape[1:]))
        yield (6 * shape[0], *(max(side // 2, 3) for side in shape[1:]))


def fits(part: Synapse, shape: Shape) -> bool:
    """Whether a synapse takes an input of this shape; only ConfigurationError says no."""
    try:
        part.weight_shape(shape)
        part.output_shape(shape)
    except ConfigurationError:
        return False
    return True


def settings(subject: Subject) -> Iterator[Setting]:
    """The synapse on the shapes that claims name and some like them; without claims, on any that fits."""
    named = own_shapes(subject)
    like_these = [s for shape in named for s in further(shape)] if named else list(ODD)
    for shape in named:
        yield Setting(subject.part, shape)
    for shape in (s for s in like_these if fits(subject.part, s)):
        yield Setting(subject.part, shape, batch=3)


@dataclass(frozen=True)
class Spelled:
    """A geometry spelled out from claims alone: which number of the input each synapse sees."""

    claims: SynapseClaims
    setting: Setting

    @cached_property
    def positions(self) -> Shape:
        """The positions of the response."""
        return tuple(self.claims.positions(self.setting.synapse, self.setting.shape))

    @cached_property
    def neurons(self) -> int:
        """How many neurons there are at each position."""
        return self.claims.neurons(self.setting.synapse, self.setting.shape)

    @property
    def rows(self) -> int:
        """How many rows of weights there are."""
        return self.neurons * (prod(self.positions) if self.claims.unshared else 1)

    def row(self, neuron: int, place: int) -> int:
        """Which row of weights a neuron has at a position."""
        return place * self.neurons + neuron if self.claims.unshared else neuron

    @cached_property
    def indices(self) -> Tensor:
        """Where in a flat input, (neurons, positions, synapses), with one zero more behind it for a padded zero."""
        shape = self.setting.shape
        places = list(product(*(range(n) for n in self.positions)))
        return torch.tensor(
            [
                [[_flat(index, shape) for index in self._sees(neuron, place)] for place in places]
                for neuron in range(self.neurons)
            ]
        )

    def _sees(self, neuron: int, place: Shape) -> list[tuple[int, ...] | None]:
        return self.claims.sees(self.setting.synapse, self.setting.shape, neuron, place)

    def seen(self, x: Tensor) -> Tensor:
        """What each synapse sees of raw inputs: (batch, neurons, positions, synapses), in float64."""
        flat = torch.cat([x.double().flatten(1), torch.zeros(len(x), 1).double()], 1)
        return flat[:, self.indices]

    def drive(self, x: Tensor, w: Tensor) -> Tensor:
        """Σ over synapses of weight times input, (batch, neurons, *positions)."""
        seen, rows = self.seen(x).tolist(), w.double().flatten(1).tolist()
        u = [
            [
                [
                    sum(a * b for a, b in zip(rows[self.row(i, t)], at, strict=True))
                    for t, at in enumerate(neuron)
                ]
                for i, neuron in enumerate(stimulus)
            ]
            for stimulus in seen
        ]
        return float64(u).reshape(len(x), self.neurons, *self.positions)

    def outer(self, post: Tensor, x: Tensor, shape: Shape) -> Tensor:
        """Σ over stimuli and positions of activity times input, for each synapse."""
        seen, flat = self.seen(x), post.double().reshape(len(post), self.neurons, -1)
        dw = torch.zeros(self.rows, seen.shape[3], dtype=torch.float64)
        for b, i, t in product(*(range(n) for n in flat.shape)):
            dw[self.row(i, t)] += flat[b, i, t] * seen[b, i, t]
        return dw.reshape(shape)


def _flat(index: tuple[int, ...] | None, shape: Shape) -> int:
    """The place of an index in a flat input; the one behind the last for a padded zero."""
    if index is None:
        return prod(shape)
    place = 0
    for i, n in zip(index, shape, strict=True):
        if not 0 <= i < n:
            raise NotApplicable(f"claims say that a neuron sees {index} of an input of {shape}")
        place = place * n + i
    return place


def spelled(subject: Subject) -> Iterator[tuple[Setting, Spelled]]:
    """Every setting, with its geometry spelled out."""
    claims = stated(subject, SynapseClaims, "sees")
    for setting in settings(subject):
        yield setting, Spelled(claims, setting)


@check("synapse", "has the shapes that follow from what each neuron sees")
def has_its_shapes(subject: Subject) -> None:
    """As many neurons, positions and synapses as claimed: of weights, response, prepared input and patches."""
    for setting, truth in spelled(subject):
        part, shape = setting.synapse, setting.shape
        w, x = setting.w(), setting.x()
        synapses = truth.indices.shape[2]
        response = truth.neurons, *truth.positions
        for what, found, expected in (
            ("rows by weight_shape", part.weight_shape(shape)[0], truth.rows),
            ("synapses by weight_shape", prod(part.weight_shape(shape)[1:]), synapses),
            ("fan_in", part.fan_in(shape), synapses),
            ("output_shape", tuple(part.output_shape(shape)), response),
            ("positions of a prepared input", tuple(part.positions(x, w)), truth.positions),
            ("drive", tuple(part.drive(x, w).shape[1:]), response),
        ):
            if found != expected:
                raise Violation(f"{what}: found {found}, expected {expected}", f"{setting}")


@check("synapse", "shows as patches what each neuron sees")
def shows_patches(subject: Subject) -> None:
    """Every position's inputs as rows, in the order of the weights, through padding, stride, dilation and groups."""
    for setting, truth in spelled(subject):
        raw = _raw(setting)
        patches = setting.synapse.patches(setting.synapse.prepare(raw))
        groups = patches.shape[2]
        expected = truth.seen(raw)
        if truth.claims.unshared:
            expected = expected.transpose(1, 2).flatten(1, 2).unsqueeze(2)
        rows = torch.arange(truth.rows) * groups // truth.rows
        found = patches[:, :, rows].transpose(1, 2)
        hold_near(f"patches on {setting}", found, expected, x=raw)


@check("synapse", "drives each neuron by what it sees")
def drives_by_what_is_seen(subject: Subject) -> None:
    """The drive is Σ w x over the synapses of each neuron at each position, equal to scalar loops in float64."""
    for setting, truth in spelled(subject):
        raw, w = _raw(setting), setting.w()
        found = setting.synapse.drive(setting.synapse.prepare(raw), w)
        hold_near(f"drive on {setting}", found, truth.drive(raw, w), x=raw, w=w)


@check("synapse", "sums post times pre over what each neuron sees")
def sums_over_what_is_seen(subject: Subject) -> None:
    """The change is Σ post x over stimuli and positions, equal to scalar loops; added in place, the same."""
    for setting, truth in spelled(subject):
        raw, w, post = _raw(setting), setting.w(), setting.post()
        x = setting.synapse.prepare(raw)
        expected = truth.outer(post, raw, tuple(w.shape))
        shown: dict[str, Any] = {"x": raw, "post": post}
        hold_near(f"outer on {setting}", setting.synapse.outer(post, x, w), expected, **shown)
        grown = w.clone()
        setting.synapse.add_outer(grown, post, x)
        hold_near(f"add_outer on {setting}", grown, w + expected, **shown, w=w)


@check("synapse", "agrees with the reference lowering")
def agrees_with_the_reference(subject: Subject) -> None:
    """Drive, outer product, and the sum of squares that a neuron sees equal plain sums over the patches."""
    for setting in _some(subject):
        x, w, post = setting.x(), setting.w(), setting.post()
        slow = Reference(setting.synapse)
        part = setting.synapse
        hold_near(f"drive on {setting}", part.drive(x, w), slow.drive(x, w), x=x, w=w)
        expected = slow.outer(post, x, w)
        hold_near(f"outer on {setting}", part.outer(post, x, w), expected, x=x, post=post)
        energy = slow.energy(x, w)
        hold_near(f"energy on {setting}", part.energy(x, w).expand_as(energy), energy, x=x)


@check("synapse", "has an outer product that is the gradient of its drive")
def is_adjoint(subject: Subject) -> None:
    """<drive(x, w), p> = <w, outer(p, x, w)> for every p: what autograd makes of the drive is the rule's own sum."""
    for setting in _some(subject):
        x, w, post = setting.x(), setting.w(), setting.post()
        u = like(f"drive on {setting}", setting.synapse.drive(x, w), post)
        found = (w * setting.synapse.outer(post, x, w)).sum()
        shown: dict[str, Any] = {"x": x, "w": w, "post": post}
        hold_near(f"<w, outer(p, x)> on {setting}", found, (u * post).sum(), 1e-8, **shown)


@check("synapse", "computes in float32 what it does in float64")
def computes_in_float32(subject: Subject) -> None:
    """Float32 is what layers learn in; results are float32 too, and as near as it allows."""
    for setting in _some(subject):
        part, x, w, post = setting.synapse, setting.x(), setting.w(), setting.post()
        narrow = [t.float() for t in (x, w, post)]
        drive = part.drive(narrow[0], narrow[1])
        outer = part.outer(narrow[2], narrow[0], narrow[1])
        prepared = part.prepare(_raw(setting).float())
        for what, found, wide in (
            ("drive", drive, part.drive(x, w)),
            ("outer", outer, part.outer(post, x, w)),
            ("prepare", prepared, x),
        ):
            like(f"{what} on {setting}", found, wide.float())
            hold_near(f"{what} on {setting} in float32", found, wide, FLOAT32)


@check("synapse", "does not depend on the memory order of what it is given")
def takes_any_memory_order(subject: Subject) -> None:
    """Inputs, activities and weights that are not contiguous, or have their channels last, give the same."""
    for setting in _some(subject):
        part, raw, w, post = setting.synapse, _raw(setting), setting.w(), setting.post()
        x = part.prepare(raw)
        u, dw = part.drive(x, w), part.outer(post, x, w)
        for name, order in LAYOUTS.items():
            again = part.prepare(order(raw))
            where = f"on {setting}, {name} in memory"
            hold_near(f"drive {where}", part.drive(again, order(w)), u, FLOAT64)
            outer = part.outer(order(post), order(x), order(w))
            hold_near(f"outer {where}", outer, dw, FLOAT64)
            grown = order(w.clone())
            part.add_outer(grown, order(post), order(x))
            hold_near(f"add_outer {where}", grown, w + dw, FLOAT64)


@check("synapse", "arranges weights without changing a value")
def keeps_values(subject: Subject) -> None:
    """Memory order is the geometry's own choice; the weights are not."""
    for setting in _some(subject):
        drawn = normal(*setting.synapse.weight_shape(setting.shape), seed=2)
        arranged = watched("arrange", partial(setting.synapse.arrange, drawn), w=drawn)
        if not same_bits(arranged, drawn):
            raise Violation(
                f"arrange: changed the weights on {setting}", in_words(w=drawn, arranged=arranged)
            )
        again = setting.synapse.arrange(arranged)
        if again.stride() != arranged.stride():
            raise Violation(
                f"arrange: another memory order the second time on {setting}; leave it then"
            )


@check("synapse", "leaves alone what it is handed, and gives new tensors")
def keeps_its_hands_off(subject: Subject) -> None:
    """Inputs, activities and weights stay; a sum does not share memory with them; nothing is kept between calls."""
    for setting in _some(subject):
        part, raw, w, post = setting.synapse, _raw(setting), setting.w(), setting.post()
        x = part.prepare(raw.clone())
        handed = {"raw": raw, "x": x, "w": w, "post": post}
        for call in (
            partial(part.prepare, raw),
            partial(part.drive, x, w),
            partial(part.outer, post, x, w),
            partial(part.patches, x),
        ):
            name = call.func.__name__
            first = watched(name, call, **handed).clone()
            if not same_bits(first, watched(name, call, **handed)):
                raise Violation(
                    f"{name}: gave another result the second time on {setting}; keep nothing between calls"
                )
        dw = part.outer(post, x, w)
        if dw.untyped_storage().data_ptr() in {
            t.untyped_storage().data_ptr() for t in handed.values()
        }:
            raise Violation(
                f"outer: gave a part of what it was handed on {setting}; give a new tensor"
            )


@check("synapse", "refuses a shape that does not fit, or works on it")
def refuses_what_does_not_fit(subject: Subject) -> None:
    """A ConfigurationError when the layer is built, not a torch error at the first stimulus."""
    for part in _relatives(subject):
        for shape in ODD:
            try:
                if not fits(part, shape):
                    continue
                setting = Setting(part, shape)
                x, w = setting.x(), setting.w()
                u = part.drive(x, w)
                part.outer(setting.post(), x, w)
            except Exception as error:
                raise Violation(
                    f"{part}: neither refused an input {shape} with a ConfigurationError nor works "
                    f"on it: {type(error).__name__}: {error}",
                    f"shape = {shape}",
                ) from error
            expected = tuple(part.output_shape(shape))
            if tuple(u.shape[1:]) != expected or not all(n > 0 for n in (*w.shape, *expected)):
                raise Violation(
                    f"{part}: on an input {shape} output_shape is {expected}, "
                    f"and the drive has {tuple(u.shape[1:])}",
                    f"shape = {shape}",
                )


def _relatives(subject: Subject) -> Iterator[Synapse]:
    """The part, and it with each whole number among its parameters one larger, where that may be."""
    yield subject.part
    for name in type(subject.part).model_fields:
        value = getattr(subject.part, name)
        if isinstance(value, int) and not isinstance(value, bool):
            with suppress(ValidationError):
                yield subject.other(**{name: value + 1})


def _raw(setting: Setting) -> Tensor:
    """Stimuli, not yet prepared: those of `setting.x()`."""
    return normal(setting.batch, *setting.shape, seed=1)


def _some(subject: Subject) -> list[Setting]:
    found = list(settings(subject))
    if not found:
        raise NotApplicable(
            f"no claims name a shape that {subject.kind} takes, and none tried fits"
        )
    return found
