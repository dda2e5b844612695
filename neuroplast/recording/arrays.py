"""Tensors as arrays that every reader of a file knows."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


def as_array(tensor: Tensor) -> Any:
    """A tensor as an array on the host: truth values as uint8, bfloat16 and half as float32.

    By NumPy, since this runs beside learning: whoever asks torch for a pass over much starts threads of its own, and
    with more of them than cores those of learning go to sleep between any two passes.
    """
    host = tensor.detach().cpu()
    if host.is_complex():
        raise ValueError("state with complex numbers cannot be recorded; split it into two tensors")
    if host.dtype == torch.bool:
        return host.view(torch.uint8).numpy()
    if host.dtype == torch.bfloat16:  # the upper half of a float32
        return (host.view(torch.int16).numpy().astype(np.int32) << 16).view(np.float32)
    if host.dtype == torch.float16:
        return host.numpy().astype(np.float32)
    known = not host.is_floating_point() or host.dtype in (torch.float32, torch.float64)
    return (host if known else host.float()).numpy()
