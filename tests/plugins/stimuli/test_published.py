"""The complete published sets, on tiny files of their formats."""

import urllib.error
from dataclasses import replace

import numpy as np
import pytest
import torch
import torchvision.datasets
from support.data_files import (
    as_known,
    flip_last_byte,
    md5,
    truncate,
    write_idx,
    write_pickle,
)

from neuroplast import DataError
from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli.cifar10 import Cifar10
from neuroplast_plugins.stimuli.cifar100 import Cifar100
from neuroplast_plugins.stimuli.fashion_mnist import FashionMnist
from neuroplast_plugins.stimuli.mnist import Mnist
from neuroplast_plugins.stimuli.stl10 import Stl10

ALL = (Mnist, FashionMnist, Cifar10, Cifar100, Stl10)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise urllib.error.URLError("no network in tests")

    monkeypatch.setattr("urllib.request.urlopen", refuse)


def load(kind, root, **parameters):
    return load_stimuli(kind(**parameters), root, torch.Generator())


@pytest.fixture(params=[Mnist, FashionMnist])
def grey(request, tmp_path, monkeypatch):
    """A set of three training and two test images of 2 x 2 pixels, and its arrays."""
    kind = request.param
    arrays = [
        np.arange(12).reshape(3, 2, 2),
        np.array([1, 0, 9]),
        np.full((2, 2, 2), 255),
        np.array([2, 3]),
    ]
    for file, array in zip(kind.known.files, arrays, strict=True):
        write_idx(tmp_path / file.path, array)
    known = replace(kind.known, files=as_known(tmp_path, kind.known.files))
    monkeypatch.setattr(kind, "known", known)
    return kind, tmp_path, arrays


def test_grey_sets_are_read(grey):
    kind, root, (x_train, y_train, x_test, y_test) = grey
    found = load(kind, root)
    assert found.train.x.dtype == torch.uint8
    assert found.train.x[:, 0].tolist() == x_train.tolist()
    assert found.train.y.tolist() == y_train.tolist()
    assert found.test.x[:, 0].tolist() == x_test.tolist()
    assert found.test.y.tolist() == y_test.tolist()
    assert len(found.classes) == 10
    assert found.copy == "original"


def test_a_truncated_file_is_named_with_its_sizes(grey):
    kind, root, _ = grey
    file = kind.known.files[0]
    truncate(root / file.path, by=5)
    whole, left = 16 + 12, 16 + 12 - 5
    with pytest.raises(
        DataError,
        match=rf"{kind.kind}: .*train-images-idx3-ubyte is truncated: {left} bytes instead of {whole}; "
        rf"download it with: neuroplast data fetch {kind.kind}",
    ):
        load(kind, root)
    assert kind.files(root)[0].whole is False


def test_a_damaged_file_of_the_right_size_is_named(grey):
    kind, root, _ = grey
    path = root / kind.known.files[0].path
    flip_last_byte(path)
    with pytest.raises(
        DataError, match=rf"train-images-idx3-ubyte is damaged: .* {md5(path)}, not"
    ):
        load(kind, root)
    assert kind.files(root)[0].whole is None  # a quick look cannot tell
    assert kind.check(root)[0].whole is False


def test_a_whole_set_is_reported_whole(grey):
    kind, root, _ = grey
    assert [(f.present, f.whole) for f in kind.files(root)] == [(True, None)]
    assert [(f.present, f.whole) for f in kind.check(root)] == [(True, True)]


@pytest.mark.parametrize("kind", ALL)
def test_a_missing_set_tells_where_it_was_looked_for_and_how_to_get_it(kind, tmp_path):
    first = kind.known.files[0].path
    with pytest.raises(
        DataError,
        match=rf"^{kind.kind}: not found; looked in {tmp_path} for {first} and \d more; "
        rf"download it with: neuroplast data fetch {kind.kind}, or set NEUROPLAST_DATA",
    ):
        load(kind, tmp_path)
    report = kind.check(tmp_path)[0]
    assert (report.present, report.whole) == (False, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ALL)
