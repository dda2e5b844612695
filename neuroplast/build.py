"""From names and tables to parts: the registry's side of validation, and a layer without a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from pydantic import ValidationError

from neuroplast import registry
from neuroplast.component import Component
from neuroplast.errors import ConfigurationError, PluginError, ScenarioError
from neuroplast.layer import Layer
from neuroplast.parts.recipe import Recipe
from neuroplast.problems import problems
from neuroplast.registry import Registry
from neuroplast.shapes import Shape
from neuroplast.signatures import misfit
from neuroplast.spec import LayerSpec, part_fields
from neuroplast.tables import merged


class RegistryResolver:
    """Finds parts in a registry, and remembers which it gave out."""

    def __init__(self, known: Registry | None = None) -> None:
        self.registry = known or registry.current()

    def resolve(self, interface: type[Component], value: Any) -> Component:
        """A part from its name, or from a table with its kind and parameters."""
        table = {"kind": value} if isinstance(value, str) else value
        if not isinstance(table, Mapping):
            raise ConfigurationError(
                f"found {value!r} where a {interface.family} is needed; give its name, or a table with kind = ..."
            )
        if not isinstance(table.get("kind"), str):
            known = ", ".join(self.registry.kinds()[interface.family])
            raise ConfigurationError(f"no kind is named; add kind = ... (known: {known or 'none'})")
        entry = self.registry.get(interface.family, table["kind"])
        part = entry.part
        if wrong := misfit(part, interface):
            raise PluginError(
                f"plugin {entry.plugin.name} (package {entry.plugin.package}): "
                f"{interface.family} {part.kind!r}: {wrong}"
            )
        return part.model_validate(part.plain({k: v for k, v in table.items() if k != "kind"}))

    def default(self, interface: type[Component]) -> Component | None:
        """The part that declares itself the default of its kind."""
        part = self.registry.default(interface.family)
        return part() if part else None


def expand(entries: Mapping[str, Any], resolver: RegistryResolver) -> dict[str, Any]:
    """A layer's entries under plain names, on top of those of the recipe that it uses.

    `use` stays, as a table, to tell where the others come from.
    """
    recipe = _recipe(entries, resolver)
    base = recipe.parts() if recipe else {}
    own = {**entries, **({"use": recipe.model_dump()} if recipe else {})}
    for name, interface in part_fields(LayerSpec).items():
        if name in own:
            kind = base[name].get("kind") if isinstance(base.get(name), Mapping) else None
            own[name] = _plain(own[name], interface.family, kind, resolver.registry)
    if isinstance(own.get("projections"), list):
        own["projections"] = [
            expand(p, resolver) if isinstance(p, Mapping) else p for p in own["projections"]
        ]
    return dict(merged(base, own))


def _recipe(entries: Mapping[str, Any], resolver: RegistryResolver) -> Recipe | None:
    """The recipe in use; none where it cannot be meant, which validation will say, with the path."""
    if not entries.get("use"):
        return None
    try:
        recipe = resolver.resolve(Recipe, entries["use"])
    except (ConfigurationError, ValidationError):
        return None
    assert isinstance(recipe, Recipe)
    return recipe


def _plain(value: Any, family: str, kind: str | None, known: Registry) -> Any:
    """A part's table under plain names, as far as its kind is known; a list of parts likewise."""
    if isinstance(value, list | tuple):
        return [_plain(v, family, None, known) for v in value]
    given = value.get("kind", kind) if isinstance(value, Mapping) else value
    if not isinstance(given, str):
        return value
    try:
        part = known.get(family, given).part
    except ConfigurationError:
        return value  # validation will say so, with the path
    if not isinstance(value, Mapping):
        return part.kind
    return {**part.plain(value), **({"kind": part.kind} if "kind" in value else {})}


def layer_spec(**entries: Any) -> LayerSpec:
    """A layer's parts from names, tables or instances, as in a scenario file; all errors at once."""
    try:
        resolver = RegistryResolver()
        return LayerSpec.model_validate(expand(entries, resolver), context={"resolver": resolver})
    except ValidationError as error:
        raise ScenarioError("layer", problems(error, entries, "layer")) from None


def build_layer(
    input_shape: Shape, seed: int = 0, device: str | torch.device = "cpu", **entries: Any
) -> Layer:
    """A layer that learns when told to: `build_layer((784,), use="hard_wta", synapse={...}).learn(x)`.

    input_shape: the shape of one stimulus, (features,) or (channels, height, width).
    entries: the layer's parts as in a scenario file, by name, as tables, or as instances.
    Raises ScenarioError, with all that is wrong, where the entries cannot be meant.
    """
    return Layer(layer_spec(**entries), input_shape, seed=seed, device=device)
