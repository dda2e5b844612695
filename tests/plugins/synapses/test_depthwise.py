import pytest
import torch
from torch.testing import assert_close

from neuroplast import ConfigurationError
from neuroplast_plugins.synapses.depthwise import Depthwise


def test_neuron_c_m_plus_q_sees_channel_c_alone():
    synapse = Depthwise(kernel=1, multiplier=2)
    assert synapse.weight_shape((3, 4, 4)) == (6, 1, 1, 1)
    assert synapse.output_shape((3, 4, 4)) == (6, 4, 4)
    w = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).view(6, 1, 1, 1)
    x = torch.tensor([10.0, 100.0, 1000.0]).view(1, 3, 1, 1)
    u = synapse.drive(x, w)
    assert_close(u.flatten(), torch.tensor([10.0, 20.0, 300.0, 400.0, 5000.0, 6000.0]))
    dw = synapse.outer(torch.ones(1, 6, 1, 1), x, w)
    assert_close(dw.flatten(), torch.tensor([10.0, 10.0, 100.0, 100.0, 1000.0, 1000.0]))


def test_a_channel_at_rest_teaches_its_own_neurons_nothing():
    synapse = Depthwise(kernel=3)
    x = torch.ones(2, 3, 5, 5)
    x[:, 1] = 0
    w = torch.ones(synapse.weight_shape((3, 5, 5)))
    dw = synapse.outer(torch.ones(2, 3, 5, 5), synapse.prepare(x), w)
    assert (dw[1] == 0).all()
    assert (dw[[0, 2]] == 50).all()  # reflected ones at 2 x 25 positions


def test_inputs_that_do_not_fit_are_refused():
    with pytest.raises(ConfigurationError, match=r"depthwise: needs an input .* found \(4,\)"):
        Depthwise(kernel=3).weight_shape((4,))
    with pytest.raises(ConfigurationError, match=r"^depthwise: a field of 5 pixels does not fit"):
        Depthwise(kernel=5, padding=0).output_shape((2, 4, 4))
    with pytest.raises(ConfigurationError, match=r"^depthwise: a field of 5 pixels does not fit"):
        Depthwise(kernel=5, padding=0).output_shape((2, 9, 4))
