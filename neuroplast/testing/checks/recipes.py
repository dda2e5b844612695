"""What every recipe is held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from neuroplast.layer import PLASTIC
from neuroplast.spec import LayerSpec
from neuroplast.tables import nearest
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.bench import Plain
from neuroplast.testing.claims import RecipeClaims
from neuroplast.testing.networks import fitting, network
from neuroplast.testing.numbers import float64, in_words, normal
from neuroplast.testing.stated import Worked, stated, worked
from neuroplast.testing.subject import Subject

SHAPES = ((6, 8, 8), (12,))
"""Inputs that a recipe's layer is tried on."""
_NEURONS = 12
"""Enough for some to stand out by two or three standard deviations."""


@check("recipe", "stands for the parts claimed")
def equals_its_claims(subject: Subject) -> None:
    """Every entry and every parameter, no more and no fewer than the source has."""
    expected = stated(subject, RecipeClaims, "parts").parts(subject.part)
    found = subject.part.parts()
    for name in sorted(found.keys() | expected.keys()):
        if found.get(name) != expected.get(name):
            raise Violation(
                f"{name}: found {found.get(name)!r}, expected {expected.get(name)!r}",
                in_words(found=found, expected=dict(expected)),
            )


@check("recipe", "gives the numbers worked by hand", worked)
def gives_the_numbers(subject: Subject, case: Worked) -> None:
    """Numbers from pencil and source, since a formula and a part may share a misreading."""
    x, w = (float64(case.example.given[name]) for name in "xw")
    entries = {"synapse": Plain(neurons=len(w)), **case.part.parts()}
    net = network([entries], tuple(x.shape[1:]), subject.registry)
    layer = next(iter(net.layers.values()))
    for tensor in layer.state.values():
        if tensor.is_floating_point():
            tensor.data = tensor.data.double()
    layer.w.copy_(w)
    layer.adapts = PLASTIC
    found = {"y": layer.learn(x, torch.zeros(len(x), dtype=torch.long)), "w": layer.w}
    for name in case.example.expected:
        case.hold(f"{name} of a layer of {case.part}", found[name], name=name, x=x, before=w)


@check("recipe", "names entries of a layer, and parts that there are")
def names_parts(subject: Subject) -> None:
    """A recipe that cannot be used would only show in a user's scenario."""
    found = subject.part.parts()
    if found != subject.part.parts():
        raise Violation("parts: gave another table the second time; use its parameters alone")
    for name in found:
        if name not in LayerSpec.model_fields or name == "use":
            raise Violation(
                f"a layer has no entry {name!r}; {nearest(name, LayerSpec.model_fields)}"
            )
    _learned(subject, found)


@check("recipe", "makes a layer that learns")
def makes_a_layer(subject: Subject) -> None:
    """One step changes its weights, all of them to finite numbers."""
    layer, before = _learned(subject, subject.part.parts())
    if not layer.w.isfinite().all() or torch.equal(layer.w, before):
        raise Violation(
            "one step left the weights as they were, or not finite",
            in_words(before=before, after=layer.w),
        )


def _learned(subject: Subject, parts: Mapping[str, Any]) -> tuple[Any, torch.Tensor]:
    """A layer of the recipe after one step, and its weights before."""
    entries = {"synapse": Plain(neurons=_NEURONS), **parts}
    net, reasons = fitting([entries], SHAPES, subject.registry)
    if net is None:
        raise Violation(f"no layer can be made of its parts: {reasons[0]}", in_words(**parts))
    layer = next(iter(net.layers.values()))
    layer.adapts = PLASTIC
    before = layer.w.clone()
    x = normal(6, *net.input_shape, seed=3, dtype=torch.float32)
    layer.learn(x, torch.arange(6) % 2)
    return layer, before
