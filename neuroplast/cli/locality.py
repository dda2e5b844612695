"""What `show` tells of locality: of a part by itself, and of each layer of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuroplast.component import Component
    from neuroplast.registry import Registry
    from neuroplast.scenario import Scenario
    from neuroplast.spec import LayerSpec


def of_part(known: Registry, part: type[Component]) -> dict[str, Any] | None:
    """A part's measured locality; None for kinds that no change of weights passes through."""
    from neuroplast.testing.locality import FLAGS, TIERS, example_of, measure_part
    from neuroplast.testing.locality.alone import EXPERIMENTS

    if part.family not in EXPERIMENTS:
        return None
    try:
        example = example_of(part, known)
        measured = example and measure_part(example)
    except Exception as error:  # the part is anybody's code
        return {"not_measured": f"{type(error).__name__}: {error}"}
    if not measured:
        return {"not_measured": "it needs parameters, and no claims name any"}
    return {
        "tier": measured.tier,
        "about": TIERS[measured.tier],
        **{flag: getattr(measured, flag) for flag in FLAGS},
        "depends_on": sorted(measured.findings),
        "measured_with": str(example),
    }


def part_line(told: dict[str, Any]) -> str:
    """The same in a line."""
    from neuroplast.testing.locality import FLAGS

    if "not_measured" in told:
        return f"Locality: not measured ({told['not_measured']})"
    flags = [flag for flag in FLAGS if told[flag]]
    tier = f"tier {told['tier']} ({told['about']})"
    return f"Locality: {', '.join([tier, *flags])}; measured with {told['measured_with']}"


def of_layers(scenario: Scenario) -> dict[str, str]:
    """The measured locality of each layer, and which of its parts set it, by the layer's name."""
    from neuroplast.spec import with_names

    return {layer.name: _of_layer(scenario, layer) for layer in with_names(scenario.layers)}


def _of_layer(scenario: Scenario, layer: LayerSpec) -> str:
    from neuroplast.testing.locality import measure_layer

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
