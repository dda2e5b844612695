"""On what a run computes, with how many threads, and how exactly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from neuroplast.errors import ConfigurationError
from neuroplast.precision import PRECISIONS, Precision

_MOST_THREADS = 1024
"""So many start anywhere; far more end the process without a word."""


@dataclass(frozen=True)
class Computing:
    """Where tensors live, and how exactly sums of products are computed.

    eager: whether every step is run one operation after another, though a GPU could replay it.
    """

    device: torch.device
    precision: Precision
    eager: bool = False


@contextmanager
def computing(
    device: str, threads: int | None, precision: str, eager: bool = False
) -> Iterator[Computing]:
    """Compute so for a while, then as before.

    device: by name; auto takes a GPU where there is one. threads: on the CPU; None for as many as there are.
    eager: see `Computing`.
    Raises ConfigurationError for what is not here.
    """
    with _threads_set(threads):
        where = _device(device)
        exactly = _precision(precision, where)
        with _products_set("tf32" if exactly == "tf32" else "ieee"):
            yield Computing(where, exactly, eager)


def _device(name: str) -> torch.device:
    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if name == "auto":
        return torch.device("cuda" if available["cuda"] else "cpu")
    if not available.get(name.partition(":")[0], False):
        here = ", ".join(n for n, there in available.items() if there)
        raise ConfigurationError(f"--device {name}: is not here; choose auto or {here}")
    return torch.device(name)


def _precision(name: str, device: torch.device) -> Precision:
    for known in PRECISIONS:
        if name == known and (name != "tf32" or device.type == "cuda"):
            return known
    if name in PRECISIONS:
        raise ConfigurationError(
            f"--precision {name}: is of GPUs, and this runs on {device}; choose fp32 or bf16"
        )
    raise ConfigurationError(f"--precision {name}: choose from {', '.join(PRECISIONS)}")


@contextmanager
def _threads_set(count: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    if count is not None:
        if not 1 <= count <= _MOST_THREADS:
            raise ConfigurationError(f"--threads {count}: must be from 1 to {_MOST_THREADS}")
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _products_set(way: str) -> Iterator[None]:
    """How a GPU multiplies float32; its convolutions round to TF32 unless they are told not to."""
    places = torch.backends.cuda.matmul, torch.backends.cudnn.conv  # type: ignore[attr-defined]
    before = [place.fp32_precision for place in places]
    for place in places:
        place.fp32_precision = way
    try:
        yield
    finally:
        for place, was in zip(places, before, strict=True):
            place.fp32_precision = was
