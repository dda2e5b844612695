import torch
from torch.testing import assert_close

from neuroplast_plugins.effectives.none import AsTheyAre
from neuroplast_plugins.similarities.dot import Dot
from neuroplast_plugins.synapses.conv2d import Conv2d
from neuroplast_plugins.synapses.dense import Dense


def test_dot_by_hand():
    w, x = torch.tensor([[1.0, 2.0], [3.0, -4.0]]), torch.tensor([[5.0, 6.0]])
    assert_close(Dot().drive(Dense(neurons=2), x, w), torch.tensor([[17.0, -9.0]]))


def test_dot_at_every_position():
    w, x = torch.tensor([[[[1.0, 10.0]]]]), torch.tensor([[[[1.0, 2.0, 3.0]]]])
    synapse = Conv2d(neurons=1, kernel=1, padding=0)
    assert_close(Dot().drive(synapse, x, w[..., :1]), x)


def test_effective_weights_are_the_weights_themselves():
    w = torch.ones(2, 3)
    assert AsTheyAre().effective(w) is w
