"""What belongs to the whole process, and so to no part: settings of torch and numpy, the current folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch


@dataclass(frozen=True)
class Switch:
    """One setting: how it is read, and how a value that was read is set again."""

    read: Callable[[], Any]
    write: Callable[[Any], object]


def _cudnn() -> tuple[bool, ...]:
    return tuple(getattr(torch.backends.cudnn, name) for name in _CUDNN)


def _set_cudnn(values: tuple[bool, ...]) -> None:
    for name, value in zip(_CUDNN, values, strict=True):
        setattr(torch.backends.cudnn, name, value)


def _set_device(device: torch.device) -> None:
    # None rather than the CPU, which would stay as a mode and slow every call down
    torch.set_default_device(None if device == torch.device("cpu") else device)


_CUDNN = ("enabled", "benchmark", "deterministic")

SWITCHES = {
    "torch.set_grad_enabled": Switch(torch.is_grad_enabled, torch.set_grad_enabled),
    "torch.set_default_dtype": Switch(torch.get_default_dtype, torch.set_default_dtype),
    "torch.set_default_device": Switch(torch.get_default_device, _set_device),
    "torch.set_num_threads": Switch(torch.get_num_threads, torch.set_num_threads),
    "torch.use_deterministic_algorithms": Switch(
        torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode
    ),
    "torch.set_float32_matmul_precision": Switch(
        torch.get_float32_matmul_precision, torch.set_float32_matmul_precision
    ),
    "torch.autograd.set_detect_anomaly": Switch(
        torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly
    ),
    "torch.backends.cudnn": Switch(_cudnn, _set_cudnn),
    "numpy.seterr": Switch(np.geterr, lambda errors: np.seterr(**errors)),
    "os.chdir": Switch(os.getcwd, os.chdir),
}
"""Each by the name under which code changes it."""


def settings() -> dict[str, Any]:
    """The settings as they are."""
    return {name: switch.read() for name, switch in SWITCHES.items()}


def changed(before: dict[str, Any]) -> list[str]:
    """The names of the settings that are others than before, with both values."""
    now = settings()
    return [
        f"{name} (was {value}, is {now[name]})"
        for name, value in before.items()
        if now[name] != value
    ]


@contextmanager
def kept() -> Iterator[None]:
    """Put every setting back afterwards, so that what one part does to the process does not reach the next."""
    before = settings()
    try:
        yield
    finally:
        now = settings()
        for name, value in before.items():
            if now[name] != value:
                SWITCHES[name].write(value)
