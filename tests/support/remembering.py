"""Rules with memory, asked again and again."""

import torch

from neuroplast import State


def memory(**values):
    """A memory of these values, in float64 where nothing else is said."""
    return State({k: torch.as_tensor(v, dtype=torch.float64) for k, v in values.items()})


def changes(rule, *views):
    """The change in each of some views in turn, which share their memory."""
    return [rule.delta(view).tensor() for view in views]
