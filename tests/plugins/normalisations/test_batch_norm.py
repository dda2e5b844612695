import pytest
import torch
from support.numbers import normal
from torch import nn
from torch.testing import assert_close

from neuroplast import ConfigurationError
from neuroplast.component import State
from neuroplast_plugins.normalisations.batch_norm import BatchNorm


def memory(part, channels):
    declared = part.memories()
    return State({k: torch.full((channels,), m.init) for k, m in declared.items()})


def twin(channels, shape, **parameters):
    """torch's layer without learned scale and shift."""
    layer = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
    return layer(channels, affine=False, **parameters)


def test_by_hand():
    part = BatchNorm(epsilon=1.0)
    x = torch.tensor([[1.0, 0.0], [3.0, 4.0], [5.0, 8.0]])  # means 3 and 4
    state = memory(part, 2)
    y = part.normalise(x, state, adapting=True)
    # biased variances 8/3 and 32/3, so divided by √(11/3) and √(35/3)
    expected = (
        torch.tensor([[-2.0, -4.0], [0.0, 0.0], [2.0, 4.0]]) / torch.tensor([11 / 3, 35 / 3]).sqrt()
    )
    assert_close(y, expected)
    # a tenth of the way from 0 and 1 to the means and the unbiased variances 4 and 16
    assert_close(state.mean, torch.tensor([0.3, 0.4]))
    assert_close(state.variance, torch.tensor([1.3, 2.5]))


@pytest.mark.parametrize("shape", [(3,), (3, 4, 5)], ids=["dense", "images"])
@pytest.mark.parametrize("momentum", [0.1, 0.5, 1.0])
def test_equals_torch_over_several_batches_and_frozen(shape, momentum):
    part, other = BatchNorm(momentum=momentum), twin(3, shape, momentum=momentum)
    state = memory(part, 3)
    scale = torch.tensor([1.0, 10.0, 0.1]).view(3, *[1] * (len(shape) - 1))
    for batch in range(4):
        x = normal(6, *shape, seed=batch, dtype=torch.float32) * scale + scale
        assert_close(part.normalise(x, state, adapting=True), other(x))
        assert_close(state.mean, other.running_mean)
        assert_close(state.variance, other.running_var)
    other.eval()
    kept = state.mean.clone(), state.variance.clone()
    assert_close(part.normalise(x, state, adapting=False), other(x))
    assert torch.equal(state.mean, kept[0])
    assert torch.equal(state.variance, kept[1])


def test_statistics_are_over_stimuli_and_positions():
    part = BatchNorm()
    x = normal(7, 2, 5, 5, dtype=torch.float32) * 4 + 3
    y = part.normalise(x, memory(part, 2), adapting=True)
    assert_close(y.mean((0, 2, 3)), torch.zeros(2), rtol=0, atol=1e-5)
    assert_close(y.var((0, 2, 3), correction=0), torch.ones(2), rtol=0, atol=1e-4)


def test_the_frozen_form_uses_the_running_statistics():
    part = BatchNorm(epsilon=1e-12)
    state = State({"mean": torch.tensor([2.0]), "variance": torch.tensor([4.0])})
    y = part.normalise(torch.tensor([[2.0], [8.0]]), state, adapting=False)
    assert_close(y, torch.tensor([[0.0], [3.0]]))
    # one stimulus alone is no problem when frozen
    assert_close(
        part.normalise(torch.tensor([[0.0]]), state, adapting=False), torch.tensor([[-1.0]])
    )


def test_a_constant_channel_is_brought_to_zero():
    part = BatchNorm()
    y = part.normalise(torch.full((4, 1, 3, 3), 7.0), memory(part, 1), adapting=True)
    assert_close(y, torch.zeros(4, 1, 3, 3), rtol=0, atol=1e-3)  # rounding, over √epsilon


def test_a_new_memory_lets_the_input_through():
    part, x = BatchNorm(epsilon=1e-12), normal(3, 4, dtype=torch.float32)
    assert_close(part.normalise(x, memory(part, 4), adapting=False), x)


def test_the_input_is_left_as_it_is():
    part, x = BatchNorm(), normal(3, 4, dtype=torch.float32)
    kept = x.clone()
    part.normalise(x, memory(part, 4), adapting=True)
    assert torch.equal(x, kept)


def test_one_value_for_a_channel_has_no_variance():
    part = BatchNorm()
    with pytest.raises(ConfigurationError, match=r"batch_norm: .*batch"):
        part.normalise(torch.ones(1, 4), memory(part, 4), adapting=True)
    part.normalise(torch.ones(1, 4, 2, 1), memory(part, 4), adapting=True)  # two positions will do
