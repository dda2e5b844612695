"""What `show` tells of the locality of each layer of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroplast.scenario import Scenario
    from neuroplast.spec import LayerSpec


def of_layers(scenario: Scenario) -> dict[str, str]:
    """The measured locality of each layer, and which of its parts set it, by the layer's name."""
    from neuroplast.spec import with_names

    return {layer.name: _of_layer(scenario, layer) for layer in with_names(scenario.layers)}


def _of_layer(scenario: Scenario, layer: LayerSpec) -> str:
    from neuroplast.testing import measure_layer

    if not any(p.rule for p in layer.all_projections()):
        return "learns nothing"
    phases = [
        p
        for p in scenario.phases
        if "weights" in p.adapt and layer.name in (p.layers or [layer.name])
    ]
    if not phases:
        return "learns nothing"
    if any(p.learning == "gradient" for p in phases):
        return "tier D from backprop through the whole network, with labels"
    try:
        told = [measure_layer(layer, way) for way in sorted({p.objective for p in phases})]
    except Exception as error:  # the parts are anybody's code
        return f"not measured ({type(error).__name__}: {error})"
    return " | ".join(dict.fromkeys(map(str, told)))
