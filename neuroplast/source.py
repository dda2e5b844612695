"""What a layer knows of where a projection comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neuroplast.component import LayerPart
from neuroplast.errors import ConfigurationError
from neuroplast.fit import Fit
from neuroplast.shapes import Shape
from neuroplast.spec import LayerSpec, ProjectionSpec


@dataclass(frozen=True)
class Source:
    """The stimuli, a layer, or several joined.

    shape: of one response. signed: whether it may be negative. signs: +1 or -1 of each neuron, None where it has none.
    """

    shape: Shape
    signed: bool = False
    signs: Sequence[int] | None = None


def response_shape(name: str, spec: LayerSpec, input_shapes: Sequence[Shape]) -> Shape:
    """The shape that the layer's projections from outside agree on, or of what a layer without any joins."""
    given = iter(input_shapes)
    shapes = [_output_shape(p, next(given)) for p in spec.all_projections() if not p.recurrent]
    shapes = shapes or list(input_shapes)
    if len(set(shapes)) != 1:
        raise ConfigurationError(
            f"{name}: its projections give responses of different shapes, {shapes}; "
            "give them the same neurons and positions"
        )
    for projection in spec.all_projections():
        if projection.recurrent and _output_shape(projection, shapes[0]) != shapes[0]:
            raise ConfigurationError(
                f"{name}: its projection from itself gives {_output_shape(projection, shapes[0])} for responses of "
                f"{shapes[0]}; give it as many neurons, and a geometry that keeps the positions"
            )
    return shapes[0]


def check_parts(spec: LayerSpec, response: Shape, sources: Sequence[Source]) -> None:
    """Let every part refuse a place where it has no meaning."""
    for projection, source in zip(spec.all_projections(), sources, strict=True):
        assert projection.synapse is not None
        fit = Fit(
            response,
            layer=spec,
            projection=projection,
            input_shape=source.shape,
            weight_shape=projection.synapse.weight_shape(_normalised(projection, source.shape)),
            pre_signed=source.signed or projection.normalisation.signed,
            pre_signs=source.signs,
            recurrent=projection.recurrent,
        )
        for part in _projection_parts(projection):
            part.check(fit)
    for part in (
        *spec.dynamics,
        spec.competition,
        spec.population,
        spec.pool,
        *spec.signals.values(),
    ):
        part.check(Fit(response, layer=spec))


def _projection_parts(p: ProjectionSpec) -> Iterator[LayerPart]:
    found = (p.normalisation, p.synapse, p.initialisation, p.effective, p.similarity)
    more = (p.response_similarity, p.rule, p.scaling, *p.rate, p.step, *p.constraints)
    yield from (part for part in (*found, *more) if part is not None)


def _output_shape(projection: ProjectionSpec, input_shape: Shape) -> Shape:
    assert projection.synapse is not None
    return projection.synapse.output_shape(_normalised(projection, input_shape))


def _normalised(projection: ProjectionSpec, input_shape: Shape) -> Shape:
    return projection.normalisation.output_shape(tuple(input_shape))
