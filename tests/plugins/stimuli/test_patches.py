import hashlib
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from sklearn.datasets import load_sample_images

from neuroplast import DataError
from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli import patches
from neuroplast_plugins.stimuli.patches import Patches


def load(seed=0, **parameters):
    return load_stimuli(
        Patches(**parameters), Path("/nowhere"), torch.Generator().manual_seed(seed)
    )


@pytest.fixture(scope="module")
def photographs():
    """As scikit-learn itself gives them: (3, 427, 640) bytes, china first."""
    return [torch.from_numpy(image.copy()).movedim(2, 0) for image in load_sample_images().images]


def place(patch, picture):
    """Where a patch of bytes stands in a picture: (row, column) of its corner."""
    side = patch.shape[-1]
    windows = picture.unfold(1, side, 1).unfold(2, side, 1)
    (found,) = (windows == patch[:, None, None]).all(0).flatten(2).all(2).nonzero().tolist()
    return found


def test_patches_are_squares_of_the_photographs_in_turn(photographs):
    """Each is found in its photograph, training ones left of column 480, test ones right of it."""
    found = load(side=12, colour=True, train=6, test=6)
    for split, low, high in ((found.train, 0, 480), (found.test, 480, 640)):
        for i, x in enumerate(split.x):
            row, column = place((x * 255).round().byte(), photographs[i % 2])
            assert low <= column <= high - 12
            assert 0 <= row <= 427 - 12


def test_grey_is_luminance():
    """0.299 of red, 0.587 of green, 0.114 of blue, at the same places as in colour."""
    grey, colour = load(train=20), load(train=20, colour=True)
    assert grey.train.x.shape[1:] == Patches().shape(Path()) == (1, 16, 16)
    assert colour.train.x.shape[1:] == Patches(colour=True).shape(Path()) == (3, 16, 16)
    red, green, blue = colour.train.x.unbind(1)
    expected = 0.299 * red + 0.587 * green + 0.114 * blue
    torch.testing.assert_close(grey.train.x[:, 0], expected)
    assert grey.train.x.min() >= 0
    assert grey.train.x.max() <= 1


def test_one_photograph_can_be_chosen(photographs):
    found = load(photographs="flower", colour=True, train=4, test=0)
    for x in found.train.x:
        place((x * 255).round().byte(), photographs[1])
    assert found.test is None


def test_neighbouring_pixels_go_together():
    """What makes photographs more than noise: the correlation of neighbours is above 0.8."""
    x = load(train=2000).train.x
    pairs = torch.stack([x[..., 1:].flatten(), x[..., :-1].flatten()])
    assert torch.corrcoef(pairs)[0, 1] > 0.8


def test_a_seed_decides_everything_and_counts_shift_nothing_else():
    one = load(1, train=20, test=10)
    assert one.train.x.equal(load(1, train=20, test=10).train.x)
    assert one.test.x.equal(load(1, train=5, test=10).test.x)
    assert not one.train.x.equal(load(2, train=20).train.x)


def test_origin_and_licence_are_on_record():
    source = load(train=2).source
    for words in ("danielbuechele", "vultilion", "CC BY 2.0", "scikit-learn"):
        assert words in source


def test_files_are_reported_and_checked():
    (found,) = Patches.files(Path())
    assert (found.path.name, found.present, found.whole) == ("images", True, None)
    (checked,) = Patches.check(Path())
    assert checked.whole
    assert not checked.detail
    assert Patches.fetch(Path()) == [found.path]


def test_other_pictures_are_refused(monkeypatch):
    monkeypatch.setitem(patches._SHA256, "china", hashlib.sha256(b"").hexdigest())
    with pytest.raises(
        DataError, match=r"china.jpg of .* is another picture.*; install scikit-learn again"
    ):
        load(train=2)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(patches, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"patches: china.jpg and .*; pip install scikit-learn"):
        load(train=2)
    assert not any(f.present for f in Patches.files(Path()))
    with pytest.raises(NotImplementedError, match="pip install scikit-learn"):
        Patches.fetch(Path())


def test_patches_are_no_larger_than_the_test_columns():
    with pytest.raises(ValidationError):
        Patches(side=161)
    assert load(side=160, train=1, test=1).test.x.shape == (1, 1, 160, 160)
