"""Labelled Gaussian clusters."""

from pathlib import Path
from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Split, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.draws import balanced_labels, streams


class GaussianClusters(Stimuli):
    """Round clusters of one size around centres drawn at random; the label is the cluster.

        x = c_y + spread · z,   z ~ N(0, I)

    The centres c come from a Gaussian, have zero mean, and are scaled so that the two nearest ones
    are `separation · spread` apart: at 2 the best classifier confuses these two in 16 % of cases, at
    4 in 2 %, at 6 in 0.1 %.

    Shapes:
        x: (n, inputs), in any unit r, as spread and c.
        y: (n,) from 0 to clusters - 1, each as often as the others or once more.
        truth["centres"]: (clusters, inputs), c.
    """

    kind: ClassVar[str] = "gaussian_clusters"
    signed: ClassVar[bool] = True
    clusters: int = Field(5, ge=1, description="number of clusters")
    inputs: int = Field(10, ge=1, description="number of inputs, the dimensions of the clusters")
    spread: float = Field(1.0, gt=0, description="standard deviation of a cluster along each axis")
    separation: float = Field(
        6.0, ge=0, description="distance of the two nearest centres, in spreads; 0: all are at zero"
    )
    train: int = Field(5_000, ge=1, description="training stimuli")
    test: int = Field(1_000, ge=0, description="test stimuli")

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Draw centres, training and test stimuli, each from a stream of its own."""
        for_centres, for_train, for_test = streams(rng, 3)
        centres = self._centres(for_centres)

        def draw(count: int, rng: torch.Generator) -> Split:
            y = balanced_labels(count, self.clusters, rng)
            z = torch.randn(count, self.inputs, generator=rng, dtype=torch.float64)
            return Split((centres[y] + self.spread * z).float(), y)

        return StimulusSet(
            draw(self.train, for_train),
            draw(self.test, for_test) if self.test else None,
            classes=tuple(f"cluster {k}" for k in range(self.clusters)),
            copy="generated",
            source=str(self),
            truth={"centres": centres.float()},
        )

    def _centres(self, rng: torch.Generator) -> Tensor:
        """(clusters, inputs) in float64."""
        raw = torch.randn(self.clusters, self.inputs, generator=rng, dtype=torch.float64)
        raw -= raw.mean(0)
        if self.clusters == 1:
            return raw
        return raw * (self.separation * self.spread / torch.pdist(raw).min())

    def shape(self, root: Path) -> Shape:
        """(inputs,)."""
        return (self.inputs,)


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [GaussianClusters]
