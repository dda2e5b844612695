"""Reproducible numbers and the tolerances of comparisons."""

import torch
from torch.testing import assert_close


def normal(*shape, seed=0, dtype=torch.float64):
    """Independent standard normal numbers; every seed gives others."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def assert_near(actual, expected, relative=1e-10):
    """Every entry is within `relative` of the largest expected one (float64 unless told)."""
    expected = torch.as_tensor(expected)
    assert actual.shape == expected.shape, f"{tuple(actual.shape)} and {tuple(expected.shape)}"
    scale = max(float(expected.abs().max()) if expected.numel() else 0.0, 1e-300)
    assert_close(actual.double() / scale, expected.double() / scale, rtol=0, atol=relative)
