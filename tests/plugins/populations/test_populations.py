"""Each population by hand, in one file: they are one line each."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast import registry
from neuroplast_plugins.populations.binary_threshold import BinaryThreshold
from neuroplast_plugins.populations.excitatory_inhibitory import ExcitatoryInhibitory
from neuroplast_plugins.populations.linear import Linear
from neuroplast_plugins.populations.relu import Relu
from neuroplast_plugins.populations.repu import Repu
from neuroplast_plugins.populations.sigmoid import Sigmoid
from neuroplast_plugins.populations.softmax import Softmax
from neuroplast_plugins.populations.tanh import Tanh
from neuroplast_plugins.populations.triangle import Triangle
from neuroplast_plugins.populations.winners import Winners

V = torch.tensor([[-2.0, 0.0, 1.0, 3.0]])


def test_linear_is_the_drive():
    assert torch.equal(Linear().respond(V, None), V)


def test_relu_by_hand():
    assert_close(Relu().respond(V, None), torch.tensor([[0.0, 0.0, 1.0, 3.0]]))


def test_repu_by_hand():
    assert_close(Repu(power=2).respond(V, None), torch.tensor([[0.0, 0.0, 1.0, 9.0]]))
    half = Repu(power=0.5).respond(torch.tensor([[-4.0, 0.0, 4.0]]), None)
    assert_close(half, torch.tensor([[0.0, 0.0, 2.0]]))


def test_repu_of_power_one_is_relu():
    v = normal(3, 4, 2, 2)
    assert torch.equal(Repu(power=1).respond(v, None), Relu().respond(v, None))


def test_triangle_by_hand():
    # the mean is 0.5: above it 0.5 and 2.5
    assert_close(Triangle().respond(V, None), torch.tensor([[0.0, 0.0, 0.5, 2.5]]))
    squared = Triangle(power=2).respond(V, None)
    assert_close(squared, torch.tensor([[0.0, 0.0, 0.25, 6.25]]))


def test_triangle_takes_the_mean_over_channels_at_each_position():
    v = torch.tensor([[[[1.0, 10.0]], [[3.0, -10.0]], [[2.0, 9.0]]]])  # means 2 and 3
    y = Triangle(power=0.5).respond(v, None)
    expected = torch.tensor([[[[0.0, 7.0]], [[1.0, 0.0]], [[0.0, 6.0]]]]).sqrt()
    assert_close(y, expected)


@given(seed=st.integers(0, 10_000), shift=st.floats(-10, 10))
def test_triangle_does_not_feel_a_common_drive(seed, shift):
    v = normal(2, 5, 3, seed=seed)
    y = Triangle(power=1.4).respond(v, None)
    assert_near(Triangle(power=1.4).respond(v + shift, None), y, 1e-8)


def test_triangle_of_equal_drives_is_silent():
    assert (Triangle(power=0.7).respond(torch.full((2, 4, 3, 3), 5.0), None) == 0).all()
    assert (Triangle().respond(torch.full((2, 1, 3, 3), 5.0), None) == 0).all()  # one neuron


def test_softmax_by_hand():
    v = torch.log(torch.tensor([[1.0, 2.0, 5.0]]))
    assert_close(Softmax().respond(v, None), torch.tensor([[0.125, 0.25, 0.625]]))
    squared = Softmax(inverse_temperature=2).respond(v, None)
    assert_close(squared, torch.tensor([[1.0, 4.0, 25.0]]) / 30)


def test_softmax_runs_over_channels_and_stands_any_drive():
    y = Softmax().respond(normal(2, 3, 4, 5) * 1e6, None)
    assert_close(y.sum(1), torch.ones(2, 4, 5, dtype=y.dtype))


def test_winners_answer_with_their_plasticity_activity():
    g = torch.tensor([[0.0, 0.0, -1.0, 3.0]])
    assert torch.equal(Winners().respond(V, g), g)
    assert Winners.reads_g


def test_tanh_by_hand():
    half = torch.log(torch.tensor([[3.0]])) / 2  # e^2v is 3: (3 - 1) / (3 + 1)
    assert_close(Tanh().respond(torch.cat([half, -half]), None), torch.tensor([[0.5], [-0.5]]))


def test_sigmoid_by_hand():
    v = torch.log(torch.tensor([[1.0, 3.0, 1 / 9]]))
    assert_close(Sigmoid().respond(v, None), torch.tensor([[0.5, 0.75, 0.1]]))
    assert_close(Sigmoid(slope=2).respond(v, None), torch.tensor([[0.5, 0.9, 1 / 82]]))
    assert_close(Sigmoid(midpoint=2).respond(v + 2, None), torch.tensor([[0.5, 0.75, 0.1]]))


def test_a_binary_neuron_is_on_above_its_threshold_not_at_it():
    assert torch.equal(BinaryThreshold().respond(V, None), torch.tensor([[0.0, 0.0, 1.0, 1.0]]))
    at_one = BinaryThreshold(threshold=1).respond(V, None)
    assert torch.equal(at_one, torch.tensor([[0.0, 0.0, 0.0, 1.0]]))


def test_both_groups_respond_alike_and_differ_in_sign():
    part = ExcitatoryInhibitory(excitatory=0.5, power=2)
    assert_close(part.respond(V, None), torch.tensor([[0.0, 0.0, 1.0, 9.0]]))
    assert part.signs(4) == [1, 1, -1, -1]


@pytest.mark.parametrize(
    ("share", "n", "exciting"), [(0.8, 10, 8), (0.8, 4, 3), (0, 3, 0), (1, 3, 3)]
)
def test_the_share_that_excites_comes_first(share, n, exciting):
    signs = ExcitatoryInhibitory(excitatory=share).signs(n)
    assert signs == [1] * exciting + [-1] * (n - exciting)


POPULATIONS = {e.part.kind: e.part for e in registry.current().entries("population")}


@pytest.mark.parametrize("kind", POPULATIONS)
def test_neurons_positions_and_stimuli_keep_their_places(kind):
    part, (v, g) = POPULATIONS[kind](), normal(2, 4, 6, 3, 5)
    kept = v.clone(), g.clone()
    y = part.respond(v, g)
    assert y.shape == v.shape
    assert y.dtype == v.dtype
    for dim in range(4):
        order = torch.arange(v.shape[dim]).flip(0)
        reordered = part.respond(v.index_select(dim, order), g.index_select(dim, order))
        assert_near(reordered, y.index_select(dim, order))
    assert torch.equal(v, kept[0])
    assert torch.equal(g, kept[1])


@pytest.mark.parametrize("kind", POPULATIONS)
def test_says_truly_whether_it_answers_below_zero_and_reads_g(kind):
    part, (v, g) = POPULATIONS[kind](), normal(2, 50, 6)
    y = part.respond(v, g)
    assert bool((y < 0).any()) == part.signed
    assert torch.equal(part.respond(v, g + 1), y) != part.reads_g
