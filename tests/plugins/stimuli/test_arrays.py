import pickle
import re
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from support.data_files import truncate

from neuroplast import DataError
from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli.arrays import Arrays

IMAGES = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(
    2, 3, 4, 3
)  # (n, height, width, channels)


def write_npz(path, arrays):
    np.savez(path, **arrays)


def write_h5(path, arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array.astype(h5py.string_dtype()) if array.dtype.kind == "U" else array


@pytest.fixture(params=["data.npz", "data.h5", "data.hdf5"])
def write(request, tmp_path):
    """Write arrays into a file of each format, and return its path."""

    def write(**arrays):
        path = tmp_path / request.param
        as_arrays = {name: np.asarray(array) for name, array in arrays.items()}
        (write_npz if path.suffix == ".npz" else write_h5)(path, as_arrays)
        return path

    return write


@pytest.fixture
def npz(tmp_path):
    def write(**arrays):
        write_npz(
            tmp_path / "data.npz", {name: np.asarray(array) for name, array in arrays.items()}
        )
        return tmp_path / "data.npz"

    return write


def load(file, root="/nowhere", **parameters):
    return load_stimuli(Arrays(file=str(file), **parameters), Path(root), torch.Generator())


# shapes and layouts


def test_colour_images_get_their_channels_first(write):
    x = load(write(x_train=IMAGES)).train.x
    assert x.dtype == torch.uint8
    assert x.shape == (2, 3, 3, 4)
    for n, row, column, channel in np.ndindex(IMAGES.shape):
        assert x[n, channel, row, column] == IMAGES[n, row, column, channel]


def test_the_other_layout_is_taken_as_it_is(write):
    x = load(write(x_train=IMAGES), layout="nchw").train.x
    assert x.tolist() == IMAGES.tolist()


def test_grey_images_get_one_channel(write):
    x = load(write(x_train=IMAGES[..., 0])).train.x
    assert x.shape == (2, 1, 3, 4)
    assert x[:, 0].tolist() == IMAGES[..., 0].tolist()


@pytest.mark.parametrize("layout", [None, "nhwc", "nchw"])
def test_features_stay_features(write, layout):
    assert load(write(x_train=[[0.5, 2.0]]), layout=layout).train.x.tolist() == [[0.5, 2.0]]


def test_channels_first_are_not_silently_read_as_rows(write):
    path = write(x_train=np.zeros((5, 3, 8, 8), np.uint8))
    with pytest.raises(
        DataError, match=r'\(5, 3, 8, 8\), which reads as 8 channels of 3 x 8.*"nchw"'
    ):
        load(path)
    assert load(path, layout="nchw").train.x.shape == (5, 3, 8, 8)
    assert load(path, layout="nhwc").train.x.shape == (5, 8, 3, 8)


@pytest.mark.parametrize("shape", [(4,), (1, 2, 3, 4, 5)])
def test_other_shapes_are_refused(write, shape):
    with pytest.raises(
        DataError, match=rf"x_train in .* has shape {re.escape(str(shape))}; stimuli are"
    ):
        load(write(x_train=np.zeros(shape)))


# types


@pytest.mark.parametrize("dtype", ["uint8", "int64", "uint16", ">i4"])
def test_integers_up_to_255_are_bytes(write, dtype):
    x = load(write(x_train=np.array([[0, 7, 255]], dtype))).train.x
    assert x.dtype == torch.uint8
    assert x.tolist() == [[0, 7, 255]]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (np.array([[0, 65535]], np.uint16), "uint16 from 0 to 65535"),
        (np.array([[-1, 5]], np.int8), "int8 from -1 to 5"),
    ],
)
def test_other_integers_are_refused_with_their_range(write, values, told):
    with pytest.raises(
        DataError, match=rf"x_train in .* holds {told}; integers stand for pixel / 255"
    ):
        load(write(x_train=values))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f8"])
def test_floats_are_taken_as_they_are(write, dtype):
    x = load(write(x_train=np.array([[-0.5, 300.0]], dtype))).train.x
    assert x.dtype == torch.float32
    assert x.tolist() == [[-0.5, 300.0]]


