"""All state at one snapshot by flat names, for formats that hold tensors."""

from __future__ import annotations

import json

from torch import Tensor

from neuroplast.exporting.facts import facts, key
from neuroplast.recording.recording import Recording


def flat_state(recording: Recording, step: int | None) -> dict[str, Tensor]:
    """Every tensor as `<layer>.<name>`; a point in a layer's name is encoded, so the first one ends it."""
    state = recording.snapshot(step)
    return {
        f"{key(layer)}.{name}": tensor.contiguous()
        for layer, tensors in state.items()
        for name, tensor in tensors.items()
    }


def state_facts(recording: Recording, step: int | None) -> dict[str, str]:
    """What the run was, after which step the state was kept, and which layers there are, in order."""
    last = recording.snapshot_steps[-1] if recording.snapshot_steps else 0
    layers = json.dumps(list(recording.layers), ensure_ascii=False)
    return {**facts(recording), "step": str(last if step is None else step), "layers": layers}
