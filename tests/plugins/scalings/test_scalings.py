import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast import NotFiniteError
from neuroplast_plugins.scalings.largest import Largest
from neuroplast_plugins.scalings.mean import Mean
from neuroplast_plugins.scalings.mean_over_wins import MeanOverWins
from neuroplast_plugins.scalings.sum import Sum


def change(view):
    return view.outer(view.g) - view.decay(view.g)


def test_sum_leaves_the_change():
    view = dense_view(normal(2, 3), normal(4, 3), normal(4, 2, seed=1))
    assert torch.equal(Sum().scale(change(view), view).tensor(), change(view).tensor())


def test_mean_divides_by_stimuli():
    view = dense_view(torch.zeros(1, 1), torch.tensor([[1.0], [2.0], [6.0]]), torch.ones(3, 1))
    assert_close(Mean().scale(view.outer(view.g), view).tensor(), torch.tensor([[3.0]]))


def test_mean_divides_by_stimuli_and_positions():
    w, x = torch.zeros(1, 1, 2, 2), torch.ones(3, 1, 4, 5)
    view = conv_view(w, x, torch.ones(3, 1, 3, 4))  # 36 times the same patch
    assert_close(Mean().scale(view.outer(view.g), view).tensor(), torch.ones(1, 1, 2, 2))


def test_mean_does_not_depend_on_how_often_a_batch_is_repeated():
    x, g, w = normal(4, 3), normal(4, 2, seed=1), normal(2, 3, seed=2)
    once, thrice = (dense_view(w, x.repeat(n, 1), g.repeat(n, 1)) for n in (1, 3))
    scaled = [Mean().scale(change(view), view).tensor() for view in (once, thrice)]
    assert_near(scaled[1], scaled[0])


def test_a_neuron_moves_to_the_mean_of_what_it_won():
    x = torch.tensor([[1.0], [2.0], [6.0]])
    g = torch.tensor([[1.0, 0.0, -2.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    view = dense_view(torch.zeros(3, 1), x, g)
    scaled = MeanOverWins().scale(view.outer(view.g), view).tensor()
    # (1 + 6) over two wins; never active; a loser that learns, over one though it won nothing
    assert_close(scaled, torch.tensor([[3.5], [0.0], [-2.0]]))


def test_wins_are_counted_at_every_position():
    g = torch.tensor([[[[1.0, 0.0], [1.0, 1.0]]]])
    view = conv_view(torch.zeros(1, 1, 1, 1), torch.tensor([[[[1.0, 9.0], [2.0, 6.0]]]]), g)
    scaled = MeanOverWins().scale(view.outer(view.g), view).tensor()
    assert_close(scaled.flatten(), torch.tensor([3.0]))  # (1 + 2 + 6) / 3


def test_largest_by_hand():
    view = dense_view(torch.zeros(2, 2), torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, -4.0]]))
    # Δ = [1 2; -4 -8], whose largest magnitude is 8, in a negative entry
    scaled = Largest().scale(view.outer(view.g), view).tensor()
    assert_close(scaled, torch.tensor([[0.125, 0.25], [-0.5, -1.0]]))


def test_largest_of_a_positive_entry():
    view = dense_view(torch.zeros(1, 2), torch.tensor([[-1.0, 5.0]]), torch.ones(1, 1))
    assert_close(Largest().scale(view.outer(view.g), view).tensor(), torch.tensor([[-0.2, 1.0]]))


def test_no_change_stays_none():
    view = dense_view(torch.ones(2, 2), torch.zeros(3, 2), torch.zeros(3, 2))
    assert torch.equal(Largest().scale(change(view), view).tensor(), torch.zeros(2, 2))


def test_a_tiny_change_is_brought_to_one_too():
    view = dense_view(torch.zeros(1, 2), torch.tensor([[1e-20, 2e-20]]), torch.ones(1, 1))
    scaled = Largest().scale(view.outer(view.g), view).tensor()
    assert_close(scaled, torch.tensor([[0.5, 1.0]]))


@given(seed=st.integers(0, 10_000), size=st.floats(1e-6, 1e6))
def test_largest_forgets_the_size_of_the_activity(seed, size):
    w, x, g = normal(3, 2, 3, 3, seed=seed), normal(2, 2, 5, 5, seed=seed + 1), normal(2, 3, 3, 3)
    w = w.contiguous(memory_format=torch.channels_last)
    plain, scaled = (conv_view(w, x, g * s) for s in (1.0, size))
    result = Largest().scale(change(scaled), scaled).tensor()
    assert_near(result, Largest().scale(change(plain), plain).tensor(), 1e-9)
    assert float(result.abs().max()) == pytest.approx(1)
    assert_near(result * change(scaled).tensor().abs().max(), change(scaled).tensor())


def test_the_largest_entry_is_the_layers_not_the_neurons():
    view = dense_view(torch.zeros(2, 1), torch.tensor([[1.0]]), torch.tensor([[1.0, 10.0]]))
    assert_close(Largest().scale(view.outer(view.g), view).tensor(), torch.tensor([[0.1], [1.0]]))


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("place", [(0, 0), (3, 2)])
def test_largest_sees_a_change_that_is_not_finite(wrong, place):
    x = torch.ones(4, 3)
    x[place] = wrong
    view = dense_view(torch.ones(2, 3), x, torch.ones(4, 2))
    with pytest.raises(NotFiniteError, match="not finite"):
        Largest().scale(view.outer(view.g), view)


def test_scalings_leave_weights_and_activities():
    w, x, g = normal(2, 3), normal(4, 3), normal(4, 2, seed=1)
    kept = [t.clone() for t in (w, x, g)]
    view = dense_view(w, x, g)
    for scaling in (Sum(), Mean(), Largest()):
        scaling.scale(change(view), view).tensor()
    assert all(torch.equal(a, b) for a, b in zip((w, x, g), kept, strict=True))
