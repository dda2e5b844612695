import numpy as np
import pytest
import torch

from neuroplast import DataError
from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli import cifar10_jpeg
from neuroplast_plugins.stimuli.cifar10 import Cifar10
from neuroplast_plugins.stimuli.cifar10_jpeg import Cifar10Jpeg


def load(root):
    return load_stimuli(Cifar10Jpeg(), root, torch.Generator())


@pytest.fixture
def write(tmp_path, monkeypatch):
    """The file with two training images and one test image of each class."""
    monkeypatch.setattr(cifar10_jpeg, "_COUNTS", {"train": 2, "test": 1})

    def write(y_train=(*range(10), *range(10)), y_test=range(10)):
        y_train, y_test = np.array(y_train, np.uint8), np.array(y_test, np.uint8)
        np.savez(
            tmp_path / "cifar10_jpeg.npz",
            x_train=np.full((len(y_train), 32, 32, 3), 7, np.uint8),
            y_train=y_train,
            x_test=np.full((len(y_test), 32, 32, 3), 9, np.uint8),
            y_test=y_test,
            classes=np.array(list("abcdefghij")),
        )
        return tmp_path

    return write


def test_the_copy_is_read_and_named_as_what_it_is(write):
    found = load(write())
    assert found.train.x.shape == (20, 3, 32, 32)
    assert found.test.x.unique().tolist() == [9]
    assert found.classes == tuple("abcdefghij")
    assert "jpeg" in found.copy
    assert found.copy not in {f.copy for f in Cifar10.files(write())}
    assert Cifar10Jpeg.check(write())[0].whole


def test_a_missing_copy_tells_where_it_was_looked_for(tmp_path):
    with pytest.raises(
        DataError, match=rf"^cifar10_jpeg: not found; looked for {tmp_path}/cifar10_jpeg.npz"
    ):
        load(tmp_path)
    assert not Cifar10Jpeg.check(tmp_path)[0].present


@pytest.mark.parametrize(
    ("labels", "split"), [({"y_train": range(10)}, "2 train"), ({"y_test": [0] * 10}, "1 test")]
)
def test_an_incomplete_copy_is_refused(write, labels, split):
    root = write(**labels)
    with pytest.raises(DataError, match=f"has not {split} images of each class"):
        load(root)
    assert Cifar10Jpeg.check(root)[0].whole is False


def test_there_is_nowhere_to_download_it_from(tmp_path):
    with pytest.raises(NotImplementedError, match="cifar10_jpeg: nothing to download it from"):
        Cifar10Jpeg.fetch(tmp_path)
