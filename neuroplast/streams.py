"""Named random streams: each from the run's seed and its own name, so that adding a part shifts no other."""

import hashlib

import torch


def stream(seed: int, name: str) -> torch.Generator:
    """A CPU generator for `name`, such as "layer1.init" or "learn.epoch3.order"."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)
