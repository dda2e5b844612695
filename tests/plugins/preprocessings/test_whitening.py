"""Whitenings against numbers worked by hand, and against singular values of the data, which the parts do not use."""

from math import sqrt

import pytest
import torch
from torch.testing import assert_close

from neuroplast import State
from neuroplast_plugins.preprocessings.zca import Zca
from neuroplast_plugins.preprocessings.zca_lagani import ZcaLagani
from neuroplast_plugins.preprocessings.zca_miconi import ZcaMiconi
from neuroplast_plugins.preprocessings.zca_nimmo import ZcaNimmo, ZcaNimmoMismatched

RNG = torch.Generator()


def whitened(part, train, x=None):
    return part.apply(train if x is None else x, State(part.fit(train)), RNG)


def images(n=400, channels=2, side=3, seed=0):
    """Images whose pixels are mixed with each other, with means and spreads of their own."""
    rng = torch.Generator().manual_seed(seed)
    size = channels * side * side
    mixing = torch.randn(size, size, generator=rng)
    x = torch.randn(n, size, generator=rng) @ mixing + torch.rand(size, generator=rng)
    return (0.1 * x).view(n, channels, side, side)


def by_svd(rows, divisor, epsilon):
    """Rows times their inverse root, from their singular values s: λ = s² / divisor."""
    u, s, v = torch.linalg.svd(rows.double(), full_matrices=False)
    return (u * (s / (s.square() / divisor + epsilon).sqrt())) @ v


def test_zca_by_hand():
    """(±√12, 0) and (0, ±√4.5) around (5, -1): variances 2·12/3 = 8 and 2·4.5/3 = 3; with ε = 1 divide by 3 and 2."""
    a, b = sqrt(12), sqrt(4.5)
    train = torch.tensor([[5 + a, -1], [5 - a, -1], [5, -1 + b], [5, -1 - b]])
    expected = torch.tensor([[a / 3, 0], [-a / 3, 0], [0, b / 2], [0, -b / 2]])
    assert_close(whitened(Zca(epsilon=1.0), train), expected)


def test_zca_equals_the_singular_value_decomposition():
    train = images()
    rows = train.flatten(1).double()
    rows = rows - rows.mean(0)
    y = whitened(Zca(epsilon=1e-4), train)
    assert y.shape == train.shape
    assert_close(y.flatten(1).double(), by_svd(rows, len(rows) - 1, 1e-4), atol=1e-4, rtol=1e-4)


def test_zca_makes_white():
    """With ε far below every variance the covariance is the identity, of training stimuli to 1e-3."""
    train = images(n=3000)
    y = whitened(Zca(epsilon=1e-9), train).flatten(1)
    assert_close(y.mean(0), torch.zeros(18), atol=1e-4, rtol=0)
    assert_close(torch.cov(y.T), torch.eye(18), atol=1e-3, rtol=0)


def test_zca_changes_stimuli_as_little_as_it_can():
    """Of all whitenings the symmetric one keeps each pixel nearest itself: its matrix is symmetric and positive."""
    z = Zca().fit(images())["matrix"]
    assert_close(z, z.T)
    assert float(torch.linalg.eigvalsh(z.double()).min()) > 0


def test_zca_leaves_alone_more_features_than_stimuli_can_tell_of():
    """With 5 stimuli of 18 features, 14 directions have no variance: y has none there either, and is finite."""
    train = images(n=5)
    y = whitened(Zca(), train).flatten(1)
    assert y.isfinite().all()
    assert torch.linalg.matrix_rank(y.double(), rtol=1e-4) == 4


def test_miconi_by_hand():
    """Two features z-score to ∓1/√2. Of 4 stimuli Σ tᵀt / 2 = [[1, -1], [-1, 1]], whose eigenvalue on t is 2.

    With ε = 0.25: y = ∓0.70711 / sqrt(2.25) = ∓0.47140. Divided by the 4 stimuli it would be 0.70711 / sqrt(1.25).
    """
    train = torch.tensor([[0.0, 2.0], [1.0, 5.0], [3.0, 1.0], [0.5, 0.25]])
    y = whitened(ZcaMiconi(epsilon=0.25), train)
    assert_close(y, 0.4714045 * torch.tensor([[-1.0, 1], [-1, 1], [1, -1], [1, -1]]))


