"""A plain torch file: all state at one snapshot, for programs that know torch and no neuroplast."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import torch

from neuroplast.exporting.format import Format, Options
from neuroplast.exporting.state import flat_state, state_facts
from neuroplast.recording.recording import Recording


class TorchState(Format):
    """A table of `state_dict` and `metadata`, which `torch.load(file, weights_only=True)` reads without running code.

    Weights lie as torch has them: (out, in) of a dense layer, (out, in / groups, height, width) of a convolution. It
    holds no modules: what a layer does beside its drive (normalisation, competition, dynamics) is no module of torch.
    """

    name: ClassVar[str] = "torch"
    about: ClassVar[str] = "weights and all state at a snapshot, for torch.load"
    makes: ClassVar = "file"
    reads: ClassVar[frozenset[str]] = frozenset({"step"})

    def write(self, recording: Recording, place: Path, options: Options) -> None:
        """Write the snapshot."""
        state, said = flat_state(recording, options.step), state_facts(recording, options.step)
        torch.save({"state_dict": state, "metadata": said}, place)


FORMAT = TorchState()
