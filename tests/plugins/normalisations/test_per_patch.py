import pytest
import torch
from torch.testing import assert_close

from neuroplast import ConfigurationError, State
from neuroplast_plugins.normalisations.per_patch import PerPatch

NOTHING = State({})


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (2, 2), (3, 2)])
def test_every_patch_by_a_loop(kernel, stride):
    """Mean and s.d. (n - 1) of each patch over channels, rows and columns, which become channels in this order."""
    x = torch.randn(2, 3, 7, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    part = PerPatch(kernel=kernel, stride=stride, epsilon=0.1)
    found = part.normalise(x, NOTHING, adapting=False)
    rows, columns = ((side - kernel) // stride + 1 for side in (7, 6))
    assert found.shape == (2, 3 * kernel**2, rows, columns)
    assert part.output_shape((3, 7, 6)) == tuple(found.shape[1:])
    for r in range(rows):
        for c in range(columns):
            a, b = r * stride, c * stride
            p = x[:, :, a : a + kernel, b : b + kernel].flatten(1)
            mean, deviation = p.mean(1, keepdim=True), p.std(1, keepdim=True)
            assert_close(found[:, :, r, c], (p - mean) / (deviation + 0.1))


def test_a_convolution_of_one_pixel_learns_what_a_larger_one_would():
    """Hardly normalised, a 1 x 1 kernel has the drive of the k x k kernel with the same weights."""
    rng = torch.Generator().manual_seed(1)
    x = torch.randn(2, 3, 6, 6, generator=rng, dtype=torch.float64)
    w = torch.randn(5, 3, 3, 3, generator=rng, dtype=torch.float64)
    w = w - w.mean((1, 2, 3), keepdim=True)  # the patch's mean is taken off
    found = PerPatch(kernel=3, epsilon=1e9).normalise(x, NOTHING, adapting=False)
    drive = torch.einsum("oc,bcij->boij", w.flatten(1), found) * 1e9
    assert_close(drive, torch.conv2d(x, w), rtol=1e-6, atol=1e-6)


def test_patches_without_contrast_become_zero_not_rounding():
    x = torch.full((2, 3, 5, 5), 0.1)
    assert not PerPatch(kernel=3).normalise(x, NOTHING, adapting=True).any()


@pytest.mark.parametrize("shape", [(4,), (3, 8), (3, 2, 8)])
def test_what_has_no_patches_is_refused(shape):
    with pytest.raises(ConfigurationError, match="has no patches"):
        PerPatch(kernel=3).output_shape(shape)
