import pytest
import torch
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast import ConfigurationError, build_layer
from neuroplast_plugins.rules.softhebb import SoftHebb
from neuroplast_plugins.rules.softhebb_clamped import SoftHebbClamped


def test_delta_by_hand():
    w, x = torch.tensor([[0.5, 1.0], [2.0, 0.0]]), torch.tensor([[1.0, 2.0]])
    view = dense_view(
        w, x, g=torch.tensor([[9.0, 9.0]]), signals={"teacher": torch.tensor([[0.0, 1.0]])}
    )
    # u = [2.5 2]: nothing for neuron 0, [1 2] - 2·[2 0] for neuron 1, whatever g is
    assert_close(SoftHebbClamped().delta(view).tensor(), torch.tensor([[0.0, 0.0], [-3.0, 2.0]]))


def test_is_softhebb_with_the_signal_at_every_position():
    w, x, t = normal(3, 2, 3, 3), normal(2, 2, 5, 5, seed=1), normal(2, 3, seed=2)
    clamped = conv_view(w, x, signals={"label": t})
    as_g = conv_view(w, x, g=t[:, :, None, None].expand(2, 3, 3, 3))
    assert_near(
        SoftHebbClamped(signal="label").delta(clamped).tensor(), SoftHebb().delta(as_g).tensor()
    )


def head(**entries):
    return build_layer(
        (2,),
        synapse={"kind": "dense", "neurons": 2},
        rule="softhebb_clamped",
        scaling="mean",
        rate={"kind": "constant", "eta": 0.2},
        **entries,
    )


def test_each_neuron_comes_to_the_mean_direction_of_its_class():
    x = torch.tensor([[3.0, 1.0], [3.0, -1.0], [-1.0, 4.0], [1.0, 4.0]])
    layer = head(signals={"teacher": "teacher"})
    for _ in range(200):
        layer.learn(x, torch.tensor([0, 0, 1, 1]))
    assert_close(layer.w, torch.eye(2), atol=1e-4, rtol=0)


def test_a_layer_without_the_signal_is_refused():
    with pytest.raises(ConfigurationError, match="softhebb_clamped: reads the signal 'teacher'"):
        head()