def test_truth_values_are_zero_and_one(write):
    assert load(write(x_train=np.array([[True, False]]))).train.x.tolist() == [[1.0, 0.0]]


def test_a_float_too_large_for_float32_is_reported(write):
    with pytest.raises(
        DataError, match=r"x_train: 1 of 2 values not finite in float32, the first inf at \[0, 1\]"
    ):
        load(write(x_train=[[1.0, 1e300]]))


def test_complex_numbers_are_refused(npz):
    with pytest.raises(DataError, match=r"x_train in .* holds complex128; store bytes"):
        load(npz(x_train=np.zeros((2, 2), complex)))


# labels and classes


@pytest.mark.parametrize("y", [[1, 0], [1.0, 0.0], [[1], [0]], np.array([1, 0], np.uint64)])
def test_labels_are_whole_numbers_in_any_type(write, y):
    found = load(write(x_train=np.eye(2), y_train=y, x_test=np.eye(2), y_test=y))
    assert found.train.y.tolist() == found.test.y.tolist() == [1, 0]
    assert found.train.y.dtype == torch.int64
    assert found.classes == ("0", "1")


def test_classes_are_named(write):
    found = load(write(x_train=np.eye(2), y_train=[0, 1], classes=["Katze", "chien à poil"]))
    assert found.classes == ("Katze", "chien à poil")


def test_nothing_but_training_stimuli_is_needed(write):
    path = write(x_train=np.eye(2))
    found = load(path)
    assert found.train.y is None
    assert found.test is None
    assert found.classes == ()
    assert (found.copy, found.source) == ("array file", str(path))


def test_a_label_beyond_the_named_classes_is_refused(write):
    with pytest.raises(
        DataError, match=r"y_train: 1 of 2 labels outside 0 to 0, the first 1 at \[1\]"
    ):
        load(write(x_train=np.eye(2), y_train=[0, 1], classes=["only"]))


def test_one_hot_labels_are_refused(write):
    with pytest.raises(DataError, match=r"y_train in .* has shape \(2, 2\).*argmax"):
        load(write(x_train=np.eye(2), y_train=np.eye(2)))


def test_labels_in_words_are_refused(write):
    with pytest.raises(DataError, match=r"y_train in .*; number the classes from 0, and name them"):
        load(write(x_train=np.eye(2), y_train=["cat", "dog"]))


def test_classes_in_numbers_are_refused(write):
    with pytest.raises(
        DataError, match=r"classes in .* holds int64 of shape \(2,\); store one name"
    ):
        load(write(x_train=np.eye(2), classes=[1, 2]))


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"x_test": np.eye(2)}, "holds no x_train"),
        ({"x_train": np.eye(2), "y_test": [1]}, "holds y_test without x_test"),
    ],
)
def test_what_lacks_is_named(write, arrays, told):
    with pytest.raises(DataError, match=told):
        load(write(**arrays))


# where files are looked for


def test_a_file_is_found_by_path_and_in_the_data_root(tmp_path, monkeypatch):
    here, root = tmp_path / "here", tmp_path / "root"
    for folder, value in ((here, 1.0), (root, 2.0)):
        folder.mkdir()
        np.savez(folder / "both.npz", x_train=[[value]])
    np.savez(root / "kept.npz", x_train=[[3.0]])
    monkeypatch.chdir(here)
    assert load("both.npz", root).train.x.item() == 1.0
    assert load("kept.npz", root).train.x.item() == 3.0
    assert load(root / "both.npz", root).train.x.item() == 2.0


def test_a_missing_file_tells_every_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        DataError,
        match=rf"arrays: 'no.npz' not found; looked for {tmp_path}/no.npz and /elsewhere/no.npz; give",
    ):
        load("no.npz", "/elsewhere")


def test_other_files_are_refused_by_their_ending(tmp_path):
    (tmp_path / "data.csv").write_text("1,2")
    with pytest.raises(DataError, match=r"data.csv is no file ending in .npz, .h5, .hdf5"):
        load(tmp_path / "data.csv")
    assert Arrays.reads(tmp_path / "data.csv") is None
    assert Arrays.reads(tmp_path / "data.NPZ") == {"file": str(tmp_path / "data.NPZ")}


