"""Ridge regression against the normal equations and least squares, written out in NumPy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import normal
from torch.testing import assert_close

from neuroplast.features import KeptFeatures
from neuroplast_plugins.readouts.ridge import Ridge


def silent(share):
    pass


def data(n, size, classes=3, seed=0):
    x = normal(n, size, seed=seed, dtype=torch.float32) + 2.0
    return KeptFeatures(x, torch.arange(n) % classes)


def fitted(source, alpha, classes=3):
    return Ridge(alpha=alpha).fit(source, classes, torch.Generator(), silent)


def by_least_squares(source, alpha, classes=3):
    """The same problem as plain least squares: a column of ones for the bias, alpha as further rows."""
    x, y = source.array.double().numpy(), source.labels.numpy()
    n, size = x.shape
    rows = np.vstack(
        [
            np.hstack([x, np.ones((n, 1))]),
            np.hstack([alpha**0.5 * np.eye(size), np.zeros((size, 1))]),
        ]
    )
    targets = np.vstack([np.eye(classes)[y], np.zeros((size, classes))])
    solution, *_ = np.linalg.lstsq(rows, targets, rcond=None)
    return torch.from_numpy(solution[:-1].T), torch.from_numpy(solution[-1])


@pytest.mark.parametrize(("n", "size"), [(30, 5), (30, 30), (8, 20), (30, 1), (3, 40)])
@pytest.mark.parametrize("alpha", [1.0, 0.01, 50.0])
def test_it_is_least_squares_with_a_penalty(n, size, alpha):
    """More stimuli than features, as many, and fewer."""
    source = data(n, size)
    head = fitted(source, alpha)
    weight, bias = by_least_squares(source, alpha)
    assert_close(head.weight.double(), weight, rtol=1e-4, atol=1e-6)
    assert_close(head.bias.double(), bias, rtol=1e-4, atol=1e-6)


@given(seed=st.integers(0, 10_000), n=st.integers(3, 12), size=st.integers(1, 12))
def test_the_gradient_vanishes_at_the_solution(seed, n, size):
    """2 Fᵀ (F Wᵀ + b - T) + 2 alpha Wᵀ = 0, and the errors sum to 0 for each class."""
    source = data(n, size, seed=seed)
    head = fitted(source, 0.5)
    x, w = source.array.double(), head.weight.double()
    errors = x @ w.T + head.bias - torch.eye(3, dtype=torch.float64)[source.labels]
    assert_close(x.T @ errors + 0.5 * w.T, torch.zeros(size, 3).double(), rtol=0, atol=1e-4)
    assert_close(errors.sum(0), torch.zeros(3).double(), rtol=0, atol=1e-5)


def test_by_hand():
    """x = -1, 1 of classes 0, 1: w = Σ x t / (Σ x² + alpha) = 1 / (2 + 2) for class 1, and b = 1/2."""
    source = KeptFeatures(torch.tensor([[-1.0], [1.0]]), torch.tensor([0, 1]))
    head = fitted(source, 2.0, classes=2)
    assert_close(head.weight, torch.tensor([[-0.25], [0.25]]))
    assert_close(head.bias, torch.tensor([0.5, 0.5]))
    assert_close(head.scores(torch.tensor([[3.0]])), torch.tensor([[-0.25, 1.25]]))


def test_a_larger_penalty_makes_smaller_weights_and_leaves_the_bias_free():
    source = data(60, 4)
    sizes = [float(fitted(source, alpha).weight.norm()) for alpha in (0.1, 10.0, 1e3)]
    assert sizes[0] > 1.2 * sizes[1] > 1.2 * 1.2 * sizes[2]
    huge = fitted(source, 1e12)
    assert float(huge.weight.abs().max()) < 1e-6
    assert_close(huge.bias, torch.full((3,), 1 / 3), rtol=1e-3, atol=0)


def test_classes_without_stimuli_have_no_say():
    head = fitted(KeptFeatures(normal(9, 3, dtype=torch.float32), torch.zeros(9).long()), 1.0)
    assert_close(head.bias, torch.tensor([1.0, 0, 0]), rtol=0, atol=1e-6)
    assert_close(head.weight, torch.zeros(3, 3), rtol=0, atol=1e-6)


def test_blocks_do_not_matter():
    """More stimuli than are taken at once, whose mean is far from 0."""
    source = data(2300, 6)
    weight, bias = by_least_squares(source, 1.0)
    head = fitted(source, 1.0)
    assert_close(head.weight.double(), weight, rtol=1e-3, atol=1e-7)
    assert_close(head.bias.double(), bias, rtol=1e-3, atol=1e-7)


def test_blocks_of_fewer_stimuli_than_features_do_not_matter():
    """No block is asked for that holds all of them."""

    class Counting(KeptFeatures):
        most = 0

        def rows(self, index):
            self.most = max(self.most, len(index))
            return super().rows(index)

    kept = data(1300, 1400)
    source = Counting(kept.array, kept.labels)
    head = fitted(source, 30.0)
    assert source.most == 1000
    weight, bias = by_least_squares(source, 30.0)
    assert_close(head.weight.double(), weight, rtol=1e-4, atol=1e-6)
    assert_close(head.bias.double(), bias, rtol=1e-4, atol=1e-6)


def test_it_draws_nothing():
    generator = torch.Generator().manual_seed(5)
    before = generator.get_state()
    Ridge().fit(data(9, 3), 3, generator, silent)
    assert generator.get_state().equal(before)


def test_what_was_fitted_can_be_recorded():
    head = fitted(data(9, 3), 1.0)
    assert {n: tuple(t.shape) for n, t in head.tensors().items()} == {
        "weight": (3, 3),
        "bias": (3,),
    }
    assert head.weight.dtype == torch.float32
