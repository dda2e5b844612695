"""The script that draws the bundled images, on a set small enough to check by hand."""

import gzip
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from support.data_files import write_idx

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "make_fashion_mnist_small.py"


@pytest.fixture
def script(monkeypatch):
    spec = importlib.util.spec_from_file_location("make_fashion_mnist_small", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PER_CLASS", {"train": 3, "test": 2})
    return module


@pytest.fixture
def folder(tmp_path):
    """Seven training and five test images of each class; an image's value is its number."""
    for prefix, count in (("train", 70), ("t10k", 50)):
        images = np.arange(count, dtype=np.uint8).reshape(-1, 1, 1).repeat(4, 1).repeat(4, 2)
        write_idx(tmp_path / f"{prefix}-images-idx3-ubyte", images)
        write_idx(tmp_path / f"{prefix}-labels-idx1-ubyte", np.arange(count) % 10)
    return tmp_path


def test_each_class_gives_as_many_images_in_the_published_order(script, folder):
    found = script.subset(folder)
    for split, each in (("train", 3), ("test", 2)):
        numbers = found[f"x_{split}"][:, 0, 0].tolist()
        assert numbers == sorted(set(numbers))
        assert [n % 10 for n in numbers] == found[f"y_{split}"].tolist()
        assert np.bincount(found[f"y_{split}"]).tolist() == [each] * 10
        assert numbers != list(range(len(numbers)))  # drawn, not the first ones
    assert len(found["classes"]) == 10


def test_run_again_it_writes_the_same_bytes(script, folder, tmp_path, monkeypatch):
    packed = tmp_path / "packed"
    packed.mkdir()
    for path in folder.glob("*-ubyte"):
        with gzip.open(packed / f"{path.name}.gz", "wb") as target:
            target.write(path.read_bytes())
    first = script.pack(script.subset(folder))
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert script.pack(script.subset(packed)) == first


def test_what_it_packs_is_an_array_file(script, folder, tmp_path):
    arrays = script.subset(folder)
    (tmp_path / "packed.npz").write_bytes(script.pack(arrays))
    with np.load(tmp_path / "packed.npz", allow_pickle=False) as file:
        assert set(file) == set(arrays)
        assert all((file[name] == array).all() for name, array in arrays.items())


def test_missing_and_torn_files_are_named(script, folder):
    torn = folder / "train-images-idx3-ubyte"
    torn.write_bytes(torn.read_bytes()[:-1])
    with pytest.raises(SystemExit, match=r"train-images-idx3-ubyte in .* is no whole IDX file"):
        script.subset(folder)
    (folder / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(SystemExit, match=r"no train-labels-idx1-ubyte and no .*gz in"):
        script.subset(folder)
