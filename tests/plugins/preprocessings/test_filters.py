from math import exp

import pytest
import torch
from pydantic import ValidationError
from torch.testing import assert_close

from neuroplast import ConfigurationError, State
from neuroplast_plugins.preprocessings.difference_of_gaussians import DifferenceOfGaussians
from neuroplast_plugins.preprocessings.grey import Grey
from neuroplast_plugins.preprocessings.patch_whitening import PatchWhitening

RNG = torch.Generator()


def apply(part, x):
    return part.apply(x, State(part.fit(x)), RNG)


# Grey


def test_grey_by_hand():
    """0.299·1 + 0.587·0.5 + 0.114·0 = 0.5925; white stays 1."""
    x = torch.tensor([[1.0, 0.5, 0.0], [1.0, 1.0, 1.0]]).view(2, 3, 1, 1)
    assert_close(apply(Grey(), x).flatten(), torch.tensor([0.5925, 1.0]))
    thirds = Grey(weights=(1 / 3, 1 / 3, 1 / 3))
    assert_close(apply(thirds, x).flatten(), torch.tensor([0.5, 1.0]))


def test_grey_images_stay_and_others_are_refused():
    x = torch.rand(2, 1, 3, 3)
    assert apply(Grey(), x).equal(x)
    assert Grey().output_shape((3, 8, 9)) == (1, 8, 9)
    with pytest.raises(ConfigurationError, match="image of 2 channels"):
        apply(Grey(), torch.rand(2, 2, 3, 3))
    with pytest.raises(ConfigurationError, match="are no images"):
        Grey().output_shape((5,))


# Difference of Gaussians


def weights(width, reach):
    """A Gaussian along one axis, of sum 1."""
    raw = [exp(-d * d / (2 * width * width)) for d in range(-reach, reach + 1)]
    return [value / sum(raw) for value in raw]


def test_a_point_of_light_shows_the_filter():
    """At offset (r, c) from the point: centre_r · centre_c - surround_r · surround_c."""
    x = torch.zeros(1, 1, 21, 21)
    x[0, 0, 10, 10] = 1
    y = apply(DifferenceOfGaussians(), x)[0, 0]
    narrow, wide = weights(1.0, 5), weights(1.6, 5)
    for r in range(-5, 6):
        for c in range(-5, 6):
            expected = narrow[r + 5] * narrow[c + 5] - wide[r + 5] * wide[c + 5]
            assert float(y[10 + r, 10 + c]) == pytest.approx(expected, abs=1e-6)
    assert abs(float(y.sum())) < 1e-6
    assert y[10, 10] > 0 > y[10, 13]


def test_uniform_images_become_nothing_and_channels_stay_apart():
    x = torch.rand(2, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    x[:, 1] = 0.7
    y = apply(DifferenceOfGaussians(), x)
    assert_close(y[:, 1], torch.zeros(2, 9, 9), atol=1e-6, rtol=0)
    assert_close(y[:, 2:], apply(DifferenceOfGaussians(), x[:, 2:]))


def test_a_filter_that_does_not_fit_is_refused():
    with pytest.raises(
        ConfigurationError, match=r"reaches 5 pixels .* set surround to 1.33 or less"
    ):
        apply(DifferenceOfGaussians(), torch.rand(1, 1, 5, 9))
    with pytest.raises(ValidationError, match=r"set surround above 2\.0"):
        DifferenceOfGaussians(centre=2.0, surround=2.0)


# Patches


def photographs(n=60, channels=2, side=6):
    """Images whose neighbouring pixels, and channels, go together."""
    rng = torch.Generator().manual_seed(1)
    x = torch.randn(n, channels, side + 1, side + 1, generator=rng)
    x = x[..., 1:, :] + x[..., :-1, :]
    x = x[..., 1:] + x[..., :-1]
    return 3 + x + 0.5 * x.flip(1)


def test_each_patch_is_whitened():
    """Over all patches of all images, the mean is zero and the covariance the identity."""
    x = photographs()
    y = apply(PatchWhitening(kernel=2, epsilon=1e-9), x)
    assert y.shape == (60, 8, 5, 5)
    rows = y.transpose(0, 1).flatten(1)
    assert_close(rows.mean(1), torch.zeros(8), atol=1e-4, rtol=0)
    assert_close(torch.cov(rows), torch.eye(8), atol=1e-3, rtol=0)


def test_a_patch_s_channels_lie_as_a_kernel_s_weights():
    """What a kernel of 2 x 2 sees at (1, 3) is channel (c, i, j) at (1, 3), here hardly mixed, for a large ε."""
    x = photographs()
    part = PatchWhitening(kernel=2, epsilon=1e8)
    y = apply(part, x)
    patch = x[:, :, 1:3, 3:5].flatten(1)
    mean = part.fit(x)["mean"]
    assert_close(1e4 * y[:, :, 1, 3], patch - mean, atol=1e-3, rtol=1e-3)


def test_of_many_stimuli_some_are_looked_at():
    x = photographs(n=6)
    chosen = PatchWhitening(kernel=3, stimuli=2).fit(x)
    expected = PatchWhitening(kernel=3).fit(x[[0, 3]])
    assert_close(chosen, expected)


def test_shapes_of_patches_are_told():
    assert PatchWhitening().output_shape((3, 32, 32)) == (75, 28, 28)
    with pytest.raises(ConfigurationError, match=r"no patch of 5 x 5 fits .*; set kernel to 4"):
        PatchWhitening().output_shape((3, 4, 9))


@pytest.mark.parametrize("side", range(4, 40))
def test_the_surround_that_is_advised_does_fit(side):
    with pytest.raises(ConfigurationError) as told:
        DifferenceOfGaussians(surround=50.0).output_shape((1, side, side))
    advised = float(str(told.value).split("set surround to ")[1].split()[0])
    part = DifferenceOfGaussians(centre=0.1, surround=advised)
    assert part.output_shape((1, side, side)) == (1, side, side)