def test_one_missing_file_is_the_one_that_is_named(kind, tmp_path):
    for file in kind.known.files[:-1]:
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).touch()
    with pytest.raises(DataError, match=rf"for {kind.known.files[-1].path}; download"):
        load(kind, tmp_path)


@pytest.mark.parametrize("kind", [Cifar10, Cifar100, Stl10])
def test_checksums_are_those_of_torchvision(kind):
    """These classes of torchvision compare checksums themselves; ours must be the same."""
    dataset = getattr(torchvision.datasets, kind.known.dataset)
    theirs = dict([*dataset.train_list, *dataset.test_list])
    if meta := getattr(dataset, "meta", None):
        theirs[meta["filename"]] = meta["md5"]
    folder = dataset.base_folder
    assert {f.path: f.md5 for f in kind.known.files} == {
        f"{folder}/{n}": m for n, m in theirs.items()
    }


@pytest.mark.parametrize("kind", [Mnist, FashionMnist])
def test_sizes_follow_from_the_format(kind):
    """A header of 4 bytes and 4 for each axis; 60,000 and 10,000 images of 28 x 28 and labels."""
    expected = [16 + 60_000 * 28 * 28, 8 + 60_000, 16 + 10_000 * 28 * 28, 8 + 10_000]
    assert [file.size for file in kind.known.files] == expected


# CIFAR: pickled batches, which torchvision opens only if their checksums are right


def write_cifar(root, kind, labels):
    """Two images in each batch: one byte counts up through the planes of the first."""
    dataset = getattr(torchvision.datasets, kind.known.dataset)
    folder = root / dataset.base_folder
    ramp = np.arange(3 * 32 * 32) % 251
    for name, _ in [*dataset.train_list, *dataset.test_list]:
        write_pickle(
            folder / name, {"data": np.stack([ramp, 0 * ramp]).astype(np.uint8), labels: [1, 0]}
        )
    write_pickle(folder / dataset.meta["filename"], {dataset.meta["key"]: ["cat", "dog"]})


@pytest.fixture(params=[(Cifar10, "labels", 10), (Cifar100, "fine_labels", 2)], ids=["10", "100"])
def cifar(request, tmp_path, monkeypatch):
    kind, labels, _ = request.param
    write_cifar(tmp_path, kind, labels)
    known = replace(kind.known, files=as_known(tmp_path, kind.known.files))
    sums = {file.path.rpartition("/")[2]: file.md5 for file in known.files}
    dataset = getattr(torchvision.datasets, kind.known.dataset)
    monkeypatch.setattr(kind, "known", known)
    for name in ("train_list", "test_list"):
        monkeypatch.setattr(dataset, name, [[n, sums[n]] for n, _ in getattr(dataset, name)])
    meta = {**dataset.meta, "md5": sums[dataset.meta["filename"]]}
    monkeypatch.setattr(dataset, "meta", meta)
    return request.param, tmp_path


