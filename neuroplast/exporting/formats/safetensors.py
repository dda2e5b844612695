"""safetensors: all state at one snapshot, in a format that holds tensors and no code."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from neuroplast.exporting.format import Format, Options
from neuroplast.exporting.state import flat_state, state_facts
from neuroplast.recording.recording import Recording


class Safetensors(Format):
    """Weights and all other state of every layer, as `layer1.w` and the like, in their own shapes and types."""

    name: ClassVar[str] = "safetensors"
    about: ClassVar[str] = "weights and all state at a snapshot"
    makes: ClassVar = "file"
    reads: ClassVar[frozenset[str]] = frozenset({"step"})
    needs: ClassVar[tuple[str, ...]] = ("safetensors",)
    extra: ClassVar[str] = "safetensors"

    def write(self, recording: Recording, place: Path, options: Options) -> None:
        """Write the snapshot."""
        from safetensors.torch import save_file

        save_file(flat_state(recording, options.step), place, state_facts(recording, options.step))


FORMAT = Safetensors()
