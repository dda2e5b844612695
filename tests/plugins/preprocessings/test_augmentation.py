import pytest
import torch

from neuroplast import ConfigurationError, State
from neuroplast_plugins.preprocessings.crop import Crop
from neuroplast_plugins.preprocessings.flip import Flip

NOTHING = State({})


def apply(part, x, seed=0):
    return part.apply(x, NOTHING, torch.Generator().manual_seed(seed))


def images(n, side):
    return torch.arange(float(n * 2 * side * side)).view(n, 2, side, side)


def test_augmentation_is_for_training_unless_asked_for():
    assert Flip().when == Crop().when == "train"
    assert Flip(when="always").when == "always"


def test_a_flip_mirrors_whole_images_left_to_right():
    x = images(200, 3)
    found = apply(Flip(), x)
    mirrored = [bool(y.equal(a.flip(-1))) for a, y in zip(x, found, strict=True)]
    kept = [bool(y.equal(a)) for a, y in zip(x, found, strict=True)]
    assert all(m != k for m, k in zip(mirrored, kept, strict=True))
    assert 70 < sum(mirrored) < 130  # s.d. 7
    assert apply(Flip(probability=0), x).equal(x)
    assert apply(Flip(probability=1), x).equal(x.flip(-1))


def test_a_crop_is_a_window_of_the_padded_image():
    """By 1 pixel along each axis: one of 9 windows of the image with its mirrored border, the same for all channels."""
    x = images(300, 3)
    found = apply(Crop(padding=1), x)
    windows = set()
    for a, y in zip(x, found, strict=True):
        index = [1, 0, 1, 2, 1]  # a row of 3 with one mirrored pixel on each side
        padded = a[:, index][:, :, index]
        (place,) = [
            (r, c) for r in range(3) for c in range(3) if padded[:, r : r + 3, c : c + 3].equal(y)
        ]
        windows.add(place)
    assert len(windows) == 9


def test_a_crop_without_padding_is_the_image():
    """Miconi's random 32-crop of a 32-image does nothing."""
    x = images(5, 4)
    assert apply(Crop(padding=0), x).equal(x)


def test_a_crop_can_uncover_nothing():
    x = 1 + images(300, 3)
    found = apply(Crop(padding=5, border="zero"), x)
    assert found.shape == x.shape
    blank = (found == 0).flatten(1).all(1)
    # moved by 3, 4 or 5 of -5 .. 5 either way along an axis: 6 of 11, so blank in 1 - (5/11)² = 79 %
    assert 210 < int(blank.sum()) < 265


def test_crops_that_cannot_be_are_refused():
    with pytest.raises(
        ConfigurationError, match=r"4 pixels cannot be mirrored .*; set padding to 2"
    ):
        apply(Crop(), images(1, 3))
    with pytest.raises(ConfigurationError, match=r"flip: stimuli of shape \(7,\) are no images"):
        apply(Flip(), torch.zeros(2, 7))
