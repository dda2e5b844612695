import hashlib
import io
import re
from importlib.resources import files

import numpy as np
import torch

import neuroplast_data
from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli import fashion_mnist_small
from neuroplast_plugins.stimuli.fashion_mnist_small import FashionMnistSmall

FILE = files(neuroplast_data) / "fashion_mnist_small.npz"
README = (files(neuroplast_data) / "README.md").read_text(encoding="utf-8")


def test_a_thousand_training_and_two_hundred_test_images_of_each_class(tmp_path):
    found = load_stimuli(FashionMnistSmall(), tmp_path, torch.Generator())
    assert found.train.x.shape == (10_000, 1, 28, 28)
    assert found.test.x.shape == (2_000, 1, 28, 28)
    assert found.train.x.dtype == torch.uint8
    assert found.train.y.bincount().tolist() == [1_000] * 10
    assert found.test.y.bincount().tolist() == [200] * 10
    assert found.classes[0] == "T-shirt/top"
    assert found.classes[9] == "Ankle boot"
    assert found.copy != "original"


def test_no_image_is_there_twice(tmp_path):
    """Complete Fashion-MNIST has a few doubles; as many as its tenth holds would be a slip."""
    found = load_stimuli(FashionMnistSmall(), tmp_path, torch.Generator())
    images = torch.cat([found.train.x, found.test.x]).flatten(1).numpy()
    assert len({image.tobytes() for image in images}) > 0.999 * len(images)


def test_the_file_is_the_one_that_the_readme_describes():
    content = FILE.read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        parts = b"".join(arrays[n].tobytes() for n in ("x_train", "y_train", "x_test", "y_test"))
    told = re.findall(r"`([0-9a-f]{64})`", README)
    assert told == [hashlib.sha256(c).hexdigest() for c in (content, parts)]
    assert f"{len(content):,} bytes" in README
    assert len(content) <= 6_000_000


def test_the_licence_is_there_with_its_copyright_notice():
    assert "Copyright © 2017 Zalando SE" in README
    assert "Permission is hereby granted, free of charge" in README


def test_it_is_reported_whole_and_damaged(tmp_path, monkeypatch):
    assert FashionMnistSmall.check(tmp_path)[0].whole
    (tmp_path / "fashion_mnist_small.npz").write_bytes(FILE.read_bytes()[:-1])
    monkeypatch.setattr(fashion_mnist_small, "files", lambda _: tmp_path)
    report = FashionMnistSmall.check(tmp_path)[0]
    assert report.whole is False
    assert f"{len(FILE.read_bytes()) - 1} bytes" in report.detail