# damaged and hostile files


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_truncated_files_are_named_with_their_size(write, share):
    path = write(x_train=np.random.default_rng(0).random((50, 40)), y_train=np.zeros(50))
    truncate(path, by=int(path.stat().st_size * (1 - share)) + 1)
    size = path.stat().st_size
    with pytest.raises(
        DataError, match=rf"arrays: cannot read {path} \({size} bytes\): .*write it again"
    ):
        load(path)


def test_an_empty_file_is_refused(write):
    path = write(x_train=np.eye(2))
    path.write_bytes(b"")
    with pytest.raises(DataError, match=r"\(0 bytes\)"):
        load(path)


def test_a_flipped_byte_is_found(npz):
    path = npz(x_train=np.full((50, 40), 0.25))
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="CRC"):
        load(path)


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a pickle was executed",)


def test_pickles_are_not_executed(tmp_path):
    objects = tmp_path / "objects.npz"
    np.savez(objects, x_train=np.array([Bomb()], dtype=object))
    plain = tmp_path / "plain.npz"
    plain.write_bytes(pickle.dumps(Bomb()))
    member = tmp_path / "member.npz"
    with zipfile.ZipFile(member, "w") as archive:
        archive.writestr("x_train", pickle.dumps(Bomb()))
    for path in (objects, plain, member):
        with pytest.raises(DataError, match=r"cannot read .*write it again"):
            load(path)


@pytest.fixture
def h5(tmp_path):
    """An open .h5 file, and one beside it whose content must not be read."""
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["x_train"] = np.full((2, 2), 0.123)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        yield file, secret


def refused(file, told):
    path = file.filename
    file.close()
    with pytest.raises(DataError, match=rf"cannot read .*: x_train {told}"):
        load(path)


def test_external_links_are_not_followed(h5):
    file, secret = h5
    file["x_train"] = h5py.ExternalLink(secret.name, "x_train")
    refused(file, "is a ExternalLink, and links are not followed")


def test_soft_links_are_not_followed(h5):
    file, secret = h5
    file["through"] = h5py.ExternalLink(secret.name, "x_train")
    file["x_train"] = h5py.SoftLink("/through")
    refused(file, "is a SoftLink, and links are not followed")


def test_external_storage_is_not_read(h5):
    file, secret = h5
    file.create_dataset("x_train", (2, 2), "u1", external=[(str(secret), 0, 4)])
    refused(file, "is kept in other files")


def test_virtual_datasets_are_not_read(h5):
    file, secret = h5
    layout = h5py.VirtualLayout((2, 2), "f8")
    layout[:] = h5py.VirtualSource(secret, "x_train", (2, 2))
    file.create_virtual_dataset("x_train", layout)
    refused(file, "is kept in other files")


def test_groups_objects_and_strange_filters_are_refused(tmp_path):
    cases = {
        "is no dataset": lambda file: file.create_group("x_train"),
        "holds object": lambda file: file.create_dataset("x_train", (1,), h5py.ref_dtype),
        "holds .*, neither": lambda file: file.create_dataset("x_train", (1,), [("a", "f8")]),
        "is packed by filter 32000": lambda file: file.create_dataset(
            "x_train", (2, 2), "f8", compression="lzf"
        ),
        "declares 8796093022208 bytes and stores 0": lambda file: file.create_dataset(
            "x_train", (1 << 20, 1 << 20), "f8", chunks=(1024, 1024)
        ),
    }
    for i, (told, make) in enumerate(cases.items()):
        file = h5py.File(tmp_path / f"{i}.h5", "w")
        make(file)
        refused(file, told)


def test_packed_datasets_are_read(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file.create_dataset(
            "x_train", data=IMAGES, compression="gzip", shuffle=True, fletcher32=True
        )
    assert load(tmp_path / "data.h5").train.x.sum() == IMAGES.sum()
