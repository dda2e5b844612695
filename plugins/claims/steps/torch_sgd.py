"""Steps beside those of torch.optim.SGD itself, whose documentation the claims of momentum are written from."""

from typing import Any

import torch
from torch.testing import assert_close

from neuroplast.testing import ladder


def hold_as_torch(step: Any, momentum: float, nesterov: bool) -> None:
    """Compare three steps of constant rate with those of torch.optim.SGD."""
    for setting in ladder():
        w, memory = setting.w(), setting.memory(step)
        theirs = torch.nn.Parameter(w.clone())
        sgd = torch.optim.SGD(
            [theirs],
            lr=0.25,
            momentum=momentum,
            weight_decay=step.weight_decay,
            nesterov=nesterov,
        )
        for n in range(3):
            view = setting.view(seed=10 * n)
            delta = view.outer(view.g)
            theirs.grad = -delta.tensor()
            sgd.step()
            step.apply(w, delta, 0.25, memory)
        assert_close(w, theirs.detach())
