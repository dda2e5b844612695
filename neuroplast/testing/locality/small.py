"""A small copy of a layer: few neurons and inputs, the same parts, in float64, made anew whenever it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from neuroplast.errors import ConfigurationError
from neuroplast.fit import Fit
from neuroplast.layer import Layer, Objective
from neuroplast.parts.synapse import Synapse
from neuroplast.shapes import Shape
from neuroplast.source import Source
from neuroplast.spec import LayerSpec, ProjectionSpec
from neuroplast.testing.locality.held import AddedChange, HeldDrive, Unpooled
from neuroplast.testing.locality.shapes import fitting_input
from neuroplast.testing.numbers import normal

_NEURONS = (4, 6, 8, 12, 16, 32, 64)
"""Sizes to try, until geometry and competition fit. A layer that has fewer neurons keeps them."""


@dataclass(frozen=True)
class SmallLayer:
    """A layer with few neurons on small inputs.

    shapes: of one input of each projection.
    """

    spec: LayerSpec
    shapes: tuple[Shape, ...]
    objective: Objective = "explicit"

    @property
    def projections(self) -> tuple[ProjectionSpec, ...]:
        """Its projections."""
        return self.spec.all_projections()

    @property
    def synapses(self) -> list[Synapse]:
        """The geometry of each projection."""
        return [p.synapse for p in self.projections if p.synapse is not None]

    @property
    def learning(self) -> list[int]:
        """The numbers of the projections that learn."""
        return [n for n, p in enumerate(self.projections) if p.rule is not None]

    @property
    def remembers(self) -> bool:
        """Whether an earlier batch may matter, through the memory of a part."""
        parts = [*self.spec.dynamics, self.spec.competition]
        for p in self.projections:
            parts += [part for part in (p.rule, p.step, *p.constraints) if part is not None]
        return any(part.memories() for part in parts)

    @property
    def response(self) -> Shape:
        """The shape of one response, (post, *positions)."""
        return self.synapses[0].output_shape(self.shapes[0])

    def made(self) -> Layer:
        """The layer, all its numbers in float64."""
        layer = Layer(
            self.spec,
            *self.shapes,
            inputs=lambda: [normal(64, *s, seed=9, dtype=torch.float32) for s in self.shapes],
            sources=[Source(s, signs=[1 - 2 * (n % 2) for n in range(s[0])]) for s in self.shapes],
        )
        for tensor in layer.state.values():
            tensor.data = tensor.data.double()
        return layer

    def held(self) -> SmallLayer:
        """The same, with drives that are held and changes that are added to, as `Bench` asks for."""
        held = []
        for projection in self.projections:
            update: dict[str, object] = {"similarity": HeldDrive(), "response_similarity": None}
            if projection.scaling is not None:
                update["scaling"] = AddedChange.to(projection.scaling)
            held.append(projection.model_copy(update=update))
        return SmallLayer(_with(self.spec, held), self.shapes, self.objective)

    def without_constraints(self) -> SmallLayer:
        """The same with nothing to hold the weights; constraints see only those, no stimuli."""
        free = [p.model_copy(update={"constraints": ()}) for p in self.projections]
        return SmallLayer(_with(self.spec, free), self.shapes, self.objective)


def small(spec: LayerSpec, objective: Objective = "explicit") -> SmallLayer:
    """A small copy of a layer that has projections; ConfigurationError where none was found that fits."""
    reason: ConfigurationError | None = None
    for neurons in _NEURONS:
        try:
            return _with_neurons(spec, neurons, objective)
        except ConfigurationError as error:
            reason = error
    raise ConfigurationError(
        f"{spec.name or 'layer'}: no small copy fits to measure its locality on; {reason}"
    )


def _with_neurons(spec: LayerSpec, neurons: int, objective: Objective) -> SmallLayer:
    projections, shapes = [], list[Shape]()
    response: Shape = ()

    def accept(found: Shape) -> None:
        if response and found != response:
            raise ConfigurationError(f"responses of {found} and {response} do not add")
        spec.competition.check(Fit(found, spec))

    for projection in spec.all_projections():
        assert projection.synapse is not None
        synapse = _shrunk(projection.synapse, neurons)
        shapes.append(fitting_input(synapse, accept))
        response = synapse.output_shape(shapes[-1])
        projections.append(projection.model_copy(update={"synapse": synapse}))
    pooled = _with(spec, projections).model_copy(update={"pool": Unpooled()})
    return SmallLayer(pooled, tuple(shapes), objective)


def _shrunk(synapse: Synapse, neurons: int) -> Synapse:
    """The geometry with fewer neurons, where it says how many it has."""
    has = getattr(synapse, "neurons", None)
    return synapse.model_copy(update={"neurons": min(has, neurons)}) if has else synapse


def _with(spec: LayerSpec, projections: Sequence[ProjectionSpec]) -> LayerSpec:
    """The layer with other projections, in the form in which it has them."""
    if spec.projections:
        return spec.model_copy(update={"projections": tuple(projections)})
    only = projections[0]
    assert isinstance(only, LayerSpec)
    return only
