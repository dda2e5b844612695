"""A small layer that is put back to its start before every step."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from neuroplast.layer import Layer
from neuroplast.spec import ProjectionSpec
from neuroplast.testing.locality.experiment import MIDWAY
from neuroplast.testing.locality.held import AddedChange, HeldDrive
from neuroplast.testing.locality.small import SmallLayer


class Stepped:
    """Answers what a layer would do if it began anew with these inputs and weights."""

    def __init__(self, small: SmallLayer) -> None:
        self._small = small
        self._chance = any(p.constraints for p in small.projections)
        self._layer = small.made()
        self._start = {name: tensor.clone() for name, tensor in self._layer.state.items()}

    @property
    def weights(self) -> list[Tensor]:
        """The initial weights of each projection."""
        return [p.w.clone() for p in self._layer.projections]

    def drive(self, xs: Sequence[Tensor], ws: Sequence[Tensor]) -> Tensor:
        """The drive that the similarities make of inputs and weights."""
        layer = self._again(ws)
        pairs = zip(layer.projections, xs, strict=True)
        return torch.stack([p.drive(*p.present(x, adapting=True)) for p, x in pairs]).sum(0)

    def change(
        self,
        presented: Sequence[tuple[Sequence[Tensor], Tensor]],
        ws: Sequence[Tensor],
        added: Sequence[Tensor],
        labels: Tensor,
    ) -> list[Tensor]:
        """What each projection's weights change by in the last of some steps of a layer whose drive is held.

        presented: inputs of each projection, and the drive, of each step; between steps the weights are set back.
        added: what is added to the rule's change in each projection.
        """
        layer = self._again(ws)
        for xs, u in presented:
            for projection, w, more in zip(layer.projections, ws, added, strict=True):
                projection.w.copy_(w)
                _hold(projection.spec, u if projection is layer.projections[0] else 0 * u, more)
            layer.learn(xs, labels, MIDWAY, objective=self._small.objective)
        return [p.w - w for p, w in zip(layer.projections, ws, strict=True)]

    def _again(self, ws: Sequence[Tensor]) -> Layer:
        """The layer as it was made; made again where a constraint may have drawn from its stream."""
        layer = self._small.made() if self._chance else self._layer
        layer.load_state(self._start)
        for projection, w in zip(layer.projections, ws, strict=True):
            projection.w.copy_(w)
        return layer


def _hold(spec: ProjectionSpec, u: Tensor, added: Tensor) -> None:
    """Let a projection give this drive, and add this to its change."""
    assert isinstance(spec.similarity, HeldDrive)
    spec.similarity.hold(u)
    if isinstance(spec.scaling, AddedChange):
        spec.scaling.hold(added)
