"""The random streams of the whole process, which no built-in part draws from, though somebody's plugin may."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

Tree = dict[str, Any]


def state() -> Tree:
    """Where torch, numpy and Python are in theirs, as tensors, numbers and texts."""
    kind, keys, position, has_gauss, gauss = np.random.get_state()  # noqa: NPY002
    version, inner, following = random.getstate()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": {
            "kind": str(kind),
            "keys": torch.from_numpy(np.asarray(keys, np.int64)),
            "position": int(position),
            "has_gauss": int(has_gauss),
            "gauss": float(gauss),
        },
        "python": {
            "version": version,
            "state": torch.tensor(inner, dtype=torch.int64),
            "next": following,
        },
    }


@contextmanager
def undrawn() -> Iterator[list[str]]:
    """Undo what is drawn on the host meanwhile; the list then names whose streams that was."""
    before, moved = state(), list[str]()
    before["cuda"] = []
    try:
        yield moved
    finally:
        now = state()
        own = ("torch", "numpy", "python")
        moved += [
            f"the random stream of {name}" for name in own if not _same(now[name], before[name])
        ]
        load_state(before)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping):
        return all(_same(value, other[name]) for name, value in one.items())
    return bool(one.equal(other)) if isinstance(one, torch.Tensor) else bool(one == other)


def load_state(tree: Mapping[str, Any]) -> None:
    """Go on from there."""
    torch.set_rng_state(tree["torch"])
    for number, kept in enumerate(tree["cuda"][: torch.cuda.device_count()]):
        torch.cuda.set_rng_state(kept, number)
    own = tree["numpy"]
    keys = own["keys"].numpy().astype(np.uint32)
    np.random.set_state(  # noqa: NPY002
        (own["kind"], keys, own["position"], own["has_gauss"], own["gauss"])
    )
    python = tree["python"]
    random.setstate((python["version"], tuple(python["state"].tolist()), python["next"]))
