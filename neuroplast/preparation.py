"""The stimuli of a run, and the way from them to what the first layer sees."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.features import fits
from neuroplast.network import as_float
from neuroplast.parts.preprocessing import Preprocessing
from neuroplast.parts.stimuli import Split
from neuroplast.scenario import Scenario
from neuroplast.streams import stream


@dataclass
class Parts:
    """The stimuli of a run: what is learnt from, and what read-outs are scored on."""

    train: Split
    scored: dict[str, Split] = field(default_factory=dict)
    classes: int = 0

    def on(self, device: torch.device) -> Parts:
        """The same on a device, but for those that would take more than half of what is free there."""
        scored = {name: _on(device, split) for name, split in self.scored.items()}
        return Parts(_on(device, self.train), scored, self.classes)


def _on(device: torch.device, split: Split) -> Split:
    if device.type == split.x.device.type or not fits(split.x.nbytes, device):
        return split
    return Split(split.x.to(device), None if split.y is None else split.y.to(device))


class Preparation:
    """Each preprocessing is fitted once, on what those before it make of the training stimuli.

    Those for training alone, which augment, are left out there.
    """

    def __init__(self, scenario: Scenario, train: Split, seed: int, device: torch.device) -> None:
        self.seed, self.device = seed, device
        self.augments = any(part.when == "train" for part in scenario.preprocessing)
        self._memories: list[tuple[Preprocessing, State]] = []
        for i, part in enumerate(scenario.preprocessing):
            fitted = part.fit(self(train.x, "score") if i else as_float(train.x.to(device)))
            memory = State({name: tensor.to(device) for name, tensor in fitted.items()})
            self._memories.append((part, memory))

    def __call__(self, x: Tensor, part: str, step: int = 0) -> Tensor:
        """Stimuli on the device, as floats, preprocessed. `part` is "train" where they are learnt from."""
        x = as_float(x.to(self.device))
        for i, (preprocessing, memory) in enumerate(self._memories):
            if preprocessing.when == "always" or part == "train":
                rng = stream(self.seed, f"preprocessing.{i}.step{step}")
                x = preprocessing.apply(x, memory, rng)
        return x
