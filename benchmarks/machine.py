"""The machine and the versions that a benchmark ran with, in one line."""

import os
import platform
from importlib import metadata
from pathlib import Path

import torch


def describe() -> str:
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(
            line.partition(":")[2].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        pass
    return (
        f"{model}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, "
        f"Python {platform.python_version()}, torch {torch.__version__}"
    )


def versions(*packages: str) -> str:
    return ", ".join(f"{name} {metadata.version(name)}" for name in packages)
