"""Parts that take the place of a layer's own, so that one thing can be changed in the middle of a step."""

from __future__ import annotations

from typing import ClassVar

from pydantic import PrivateAttr
from torch import Tensor

from neuroplast.delta import Computed, Delta
from neuroplast.parts.pool import Pool
from neuroplast.parts.scaling import Scaling
from neuroplast.parts.similarity import Similarity
from neuroplast.parts.synapse import Geometry
from neuroplast.shapes import Post, Pre, Shape, Weights
from neuroplast.view import View


class HeldDrive(Similarity):
    """The drive as it is handed, whatever the input and the weights: an intervention on u."""

    kind: ClassVar[str] = "held"
    _u: Tensor = PrivateAttr()

    def hold(self, u: Tensor) -> None:
        """Give this drive from now on."""
        self._u = u

    def drive(self, geometry: Geometry, x: Pre, w_e: Weights) -> Post:
        """What is held."""
        return self._u


class AddedChange(Scaling):
    """A scaling that gets more than the rule's change: an intervention on Δ, before it is scaled."""

    kind: ClassVar[str] = "added"
    _scaling: Scaling = PrivateAttr()
    _added: Tensor = PrivateAttr()

    @classmethod
    def to(cls, scaling: Scaling) -> AddedChange:
        """In the place of a scaling."""
        made = cls()
        made._scaling = scaling
        return made

    def hold(self, added: Tensor) -> None:
        """Add this to every change from now on."""
        self._added = added

    def scale(self, delta: Delta, view: View) -> Delta:
        """The scaled sum."""
        more = self._added
        added = Delta(delta.geometry, delta.w_e, (Computed(lambda: more),))
        return self._scaling.scale(delta + added, view)


class Unpooled(Pool):
    """The response itself: how it is pooled changes no weight of the layer, and small maps need not fit a pool."""

    kind: ClassVar[str] = "unpooled"

    def pool(self, y: Post) -> Post:
        """As it is."""
        return y

    def output_shape(self, shape: Shape) -> Shape:
        """As it is."""
        return shape
