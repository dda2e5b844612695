"""Layers and networks from entries as in a scenario file, for parts that stand around a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from neuroplast.build import RegistryResolver, expand
from neuroplast.errors import ConfigurationError, ScenarioError
from neuroplast.network import Network
from neuroplast.problems import problems
from neuroplast.registry import Registry
from neuroplast.shapes import Shape
from neuroplast.spec import LayerSpec, PartOf
from neuroplast.testing.asking import NotApplicable


def network(
    layers: Sequence[Mapping[str, Any]], shape: Shape, registry: Registry, device: str = "cpu"
) -> Network:
    """A network of these layers; ConfigurationError where an entry cannot be meant, or the shape does not fit.

    NotApplicable where a layer needs parts that it does not name, and no plugin provides a default.
    """
    return Network([_spec(entries, registry) for entries in layers], shape, device=device)


def _spec(entries: Mapping[str, Any], registry: Registry) -> LayerSpec:
    resolver = RegistryResolver(registry)
    try:
        table = expand(entries, resolver)
        _refuse_missing(table, resolver)
        return LayerSpec.model_validate(table, context={"resolver": resolver})
    except ValidationError as error:
        raise ScenarioError("layer", problems(error, dict(entries), "layer")) from None


def _refuse_missing(table: Mapping[str, Any], resolver: RegistryResolver) -> None:
    for name, field in LayerSpec.model_fields.items():
        marks = [m.interface for m in field.metadata if isinstance(m, PartOf)]
        if field.is_required() and name not in table and resolver.default(marks[0]) is None:
            raise NotApplicable(f"a layer needs a {name}, and no plugin provides a default")


def fitting(
    layers: Sequence[Mapping[str, Any]], shapes: Sequence[Shape], registry: Registry
) -> tuple[Network | None, list[ConfigurationError]]:
    """A network of these layers on the first of the shapes that fits, and why others do not."""
    reasons: list[ConfigurationError] = []
    for shape in shapes:
        try:
            return network(layers, shape, registry), reasons
        except ConfigurationError as error:
            reasons.append(error)
    return None, reasons