@pytest.mark.parametrize("n", [9, 40])
def test_miconi_differs_by_the_ridge_and_by_a_factor(n):
    """M1: beside the divisor n, a ridge of ε N / n and sqrt(N / n) times the result."""
    train, features, epsilon = images(n=n), 18, 0.01
    t = train.flatten(1).double()
    t = (t - t.mean(1, keepdim=True)) / t.std(1, keepdim=True)
    correct = by_svd(t, n, epsilon * features / n)
    found = whitened(ZcaMiconi(epsilon=epsilon), train).flatten(1).double()
    assert_close(found, sqrt(features / n) * correct, atol=1e-4, rtol=1e-4)


def test_miconi_s_ridge_as_published():
    """3072 features and 9,000 stimuli: 1e-3 acts like 3.4e-4."""
    part = ZcaMiconi()
    assert part.epsilon * 3072 / part.stimuli == pytest.approx(3.4e-4, rel=0.01)


def test_miconi_takes_evenly_spaced_stimuli():
    train = images(n=8)
    chosen = ZcaMiconi(stimuli=3).fit(train)["matrix"]  # 0, 8/3, 16/3 rounded down
    assert_close(chosen, ZcaMiconi().fit(train[[0, 2, 5]])["matrix"])


def test_nimmo_by_hand():
    """(0|2, 0|4), all four: s.d. sqrt(4/3) and sqrt(16/3), uncorrelated; λ = (4/3) z² of each."""
    train = torch.tensor([[0.0, 0], [2, 0], [0, 4], [2, 4]])
    e = 0.5
    z = [1 / (sqrt(4 / 3) + e), 2 / (sqrt(16 / 3) + e)]  # 0.604321, 0.711896
    y = [z[0] / sqrt(4 / 3 * z[0] ** 2 + e), z[1] / sqrt(4 / 3 * z[1] ** 2 + e)]
    signs = torch.tensor([[-1.0, -1], [1, -1], [-1, 1], [1, 1]])
    assert_close(whitened(ZcaNimmo(epsilon=e), train), signs * torch.tensor(y))


def test_nimmo_uses_one_epsilon_twice():
    """By the text, without division by the spread, a feature in other units would come out otherwise."""
    train = images(n=3000)
    scaled = train * torch.tensor([1.0, 40.0]).view(2, 1, 1)
    assert_close(
        whitened(ZcaNimmo(epsilon=1e-6), scaled),
        whitened(ZcaNimmo(epsilon=1e-6), train),
        atol=1e-2,
        rtol=0,
    )


def test_the_mismatched_form_takes_one_pixel_for_another():
    """Flat, (height, width, channels) has at place 1 the second channel of pixel 0; (c, h, w) the first of pixel 1."""
    train = images(n=50)
    mean = ZcaNimmoMismatched().fit(train)["mean"]
    assert_close(mean[1], train[:, 1, 0, 0].mean())
    assert_close(mean[2], train[:, 0, 0, 1].mean())
    assert_close(ZcaNimmo().fit(train)["mean"][1], train[:, 0, 0, 1].mean())


def test_the_mismatched_form_does_not_whiten():
    train = images(n=3000)
    off = [
        torch.cov(whitened(part, train).flatten(1).T) - torch.eye(18)
        for part in (ZcaNimmo(epsilon=1e-6), ZcaNimmoMismatched(epsilon=1e-6))
    ]
    assert off[0].abs().max() < 0.01
    assert off[1].abs().max() > 1
    grey = train[:, :1]
    assert_close(whitened(ZcaNimmoMismatched(), grey), whitened(ZcaNimmo(), grey))


def test_lagani_by_hand():
    """(1, 3), (3, 1) have mean 2 and s.d. 1 (with n): z = ∓1; Σ zᵀz = [[2, -2], [-2, 2]], eigenvalue 4; ε = 5: 1/3."""
    y = whitened(ZcaLagani(epsilon=5.0), torch.tensor([[1.0, 3.0], [3.0, 1.0]]))
    assert_close(y, torch.tensor([[-1.0, 1.0], [1.0, -1.0]]) / 3)


def test_lagani_standardises_by_channel_and_keeps_what_images_share():
    train = images(n=200)
    z = train.double()
    z = z - z.mean((0, 2, 3), keepdim=True)
    z = z / z.square().mean((0, 2, 3), keepdim=True).sqrt()
    expected = by_svd(z.flatten(1), len(z) - 1, 0.1)
    found = whitened(ZcaLagani(), train).flatten(1).double()
    assert_close(found, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("part", [Zca(), ZcaMiconi(), ZcaNimmo(), ZcaLagani()])
def test_blocks_do_not_change_what_is_learned(part, monkeypatch):
    train = images(n=50)
    whole = part.fit(train)
    monkeypatch.setattr("neuroplast_plugins.preprocessings.whitening._BLOCK", 7)
    for name, tensor in part.fit(train).items():
        assert_close(tensor, whole[name])
