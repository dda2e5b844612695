"""A sweep over everything that a synapse's geometry can be, small enough for scalar loops."""

from dataclasses import dataclass

import pytest
import torch

from neuroplast import Synapse
from neuroplast_plugins.synapses.conv2d import Conv2d
from neuroplast_plugins.synapses.dense import Dense
from neuroplast_plugins.synapses.depthwise import Depthwise
from support.numbers import normal


@dataclass(frozen=True)
class Case:
    """One synapse on one shape of input."""

    synapse: Synapse
    shape: tuple[int, ...]
    batch: int = 2

    def x(self, dtype=torch.float64, seed=1):
        """Stimuli, not yet prepared."""
        return normal(self.batch, *self.shape, seed=seed, dtype=dtype)

    def w(self, dtype=torch.float64, seed=2):
        """Weights in the synapse's own memory order."""
        shape = self.synapse.weight_shape(self.shape)
        return self.synapse.arrange(normal(*shape, seed=seed, dtype=dtype))

    def post(self, dtype=torch.float64, seed=3):
        """An activity of the drive's shape, unlike any other here."""
        shape = self.synapse.output_shape(self.shape)
        return normal(self.batch, *shape, seed=seed, dtype=dtype)


def conv(neurons=4, kernel=3, **parameters):
    return Conv2d(neurons=neurons, kernel=kernel, **parameters)


# Fewer positions than synapses, and more: on the CPU an outer product then goes another way.
CASES = {
    "dense": Case(Dense(neurons=3), (7,), batch=4),
    "dense one neuron": Case(Dense(neurons=1), (5,)),
    "dense one stimulus": Case(Dense(neurons=3), (5,), batch=1),
    "dense on images": Case(Dense(neurons=3), (2, 3, 4)),
    "conv same": Case(conv(), (2, 6, 6)),
    "conv same, few positions": Case(conv(), (5, 3, 3), batch=1),
    "conv, one position": Case(conv(padding=0), (4, 3, 3), batch=3),
    "conv, no padding": Case(conv(padding=0), (2, 6, 5)),
    "conv, padding 2": Case(conv(padding=2), (1, 5, 4)),
    "conv zeros": Case(conv(border="zeros"), (2, 5, 5)),
    "conv zeros, few positions": Case(conv(border="zeros"), (6, 3, 4), batch=1),
    "conv replicate": Case(conv(kernel=5, border="replicate"), (2, 5, 4)),
    "conv circular": Case(conv(kernel=5, border="circular"), (2, 5, 4)),
    "conv 1x1": Case(conv(kernel=1), (3, 3, 4)),
    "conv 1x1, few positions": Case(conv(kernel=1), (7, 2, 1)),
    "conv even": Case(conv(kernel=2, padding=0), (2, 5, 5)),
    "conv even, padding 1": Case(conv(kernel=4, padding=1), (2, 5, 6)),
    "conv even, few positions": Case(conv(kernel=4, padding=0), (4, 5, 5), batch=1),
    "conv stride 2": Case(conv(stride=2), (2, 7, 6)),
    "conv stride 3, rest": Case(conv(stride=3, padding=0), (2, 8, 7)),
    "conv stride over kernel": Case(conv(kernel=1, stride=2), (3, 5, 6)),
    "conv dilation 2": Case(conv(dilation=2), (2, 6, 7)),
    "conv dilation 2, few positions": Case(conv(dilation=2, padding=0), (6, 6, 5), batch=1),
    "conv stride 2, dilation 2": Case(conv(stride=2, dilation=2), (2, 8, 7)),
    "conv stride 3, dilation 2, rest": Case(conv(stride=3, dilation=2, padding=1), (1, 9, 8)),
    "conv groups 2": Case(conv(groups=2), (4, 5, 4)),
    "conv groups 2, few positions": Case(conv(groups=2), (8, 3, 3), batch=1),
    "conv groups, more neurons": Case(conv(neurons=6, groups=3), (3, 4, 4)),
    "conv groups 2, stride 2, dilation 2": Case(
        conv(groups=2, stride=2, dilation=2), (4, 7, 8), batch=1
    ),
    "conv one neuron": Case(conv(neurons=1), (2, 4, 4)),
    "depthwise, kernel 4": Case(Depthwise(kernel=4, padding=1), (2, 6, 7)),
    "depthwise, kernel 8": Case(Depthwise(kernel=8, padding=2, multiplier=2), (2, 9, 7)),
    "depthwise": Case(Depthwise(kernel=3), (3, 5, 5)),
    "depthwise, one stimulus": Case(Depthwise(kernel=5), (4, 3, 3), batch=1),
    "depthwise x 2": Case(Depthwise(kernel=3, multiplier=2), (3, 4, 5)),
    "depthwise even": Case(Depthwise(kernel=2, padding=1, border="zeros"), (3, 4, 4)),
    "depthwise stride 2, dilation 2": Case(
        Depthwise(kernel=3, multiplier=2, stride=2, dilation=2), (2, 7, 8)
    ),
    "depthwise circular": Case(Depthwise(kernel=3, border="circular"), (2, 4, 5)),
}

every_geometry = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())

LAYOUTS = {
    "contiguous": lambda x: x.contiguous(),
    "channels last": lambda x: x.movedim(1, -1).contiguous().movedim(-1, 1),
    "every other": lambda x: x.repeat_interleave(2, dim=0)[::2],
    "columns of a wider one": lambda x: x.repeat_interleave(2, dim=-1)[..., 1::2],
    "transposed": lambda x: x.transpose(0, -1).contiguous().transpose(0, -1),
}
"""Ways to hold the same numbers in memory."""

every_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