def test_colour_sets_are_read(cifar):
    (kind, _, images), root = cifar
    found = load(kind, root)
    assert found.train.x.shape == (images, 3, 32, 32)
    assert found.test.x.shape == (2, 3, 32, 32)
    # the planes lie one after the other: channel 1, row 2, column 3 is value 1024 + 64 + 3
    assert found.train.x[0, 1, 2, 3] == (1024 + 64 + 3) % 251
    assert found.train.y.tolist() == [1, 0] * (images // 2)
    assert found.classes == ("cat", "dog")


def test_a_damaged_batch_is_never_unpickled(cifar, monkeypatch):
    (kind, _, _), root = cifar
    path = root / kind.known.files[0].path
    flip_last_byte(path)
    monkeypatch.setattr("pickle.load", lambda *a, **k: pytest.fail("unpickled"))
    with pytest.raises(DataError, match=rf"{path.name} is damaged: .* MD5"):
        load(kind, root)


# STL-10: planes of columns, labels from 1


@pytest.fixture
def stl(tmp_path, monkeypatch):
    folder = tmp_path / "stl10_binary"
    folder.mkdir()
    image = np.arange(3 * 96 * 96).reshape(3, 96, 96) % 253
    for name, count in {"train_X": 2, "unlabeled_X": 3, "test_X": 1}.items():
        columns_first = np.stack([image.transpose(0, 2, 1)] * count)
        (folder / f"{name}.bin").write_bytes(columns_first.astype(np.uint8).tobytes())
    (folder / "train_y.bin").write_bytes(bytes([1, 10]))
    (folder / "test_y.bin").write_bytes(bytes([3]))
    known = replace(Stl10.known, files=as_known(tmp_path, Stl10.known.files))
    sums = {file.path.rpartition("/")[2]: file.md5 for file in known.files}
    monkeypatch.setattr(Stl10, "known", known)
    for name in ("train_list", "test_list"):
        theirs = getattr(torchvision.datasets.STL10, name)
        monkeypatch.setattr(torchvision.datasets.STL10, name, [[n, sums[n]] for n, _ in theirs])
    return tmp_path, image


def test_stl10_with_labels(stl):
    root, image = stl
    found = load(Stl10, root)
    assert found.train.x.shape == (2, 3, 96, 96)
    assert found.train.x[0].tolist() == image.tolist()
    assert found.train.y.tolist() == [0, 9]
    assert found.test.y.tolist() == [2]
    assert found.classes[0] == "airplane"


def test_stl10_without_labels_keeps_those_of_the_test_images(stl):
    root, _ = stl
    found = load(Stl10, root, part="unlabelled")
    assert len(found.train) == 3
    assert found.train.y is None
    assert found.test.y.tolist() == [2]


# fetching


class Publisher:
    """Stands in for torchvision's class: `download` writes what `content` says."""

    content: bytes = b"image"
    calls = 0
    fails: BaseException | None = None

    def __init__(self, root, download):
        assert download
        type(self).calls += 1
        folder = root / "MNIST" / "raw"
        folder.mkdir(parents=True)
        for file in Mnist.known.files:
            (root / file.path).write_bytes(self.content)
            (root / f"{file.path}.gz").write_bytes(b"packed")
            if self.fails:
                raise self.fails


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    class Fresh(Publisher):
        pass

    monkeypatch.setattr(torchvision.datasets, "MNIST", Fresh)
    (tmp_path / "sum").write_bytes(Publisher.content)
    files = tuple(replace(f, md5=md5(tmp_path / "sum"), size=None) for f in Mnist.known.files)
    monkeypatch.setattr(Mnist, "known", replace(Mnist.known, files=files))
    return Fresh, tmp_path / "root"


def contents(root):
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def test_fetch_downloads_once_and_keeps_only_the_set(publisher):
    published, root = publisher
    files = Mnist.fetch(root)
    assert contents(root) == sorted(f.path for f in Mnist.known.files)
    assert files == [root / f.path for f in Mnist.known.files]
    Mnist.fetch(root)
    assert published.calls == 1
    assert Mnist.check(root)[0].whole


def test_fetch_replaces_what_is_damaged(publisher):
    published, root = publisher
    Mnist.fetch(root)
    path = root / Mnist.known.files[2].path
    flip_last_byte(path)
    Mnist.fetch(root)
    assert path.read_bytes() == published.content
    assert published.calls == 2


def test_a_wrong_download_is_not_kept(publisher):
    published, root = publisher
    published.content = b"a page that says the server is down"
    with pytest.raises(
        DataError, match=r"what was downloaded is not the published set: .*nothing was kept"
    ):
        Mnist.fetch(root)
    assert contents(root) == []


@pytest.mark.parametrize(
    ("failure", "raised"),
    [(urllib.error.URLError("no route"), DataError), (KeyboardInterrupt(), KeyboardInterrupt)],
    ids=["network", "Ctrl-C"],
)
def test_an_interrupted_download_leaves_what_was_there(publisher, failure, raised):
    published, root = publisher
    old = root / Mnist.known.files[0].path
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    published.fails = failure
    with pytest.raises(raised, match=r"mnist: the download failed: no route; try again|^$"):
        Mnist.fetch(root)
    assert contents(root) == [Mnist.known.files[0].path]
    assert old.read_bytes() == b"old"
    assert [p.name for p in root.iterdir()] == ["MNIST"]
