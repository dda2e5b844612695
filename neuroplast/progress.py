"""How far a phase has come: what schedules may depend on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Position in a phase. `step` counts batches from 0 to `steps` - 1, `epoch` passes from 0 to `epochs` - 1."""

    step: int = 0
    steps: int = 1
    epoch: int = 0
    epochs: int = 1
