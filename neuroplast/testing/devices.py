"""The GPU that some checks ask for."""

import torch

from neuroplast.testing.asking import NotApplicable

NO_GPU = "no CUDA GPU is seen here; ask again on a machine that has one"


def need_gpu() -> None:
    """NotApplicable where there is no GPU to compare with."""
    if not torch.cuda.is_available():
        raise NotApplicable(NO_GPU)
