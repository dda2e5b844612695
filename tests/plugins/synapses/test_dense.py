import pytest
import torch
from pydantic import ValidationError
from torch.testing import assert_close

from neuroplast_plugins.synapses.dense import Dense


def test_by_hand():
    synapse, w = Dense(neurons=2), torch.tensor([[1.0, 2.0], [3.0, -4.0]])
    x = torch.tensor([[5.0, 6.0], [1.0, 0.0]])
    assert_close(synapse.drive(x, w), torch.tensor([[17.0, -9.0], [1.0, 3.0]]))
    post = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    # neuron 0: 1·[5 6] + 3·[1 0]     neuron 1: 2·[5 6] + 4·[1 0]
    assert_close(synapse.outer(post, x, w), torch.tensor([[8.0, 6.0], [14.0, 12.0]]))


def test_images_are_flattened_channels_first():
    x = torch.arange(24.0).view(1, 2, 3, 4)
    synapse = Dense(neurons=5)
    assert torch.equal(synapse.prepare(x), torch.arange(24.0).view(1, 24))
    last = x.contiguous(memory_format=torch.channels_last)
    assert torch.equal(synapse.prepare(last), torch.arange(24.0).view(1, 24))
    assert synapse.weight_shape((2, 3, 4)) == (5, 24)
    assert synapse.output_shape((2, 3, 4)) == (5,)


def test_needs_a_neuron():
    with pytest.raises(ValidationError):
        Dense(neurons=0)
