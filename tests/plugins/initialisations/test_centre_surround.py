from math import exp, log, pi, sqrt

import pytest
import torch

from neuroplast import ConfigurationError
from neuroplast_plugins.initialisations.centre_surround import CentreSurround
from neuroplast_plugins.initialisations.centre_surround_unnormalised import (
    CentreSurroundUnnormalised,
)


def draw(part, shape=(10, 2, 7, 7), seed=0):
    fan_in = torch.Size(shape[1:]).numel()
    return part.draw(shape, fan_in, torch.Generator().manual_seed(seed), None)


def difference(r, k, gamma):
    """Two Gaussians of unit integral."""
    s = k / 4 * sqrt((1 - gamma**2) / -log(gamma))
    c = gamma * s
    return exp(-(r**2) / (2 * c**2)) / (2 * pi * c**2) - exp(-(r**2) / (2 * s**2)) / (2 * pi * s**2)


@pytest.mark.parametrize("gamma", [0.1, 0.35, 0.49])
def test_fields_are_differences_of_gaussians(gamma):
    """Each kernel is the formula times one number, and crosses zero at γ k / 2."""
    w = draw(CentreSurround(gamma=gamma)).double()
    for r, c in ((0, 0), (1, 0), (1, 1), (0, 3), (2, 3)):
        expected = difference(sqrt(r * r + c * c), 7, gamma) / difference(0, 7, gamma)
        assert (w[..., 3 + r, 3 + c] / w[..., 3, 3] - expected).abs().max() < 1e-5
    assert difference(gamma * 3.5, 7, gamma) == pytest.approx(0, abs=1e-12)


def test_half_of_the_neurons_are_on_centre_in_all_their_channels():
    signs = draw(CentreSurround())[:, :, 3, 3].sign()
    assert (signs[:, 0] == signs[:, 1]).all()
    assert int((signs[:, 0] > 0).sum()) == 5
    assert not signs[:5, 0].eq(signs[0, 0]).all(), "in random order"


@pytest.mark.parametrize("neurons", [4, 400])
def test_norms_are_about_the_amplitude_however_many_neurons(neurons):
    """|w_i|² is amplitude² times chi squared of C over C: with 50 channels s.d. 0.1 of the norm."""
    norms = draw(CentreSurround(amplitude=3.0), (neurons, 50, 5, 5)).flatten(1).norm(dim=1)
    assert ((norms / 3 - 1).abs() < 0.4).all()
    assert abs(float(norms.square().mean()) / 9 - 1) < 6 * 0.2 / sqrt(neurons)


def test_the_published_form_is_empty_in_the_middle_and_of_one_sign():
    w = draw(CentreSurroundUnnormalised())
    assert (w[:, :, 3, 3] == 0).all()
    ring = w[:, 0].flatten(1)
    assert all((row >= 0).all() or (row <= 0).all() for row in ring)
    assert int((ring.sum(1) < 0).sum()) == 5  # an on-centre neuron has a negative ring
    correct = draw(CentreSurround())[:, 0].flatten(1)
    assert all(row.min() < 0 < row.max() for row in correct)


def test_the_published_form_falls_with_the_number_of_filters():
    """Σ |w| over neurons is R / (2 sqrt(N)), shared by however many there are; every channel repeats it."""
    few, many = (draw(CentreSurroundUnnormalised(), (n, 2, 7, 7)) for n in (10, 1000))
    whole = 25 / (2 * sqrt(98))
    for w in (few, many):
        assert float(w[:, 0].abs().sum()) == pytest.approx(whole, rel=1e-4)
        assert w[:, 0].equal(w[:, 1])
    assert float(few.abs().mean() / many.abs().mean()) == pytest.approx(100, rel=1e-3)


def test_widths_as_published():
    """k = 5, γ = 0.25: s = 1.25 sqrt(0.9375 / 1.386294) = 1.02794; at r = 1, e^(-7.5709) - e^(-0.47318) = -0.62250."""
    s = 1.25 * sqrt(0.9375 / log(4))
    assert s == pytest.approx(1.02794, abs=1e-5)
    expected = exp(-1 / (2 * (s / 4) ** 2)) - exp(-1 / (2 * s**2))
    assert expected == pytest.approx(-0.62250, abs=2e-5)
    from neuroplast_plugins.initialisations.gaussians import bell, surround_width

    wide = surround_width(5, 0.25)
    assert float((bell(5, wide / 4) - bell(5, wide))[2, 3]) == pytest.approx(expected)


@pytest.mark.parametrize("part", [CentreSurround(), CentreSurroundUnnormalised()])
@pytest.mark.parametrize("shape", [(3, 4), (3, 2, 1, 1), (3, 2, 3, 5)])
def test_weights_without_square_kernels_are_refused(part, shape):
    with pytest.raises(ConfigurationError, match="no square kernels"):
        draw(part, shape)
