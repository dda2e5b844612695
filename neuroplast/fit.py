"""Where a part is to stand, so that it can say before anything runs whether it has a meaning there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroplast.shapes import Shape

if TYPE_CHECKING:
    from neuroplast.spec import LayerSpec, ProjectionSpec


@dataclass(frozen=True)
class Fit:
    """What surrounds a part, as `Component.check` is told; parts that only the layer knows are None outside one.

    response_shape: of the layer's neurons, (post, *positions).
    layer: the layer's parts.
    projection: the parts of the projection that the part belongs to; None for what the neurons share.
    input_shape: of one input of that projection, before its normalisation. weight_shape: of its w.
    pre_signed: whether presynaptic activity, normalised, may be negative.
    pre_signs: the sign (+1, -1) of each presynaptic neuron, None where the source's neurons have none.
    recurrent: whether the projection comes from the layer itself.
    """

    response_shape: Shape
    layer: LayerSpec | None = None
    projection: ProjectionSpec | None = None
    input_shape: Shape | None = None
    weight_shape: Shape | None = None
    pre_signed: bool = False
    pre_signs: Sequence[int] | None = None
    recurrent: bool = False
