import pytest
import torch
from torch.testing import assert_close

from neuroplast import ConfigurationError
from neuroplast_plugins.signals.reward import Reward
from neuroplast_plugins.signals.teacher import Teacher


def test_teacher_by_hand():
    t = Teacher().signal(torch.tensor([2, 0]), torch.full((2, 3), 9.0))
    assert_close(t, torch.tensor([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))


def test_teacher_has_no_positions():
    assert Teacher().signal(torch.tensor([1]), torch.zeros(1, 3, 4, 4)).shape == (1, 3)


def test_reward_by_hand():
    y = torch.tensor([[0.1, 0.9], [0.1, 0.9], [-1.0, -2.0]])
    labels = torch.tensor([1, 0, 0])
    assert_close(Reward().signal(labels, y), torch.tensor([1.0, -1.0, 1.0]))
    assert_close(Reward(correct=2.0, wrong=0.0).signal(labels, y), torch.tensor([2.0, 0.0, 2.0]))


def test_the_mean_over_positions_answers():
    """Neuron 0 has the largest response of all, neuron 1 the largest mean: 5/2 against 3."""
    y = torch.tensor([[[[5.0, 0.0]], [[3.0, 3.0]]]])
    assert_close(Reward().signal(torch.tensor([1]), y), torch.tensor([1.0]))
    assert_close(Reward().signal(torch.tensor([0]), y), torch.tensor([-1.0]))


def test_of_equal_responses_the_first_answers():
    y = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    assert_close(Reward().signal(torch.tensor([0, 1]), y), torch.tensor([1.0, -1.0]))


@pytest.mark.parametrize("signal", [Teacher(), Reward()])
def test_labels_without_a_neuron_are_refused(signal):
    with pytest.raises(
        ConfigurationError, match=rf"{signal.kind}: the label 3 has no neuron .* of 3"
    ):
        signal.signal(torch.tensor([0, 3, 1]), torch.zeros(3, 3))
    with pytest.raises(ConfigurationError, match="the label -1 has no neuron"):
        signal.signal(torch.tensor([0, -1, 1]), torch.zeros(3, 3))
    assert len(signal.signal(torch.tensor([], dtype=torch.long), torch.zeros(0, 3))) == 0
