"""Read-outs and measures of a frozen network."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from neuroplast.errors import ConfigurationError
from neuroplast.features import CPU, ComputedFeatures, keep
from neuroplast.network import Network
from neuroplast.parts.readout import Advance, Classifier, FeatureSource
from neuroplast.parts.stimuli import Split
from neuroplast.precision import kept_in
from neuroplast.preparation import Parts, Preparation
from neuroplast.scenario import MeasureSpec, ReadoutSpec
from neuroplast.streams import stream


def _unheard(title: str) -> Advance:
    return lambda share: None


class Evaluation:
    """What a network is worth on the stimuli of a run.

    seed: of the read-outs' random numbers. advance: from what is being done to whom to tell which share of it is.
    """

    def __init__(
        self,
        network: Network,
        parts: Parts,
        prepare: Preparation,
        seed: int,
        advance: Callable[[str], Advance] = _unheard,
    ) -> None:
        self.network, self.parts, self.prepare, self.seed = network, parts, prepare, seed
        self._advance = advance

    def measure(self, spec: MeasureSpec) -> dict[str, float]:
        """What a measure says of the network and the training stimuli."""
        return spec.part.measure(self.network, self.prepare(self.parts.train.x, "measure"))

    def read_out(self, spec: ReadoutSpec) -> dict[str, float]:
        """Accuracy in percent on training, validation and test stimuli of a read-out fitted on the training ones."""
        name = spec.name or spec.part.kind
        where = self.network.device if spec.part.on_device else CPU
        train = self.features(self.parts.train, spec.layer, name, where)
        source = keep(train, self._advance(f"{name}: features"))
        rng = stream(self.seed, f"{name}.readout")
        classifier = spec.part.fit(source, self.parts.classes, rng, self._advance(f"{name}: fit"))
        scored: dict[str, FeatureSource] = {"train": source}
        for part, split in self.parts.scored.items():
            scored[part] = self.features(split, spec.layer, name, where)
        return {
            f"{part}_accuracy": accuracy(classifier, features, self._advance(f"{name}: {part}"))
            for part, features in scored.items()
        }

    def features(
        self, split: Split, layer: str | None, name: str, device: torch.device = CPU
    ) -> ComputedFeatures:
        """The features of a part, computed when asked for; the training part is not augmented here."""
        if split.y is None:
            raise ConfigurationError(
                f"readout {name}: needs labels, and these stimuli have none; leave it out"
            )
        size = self.network.features(self.prepare(split.x[:1], "score"), layer).shape[1]

        def compute(index: Tensor) -> Tensor:
            x = self.prepare(split.x[index.to(split.x.device)], "score")
            return self.network.features(x, layer, device=device)

        labels, dtype = split.y.to(device), kept_in(self.network.precision)
        return ComputedFeatures(compute, labels, size, dtype)


def accuracy(classifier: Classifier, source: FeatureSource, advance: Advance) -> float:
    """The share of stimuli, in percent, whose largest score is their class's; of equal ones the first counts."""
    right = done = 0
    for features, labels in source.blocks():
        right += int((classifier.scores(features).argmax(1) == labels).sum())
        done += len(labels)
        advance(done / len(source))
    return 100.0 * right / len(source)
