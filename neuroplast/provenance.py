"""Where a run comes from: versions, machine, data and plugins, for the record."""

from __future__ import annotations

import platform
import socket
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from uuid import uuid4

import torch

import neuroplast
from neuroplast.computing import Computing
from neuroplast.recording.recorder import SourceFile
from neuroplast.registry import Registry
from neuroplast.scenario import Scenario

PACKAGES = ("torch", "torchvision", "numpy", "pluggy", "pydantic", "h5py")


def provenance(on: Computing) -> dict[str, str | int | float]:
    """All that may differ between two executions of the same scenario."""
    commit, dirty = _git()
    device = on.device
    return {
        "run_id": uuid4().hex,
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(sys.argv),
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "neuroplast": neuroplast.__version__,
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else str(device),
        "cpu_threads": torch.get_num_threads(),
        "precision": on.precision,
        "git_commit": commit,
        "git_dirty": dirty,
    }


def packages() -> tuple[str, ...]:
    """`name==version` of the packages that results may depend on."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name}=={version(name)}")
        except PackageNotFoundError:
            continue
    return (f"neuroplast=={neuroplast.__version__}", *found)


def part_labels(scenario: Scenario, known: Registry) -> tuple[str, ...]:
    """`kind:name==version` of every part that takes part."""
    labels = {known.get(part.family, part.kind).label for part in scenario.parts()}
    return tuple(sorted(labels))


def part_files(scenario: Scenario, known: Registry) -> tuple[SourceFile, ...]:
    """The local files that provide parts which take part, each once."""
    targets = dict.fromkeys(known.get(p.family, p.kind).plugin.target for p in scenario.parts())
    texts = {t: known.texts[t] for t in targets if t in known.texts}
    return tuple(SourceFile(Path(t).name, text) for t, text in texts.items())


def _git() -> tuple[str, str]:
    """The commit of the source checkout and whether it was changed since; empty where it is no checkout."""
    folder = Path(neuroplast.__file__).parents[1]
    if not (folder / ".git").exists():
        return "", ""
    try:
        commit, status = (
            subprocess.run(
                ["git", "-C", str(folder), *words],
                capture_output=True,
                text=True,
                timeout=5,
                check=True,
            )
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.SubprocessError):
        return "", ""
    return commit.stdout.strip(), "yes" if status.stdout.strip() else "no"
