"""What every scaling is held to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from neuroplast.delta import Computed, Delta
from neuroplast.errors import NotFiniteError
from neuroplast.registry import Registry
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.bench import Plain, Setting, geometries, ladder
from neuroplast.testing.claims import Rows, ScalingClaims
from neuroplast.testing.numbers import float64, hold_near, in_words
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import like, repeatable, watched
from neuroplast.view import View


@dataclass(frozen=True)
class Unscaled:
    """A change to scale, and the view of the step that it comes from."""

    view: View
    delta: Delta

    @property
    def shown(self) -> dict[str, Any]:
        """The example, for a message."""
        return {"dw": self.delta.tensor(), "count": self.view.count, "g": self.view.g}


def changes(
    registry: Registry, magnitudes: Sequence[float] = ScalingClaims.magnitudes
) -> Iterator[Unscaled]:
    """Changes as rules make them, from small settings to all geometries, with neurons that stay silent too."""
    for setting in ladder():
        for magnitude in magnitudes:
            yield _change(setting.view(), magnitude)
        sparse = _change(_sparse(setting.view()))
        if sparse.delta.tensor().any():
            yield sparse
    for setting in geometries(registry):
        yield _change(setting.view())


def _change(view: View, magnitude: float = 1.0) -> Unscaled:
    return Unscaled(view, (view.outer(view.g) - view.decay(view.g * view.v)) * magnitude)


def _sparse(view: View) -> View:
    """The same view with most activities zero, and all of the last of several neurons."""
    g = torch.where(view.g > 0.3, view.g, 0.0)
    g[:, 1:][:, -1:] = 0.0
    return replace(view, g=g)


def rows_of_events(view: View) -> Rows:
    """The plasticity activity as a row per neuron, an event for each stimulus and position."""
    found: Rows = view.geometry.events(view.g).tolist()
    return found


@check("scaling", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """The scaled change is the claimed one for changes of every size, sparse and dense, on every geometry."""
    claims = stated(subject, ScalingClaims, "scale")
    for given in changes(subject.registry, claims.magnitudes):
        dw = given.delta.tensor()
        expected = claims.scale(
            subject.part, dw.flatten(1).tolist(), given.view.count, rows_of_events(given.view)
        )
        found = subject.part.scale(given.delta, given.view).tensor()
        wanted = float64(expected).reshape(dw.shape)
        hold_near("scaled dw", found, wanted, **given.shown)


@check("scaling", "gives the numbers worked by hand", worked)
def agrees_with_examples(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    dw, count = float64(case.example.given["dw"]), int(case.example.given["count"])
    view = Setting(Plain(neurons=len(dw)), (dw.shape[1], 1), count).view()
    if "g" in case.example.given:
        view = replace(view, g=float64(case.example.given["g"]).T.unsqueeze(2).contiguous())
    delta = Delta(view.geometry, view.w_e, (Computed(lambda: dw.clone()),))
    found = case.part.scale(delta, view).tensor()
    case.hold("scaled dw", found, dw=dw, count=count)


@check("scaling", "takes a change that is not computed, and gives one")
def stays_symbolic(subject: Subject) -> None:
    """Rate and step fold into a symbolic change; a change that was computed already must scale to the same."""
    for given in changes(subject.registry):
        scaled = subject.part.scale(given.delta, given.view)
        if not isinstance(scaled, Delta):
            raise Violation(
                f"scale: gave {type(scaled).__name__}, not a Delta; build it from delta",
                _words(given),
            )
        once = like("scaled dw", scaled.tensor(), given.view.w, **given.shown)
        computed = subject.part.scale(given.delta.computed(), given.view)
        hold_near("scaled dw of a computed change", computed.tensor(), once, **given.shown)
        added = given.view.w.clone()
        scaled.add_to(added)
        hold_near("w with the scaled change added", added, given.view.w + once, **given.shown)


@check("scaling", "leaves alone what it is handed, and gives the same again")
def keeps_its_hands_off(subject: Subject) -> None:
    """The change, the view and torch's generator stay as they were; nothing hidden is kept between calls."""
    for setting in ladder():
        given = _change(setting.view())
        dw = given.delta.tensor()
        computed = Delta(given.view.geometry, given.view.w_e, (Computed(lambda dw=dw: dw),))  # type: ignore[misc]
        view = given.view
        handed = {"dw": dw, "x": view.x, "w": view.w, "u": view.u, "v": view.v, "g": view.g}

        def scaled(delta: Delta = computed, view: View = view) -> Tensor:
            found: Tensor = subject.part.scale(delta, view).tensor()
            return found

        watched("scale", scaled, **handed)
        repeatable("scale", scaled)


@check("scaling", "keeps float32")
def keeps_float32(subject: Subject) -> None:
    """A layer's weights are float32; the scaled change is too, and near the one in float64."""
    for setting in ladder():
        given = _change(setting.view())
        narrow = _change(setting.view(dtype=torch.float32))
        found = subject.part.scale(narrow.delta, narrow.view).tensor()
        like("scaled dw", found, narrow.view.w, **given.shown)
        expected = subject.part.scale(given.delta, given.view).tensor()
        hold_near("scaled dw in float32", found, expected, 1e-3, **given.shown)


@check("scaling", "leaves no change at zero")
def keeps_zero(subject: Subject) -> None:
    """A step in which nothing was learned, such as on a blank image, divides by nothing."""
    for setting in ladder():
        view = setting.view(g=torch.zeros_like(setting.post()))
        found = subject.part.scale(view.outer(view.g), view).tensor()
        like("scaled dw of a zero change", found, view.w, w=view.w)
        hold_near("scaled dw of a zero change", found, torch.zeros_like(view.w), w=view.w)


@check("scaling", "lets no change that is not finite pass for one that is")
def tells_of_what_is_not_finite(subject: Subject) -> None:
    """It raises NotFiniteError, or the entry stays as it is for the layer to find; it never hides it."""
    for setting in ladder():
        for bad in (float("nan"), float("inf")):
            view = setting.view()
            dw = view.outer(view.g).tensor()
            dw.view(-1)[-1] = bad
            delta = Delta(view.geometry, view.w_e, (Computed(lambda dw=dw: dw),))  # type: ignore[misc]
            try:
                found = subject.part.scale(delta, view).tensor()
            except NotFiniteError:
                continue
            if found.flatten()[-1].isfinite():
                raise Violation(
                    f"scale: turned a change of {bad} into {found.flatten()[-1]}; "
                    "raise NotFiniteError or let it pass",
                    in_words(dw=dw, found=found),
                )


@check("scaling", "follows the neurons when they are permuted")
def follows_a_permutation(subject: Subject) -> None:
    """No neuron is special: with the neurons in another order, the result is in that order."""
    for setting in (s for s in ladder() if s.synapse.output_shape(s.shape)[0] > 1):
        view = setting.view()
        order = torch.arange(len(view.w)).roll(1)
        turned = replace(
            view,
            w=view.w[order],
            w_e=view.w_e[order],
            **{name: getattr(view, name)[:, order] for name in "uvg"},
        )
        here, there = _change(view), _change(turned)
        expected = subject.part.scale(here.delta, view).tensor()[order]
        found = subject.part.scale(there.delta, turned).tensor()
        hold_near("scaled dw of permuted neurons", found, expected, **there.shown)


def _words(given: Unscaled) -> str:
    return in_words(**given.shown)
