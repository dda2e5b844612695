import pytest
import torch
from pydantic import ValidationError
from support.numbers import assert_near, normal
from support.remembering import changes, memory
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast_plugins.rules.bcm import Bcm


def known(theta, seen=0.0):
    return memory(theta=theta, seen=seen)


def test_two_steps_by_hand():
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64)
    kept = known([1.0])
    view = dense_view(
        torch.zeros(1, 2).double(), x, torch.tensor([[2.0], [4.0]]).double(), memory=kept
    )
    first, second = changes(Bcm(time_constant=2), view, view)
    assert_near(first, torch.tensor([[38.0, -8.0]]))  # 2·(2 - 1)·[1 2] + 4·(4 - 1)·[3 -1]
    # θ went 3/4 of the way from 1 to (4 + 16)/2 = 10, to 7.75: 2·(-5.75)·[1 2] + 4·(-3.75)·[3 -1]
    assert_near(second, torch.tensor([[-56.5, -8.0]]))
    assert_close(kept.seen, torch.tensor(4.0).double())


def test_the_threshold_is_over_positions_too():
    kept, y = known([0.0]), torch.tensor([[[[1.0, 2.0, 5.0]]]], dtype=torch.float64)
    w, x = torch.zeros(1, 1, 1, 1).double(), torch.ones(1, 1, 1, 3).double()
    Bcm(time_constant=1).delta(conv_view(w, x, y, memory=kept))
    assert_close(kept.theta, torch.tensor([10.0]).double())  # (1 + 4 + 25) / 3
    assert_close(kept.seen, torch.tensor(1.0).double())


def test_a_neuron_selective_for_one_of_k_rests():
    """Orthogonal stimuli, equally often: y = K at one and 0 at the others, where θ = K²/K = K."""
    x, kept = torch.eye(4, dtype=torch.float64), known([4.0])
    selective = torch.tensor([[4.0, 0.0, 0.0, 0.0]]).double()
    view = dense_view(selective, x, memory=kept)
    assert (torch.stack(changes(Bcm(time_constant=10), view, view)) == 0).all()
    assert_close(kept.theta, torch.tensor([4.0]).double())
    stronger = dense_view(selective * 1.1, x, memory=known([4.0]))
    assert (
        float(Bcm().delta(stronger).tensor()[0, 0]) > 0
    )  # until θ has followed: 1.1² 4 = 4.84 > 4.4
    followed = dense_view(selective * 1.1, x, memory=known([4.84]))
    assert float(Bcm().delta(followed).tensor()[0, 0]) < 0


def test_becomes_selective():
    """From even weights, one neuron and four orthogonal stimuli: it ends with y = 4 at one of them alone."""
    x, kept = torch.eye(4, dtype=torch.float64), known([0.3])
    w = torch.tensor([[0.50, 0.53, 0.52, 0.51]]).double()
    rule = Bcm(time_constant=20)
    for _ in range(4000):
        y = (x @ w.T).clamp_min(0)
        (rule.delta(dense_view(w, x, y, memory=kept)) * 0.01).add_to(w)
    assert_close(
        (x @ w.T).clamp_min(0)[:, 0], torch.tensor([0.0, 4.0, 0.0, 0.0]).double(), atol=1e-2, rtol=0
    )


def test_while_warming_up_the_threshold_alone_learns_as_a_plain_mean():
    rule, kept = Bcm(warm_up=5), known([0.0])
    w, x = torch.zeros(1, 1).double(), torch.ones(3, 1).double()
    one = dense_view(w, x, torch.tensor([[1.0], [2.0], [3.0]]).double(), memory=kept)
    two = dense_view(w, x, torch.tensor([[0.0], [0.0], [4.0]]).double(), memory=kept)
    first, second = changes(rule, one, two)
    assert_close(kept.theta, torch.tensor([5.0]).double())  # (1 + 4 + 9 + 0 + 0 + 16) / 6
    assert (first == 0).all()
    assert (second == 0).all()  # three of five were seen before it
    (third,) = changes(rule, two)
    assert_near(third, torch.tensor([[-4.0]]))  # 4·(4 - 5)


def test_the_threshold_moves_as_far_in_one_batch_as_stimulus_by_stimulus():
    together, alone = known([1.0]), known([1.0])
    x, y = normal(8, 2), torch.full((8, 1), 3.0, dtype=torch.float64)
    Bcm().delta(dense_view(normal(1, 2), x, y, memory=together))
    for b in range(8):
        Bcm().delta(dense_view(normal(1, 2), x[b : b + 1], y[b : b + 1], memory=alone))
    assert_near(together.theta, alone.theta)


@pytest.mark.parametrize(
    "parameters", [{"warm_up": -1}, {"warm_up": 2**24 + 1}, {"time_constant": 0.9}]
)
def test_out_of_range(parameters):
    with pytest.raises(ValidationError):
        Bcm(**parameters)
