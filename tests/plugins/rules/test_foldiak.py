import pytest
import torch
from pydantic import ValidationError
from support.numbers import assert_near
from support.views import dense_view

from neuroplast_plugins.rules.foldiak import Foldiak

BOTH = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def change(y, p):
    """Of the weights of a layer onto itself, with activity y (stimuli, neurons)."""
    y = torch.tensor(y, dtype=torch.float64)
    return Foldiak(p=p).delta(dense_view(torch.zeros(2, 2).double(), y, y)).tensor()


def test_delta_by_hand():
    """Both active: -(1 - 1/64). One: 1/64. As printed, with p = 1/8."""
    assert_near(change([[1.0, 1.0]], 0.125)[0, 1], torch.tensor(-63 / 64))
    assert_near(change([[1.0, 0.0]], 0.125)[0, 1], torch.tensor(1 / 64))
    assert_near(change([[1.0, 1.0], [1.0, 0.0]], 0.125)[1, 0], torch.tensor(-62 / 64))


def test_neurons_active_together_by_chance_rest():
    """Each active in half of the stimuli, both in a quarter."""
    dw = change(BOTH, 0.5)
    assert dw[0, 1] == dw[1, 0] == 0
    assert change([*BOTH, [1.0, 1.0]], 0.5)[0, 1] < 0
    assert change([*BOTH, [1.0, 0.0]], 0.5)[0, 1] > 0


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1])
def test_a_neuron_that_is_never_or_always_active_is_no_target(p):
    with pytest.raises(ValidationError):
        Foldiak(p=p)
