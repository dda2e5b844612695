"""Every rule is held to its surrogate loss, and to what autograd makes of the sums it is written in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from neuroplast.delta import Computed, Decay, Delta, Factor, Outer
from neuroplast.functional import per_neuron
from neuroplast.parts.rule import Rule
from neuroplast.shapes import Post, Weights
from neuroplast.surrogate import descent
from neuroplast.testing.asking import NotApplicable, check
from neuroplast.testing.bench import Setting, geometries, ladder
from neuroplast.testing.numbers import hold_near
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import watched
from neuroplast.view import View


@check("rule", "agrees with its surrogate loss")
def agrees_with_its_surrogate(subject: Subject) -> None:
    """A rule that states a loss beside its equation must mean the same by both."""
    for setting in ladder():
        _hold_surrogate(subject, setting)


def _where_stated(subject: Subject) -> Iterable[Setting]:
    return geometries(subject.registry) if subject.part.has_surrogate() else ()


@check("rule", "agrees with its surrogate loss on the geometry", _where_stated)
def agrees_with_its_surrogate_everywhere(subject: Subject, setting: Setting) -> None:
    """The same on every geometry, where autograd takes another way than the explicit sums."""
    _hold_surrogate(subject, setting)


@check("rule", "has a surrogate loss that changes nothing it is handed")
def leaves_alone_what_its_loss_is_made_of(subject: Subject) -> None:
    """Drive, weights and activity are read by others after it; what is worked on in place is another's too."""
    rule = subject.part
    if not rule.has_surrogate():
        raise NotApplicable(f"{rule.kind} states no surrogate loss")
    for setting in ladder():
        view = setting.view(rule)
        with torch.enable_grad():
            w = view.w_e.requires_grad_(True).clone()  # no leaf, which autograd itself would guard
            u, g = view.geometry.drive(view.x, w).clone(), view.g
            watched(f"{rule.kind}: surrogate", partial(rule.surrogate, u, w, g), u=u, w=w, g=g)


@check("rule", "agrees with autograd of its terms")
def agrees_with_autograd(subject: Subject) -> None:
    """Sums of post · pre and decays descend L = -Σ g·u + ½ Σ_i (Σc)_i |w_i|², with g and c held constant."""
    for setting in ladder():
        _hold_terms(subject, setting)


@check(
    "rule", "agrees with autograd of its terms on the geometry", lambda s: geometries(s.registry)
)
def agrees_with_autograd_everywhere(subject: Subject, setting: Setting) -> None:
    """The same on every geometry: its sums must be what its drive, differentiated, asks for."""
    _hold_terms(subject, setting)


def _hold_surrogate(subject: Subject, setting: Setting) -> None:
    rule = subject.part
    if not rule.has_surrogate():
        raise NotApplicable(f"{rule.kind} states no surrogate loss")
    if type(rule).delta is Rule.delta:
        raise NotApplicable(f"{rule.kind} states nothing but its surrogate loss")
    view = setting.view(rule)
    found, descended = rule.delta(view).tensor(), descent(rule, view).tensor()
    hold_near("dw against the descent of its surrogate loss", found, descended, **_shown(view))


def _hold_terms(subject: Subject, setting: Setting) -> None:
    view = setting.view(subject.part)
    delta = subject.part.delta(view)
    hold_near(
        "dw against autograd of its terms", delta.tensor(), descended(delta, view), **_shown(view)
    )


def descended(delta: Delta, view: View) -> Weights:
    """-∂L/∂w by autograd, L from the terms of a change; NotApplicable for terms without such a loss."""
    w = view.w_e.detach().clone().requires_grad_(True)
    loss = w.sum() * 0
    with torch.enable_grad():
        u = view.geometry.drive(view.x, w)
        for term in delta.terms:
            loss = loss - _gain(term, u, w, view)
    (gradient,) = torch.autograd.grad(loss, w)
    return -gradient


def _gain(term: Outer | Decay | Computed, u: Post, w: Weights, view: View) -> Tensor:
    """What a term adds to -L: f · Σ post · u for an outer product, ½ Σ_i f_i |w_i|² for a decay by -f."""
    if isinstance(term, Computed):
        raise NotApplicable("one of its terms is neither a sum of post · pre nor a decay of w_e")
    if isinstance(term, Decay):
        return (_spread(term.factor, w) * w.square()).sum() / 2
    if term.pre is not view.x:
        raise NotApplicable("one of its terms has another presynaptic side than x")
    return (_spread(term.factor, u[0]) * term.post * u).sum()


def _spread(factor: Factor, like: Tensor) -> Factor:
    """A factor per neuron so that it multiplies what has the neurons first."""
    return per_neuron(factor, like) if isinstance(factor, Tensor) and factor.dim() == 1 else factor


def _shown(view: View) -> dict[str, Any]:
    return {name: getattr(view, name) for name in ("x", "w_e", "u", "v", "g")}
