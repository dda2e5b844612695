"""What is claimed of constraints that take synapses away and let others grow: what is there before, and after."""

from typing import Any

import torch
from torch import Tensor

from neuroplast import Layer


def set_up(layer: Layer, w: Any, **memory: Any) -> None:
    """Give a layer weights, and its first constraint what it remembers."""
    layer.w.copy_(torch.as_tensor(w))
    for name, values in memory.items():
        layer.state[f"constraints.0.{name}"].copy_(torch.as_tensor(values))


def hold_replaced(layer: Layer, w: Any, present: Any, replaced: int) -> None:
    """Hold what there is after a replacement, and that all is counted, and begun anew."""
    kept: dict[str, Tensor] = {
        name: layer.state[f"constraints.0.{name}"]
        for name in ("present", "activity", "steps", "pruned", "grown")
    }
    assert torch.equal(layer.w, torch.tensor(w))
    assert torch.equal(kept["present"], torch.tensor(present))
    assert int(kept["pruned"]) == int(kept["grown"]) == replaced
    assert not bool(kept["activity"].any() | kept["steps"].any())
    assert int(layer.projections[0].corrected) == replaced
