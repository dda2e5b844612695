"""Neurons whose activity is their drive, u = v = w·x, for statements about where a rule leads."""

from dataclasses import replace

import torch
from torch import Tensor

from neuroplast import Rule
from neuroplast.testing import ladder


def cloud() -> Tensor:
    """Sixteen stimuli around zero: covariance 5 along (0.6, 0.8), 1.25 across it.

    Every combination of a·2·(0.6, 0.8) + b·(-0.8, 0.6), with a and b from -1.5, -0.5, 0.5, 1.5, whose mean square
    is (2.25 + 0.25) / 2 = 1.25.
    """
    steps = (-1.5, -0.5, 0.5, 1.5)
    points = [[1.2 * a - 0.8 * b, 1.6 * a + 0.6 * b] for a in steps for b in steps]
    return torch.tensor(points, dtype=torch.float64)


def numbers(*rows: list[float]) -> Tensor:
    """Rows of numbers in float64."""
    return torch.tensor(rows, dtype=torch.float64)


def change(
    rule: Rule,
    w: Tensor,
    x: Tensor,
    g: Tensor | None = None,
    memory: dict[str, Tensor] | None = None,
    **signals: Tensor,
) -> Tensor:
    """The summed change of w (post, pre) from stimuli x (stimuli, pre).

    g: w·x unless given, (stimuli, post). memory: by name, of what the rule remembers; afterwards all of it as it is
    after the step. signals: (stimuli,) or (stimuli, post).
    """
    u = (x @ w.T).unsqueeze(2)
    active = u if g is None else g.unsqueeze(2)
    smallest = next(ladder())
    synapse = smallest.synapse.model_copy(update={"neurons": len(w)})
    setting = replace(smallest, synapse=synapse, shape=(w.shape[1], 1), batch=len(x))
    view = setting.view(rule, x=x.unsqueeze(2), w=w, w_e=w, u=u, v=u, g=active)
    for name, values in (memory or {}).items():
        getattr(view.memory, name).copy_(values)
    dw = rule.delta(replace(view, signals={**view.signals, **signals})).tensor()
    if memory is not None:
        memory.update({name: getattr(view.memory, name) for name in rule.memories()})
    return dw


def settled(
    rule: Rule,
    w: Tensor,
    x: Tensor,
    g: Tensor | None = None,
    eta: float = 0.05,
    steps: int = 400,
    memory: dict[str, Tensor] | None = None,
) -> Tensor:
    """The weights after many small steps along the mean change, with whatever the rule remembers."""
    memory = {} if memory is None else memory
    for _ in range(steps):
        w = w + eta / len(x) * change(rule, w, x, g, memory)
    return w
