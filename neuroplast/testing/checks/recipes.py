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
from neuroplast.testing.networks import fitting
from neuroplast.testing.numbers import in_words, normal
from neuroplast.testing.stated import stated
from neuroplast.testing.subject import Subject

SHAPES = ((6, 8, 8), (12,))
"""Inputs that a recipe's layer is tried on."""


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
    entries = {"synapse": Plain(neurons=5), **parts}
    net, reasons = fitting([entries], SHAPES, subject.registry)
    if net is None:
        raise Violation(f"no layer can be made of its parts: {reasons[0]}", in_words(**parts))
    layer = next(iter(net.layers.values()))
    layer.adapts = PLASTIC
    before = layer.w.clone()
    x = normal(6, *net.input_shape, seed=3, dtype=torch.float32)
    layer.learn(x, torch.arange(6) % 2)
    return layer, before
