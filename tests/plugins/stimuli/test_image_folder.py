import numpy as np
import pytest
import torch
from PIL import Image
from support.data_files import truncate

from neuroplast import DataError
from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli.image_folder import ImageFolder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "images"


def save(path, value, mode="L", size=(4, 3)):
    """An image of one value, four pixels wide and three high."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value).save(path)


def load(folder, **parameters):
    return load_stimuli(ImageFolder(folder=str(folder), **parameters), folder, torch.Generator())


def test_classes_are_numbered_by_name_and_images_sorted(folder):
    for letter, value in zip("hgfedcba", range(8, 0, -1), strict=True):
        save(folder / "dog" / f"{letter}.png", value)
    save(folder / "cat" / "deep" / "down.bmp", 99)
    found = load(folder)
    assert found.classes == ("cat", "dog")
    assert found.train.y.tolist() == [0] + [1] * 8
    assert found.train.x[:, 0, 0, 0].tolist() == [99, *range(1, 9)]
    assert found.train.x.shape == (9, 1, 3, 4)
    assert found.train.x.dtype == torch.uint8
    assert found.test is None


def test_train_and_test_folders(folder):
    save(folder / "train" / "a" / "1.png", 1)
    save(folder / "train" / "b" / "1.png", 2)
    save(folder / "test" / "b" / "1.png", 3)
    found = load(folder)
    assert found.train.y.tolist() == [0, 1]
    assert found.test.y.tolist() == [1]
    assert found.test.x[0, 0, 0, 0] == 3


def test_test_images_may_have_another_folder(folder):
    save(folder / "train" / "a" / "1.png", 1)
    save(folder / "val" / "a" / "1.png", 2)
    with pytest.raises(
        DataError, match=r"has no folder 'test' beside 'train', but val; .*test = 'val'"
    ):
        load(folder)
    assert len(load(folder, test="val").test) == 1


def test_images_without_folders_have_no_labels(folder):
    save(folder / "1.png", 1)
    save(folder / "2.png", 2)
    found = load(folder)
    assert found.train.y is None
    assert found.classes == ()
    assert len(found.train) == 2


def test_hidden_and_other_files_are_left_out(folder):
    save(folder / "a" / "1.png", 1)
    save(folder / ".thumbnails" / "1.png", 1)
    save(folder / "a" / "._2.png", 1)
    (folder / "a" / "notes.txt").write_text("not an image")
    assert len(load(folder).train) == 1


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (["a/1.png", "stray.png"], r"has images \(stray.png, ...\) beside folders \(a, ...\)"),
        (["test/a/1.png"], "has a folder 'test' but none 'train'"),
        (["train/a/1.png", "test/b/1.png"], "has a class 'b' that .*train has not"),
        (["train/1.png", "test/b/1.png"], "has a class 'b' that .*train has not"),
        (["a/1.png", "b/notes.txt"], r"b has no images"),
        (["notes.txt"], r"images has no images; put some there \(.png"),
    ],
)
def test_what_lies_astray_is_named(folder, files, told):
    for name in files:
        path = folder / name
        if path.suffix == ".png":
            save(path, 1)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    with pytest.raises(DataError, match=told):
        load(folder)


# colours


def test_colours_come_first(folder):
    save(folder / "1.png", (10, 20, 30), "RGB")
    x = load(folder).train.x
    assert x.shape == (1, 3, 3, 4)
    assert x[0, :, 1, 2].tolist() == [10, 20, 30]


def test_one_coloured_image_makes_all_have_colours(folder):
    save(folder / "1.png", 5)
    save(folder / "2.png", (10, 20, 30), "RGB")
    assert load(folder).train.x[0, :, 0, 0].tolist() == [5, 5, 5]


def test_colour_can_be_asked_for_or_dropped(folder):
    save(folder / "grey.png", 5)
    assert load(folder, colour="rgb").train.x.shape[1] == 3
    save(folder / "white.png", (200, 200, 200), "RGB")
    x = load(folder, colour="grey").train.x
    assert x.shape[1] == 1
    assert x[:, 0, 0, 0].tolist() == [5, 200]


def test_palettes_and_transparency_become_plain_colours(folder):
    save(folder / "1.png", (10, 20, 30, 0), "RGBA")
    image = Image.new("P", (4, 3), 0)
    image.putpalette([40, 50, 60] + [0] * 765)
    image.save(folder / "2.png", transparency=bytes([128, 255]))
    assert load(folder).train.x[:, :, 0, 0].tolist() == [[10, 20, 30], [40, 50, 60]]


def test_sixteen_bits_are_refused(folder):
    folder.mkdir()
    Image.fromarray(np.full((3, 4), 60_000, np.uint16)).save(folder / "deep.png")
    with pytest.raises(DataError, match=r"deep.png \(\d+ bytes\): it holds I;16 values, not bytes"):
        load(folder)


# sizes


def test_images_of_several_sizes_need_resize(folder):
    save(folder / "1.png", 1)
    save(folder / "2.png", 1)
    save(folder / "3.png", 1, size=(8, 8))
    with pytest.raises(DataError, match=r"have 2 sizes \(2 of 3 x 4, 1 of 8 x 8\); set resize"):
        load(folder)
    assert load(folder, resize=(5, 6)).train.x.shape == (3, 1, 5, 6)
    assert load(folder, resize=7).train.x.shape == (3, 1, 7, 7)


def test_resizing_averages(folder):
    folder.mkdir()
    Image.fromarray(np.array([[0, 100], [100, 200]], np.uint8)).save(folder / "1.png")
    assert load(folder, resize=1).train.x.item() == 100


def test_every_unreadable_image_is_named(folder):
    for name in "abcdefgh":
        save(folder / f"{name}.png", 1)
        if name != "a":
            (folder / f"{name}.png").write_text("no image")
    with pytest.raises(DataError) as caught:
        load(folder)
    lines = str(caught.value).splitlines()
    assert lines[0] == "image_folder: 7 of 8 images cannot be read; mend or remove them"
    assert [line.split()[0][-5:] for line in lines[1:-1]] == [f"{n}.png" for n in "bcdef"]
    assert "(8 bytes)" in lines[1]
    assert lines[-1] == "  and 2 more"


def test_a_truncated_image_is_named_with_its_size(folder):
    rng = np.random.default_rng(0)
    folder.mkdir()
    Image.fromarray(rng.integers(0, 255, (64, 64), np.uint8)).save(folder / "1.jpg")
    truncate(folder / "1.jpg", by=500)
    size = (folder / "1.jpg").stat().st_size
    with pytest.raises(DataError, match=rf"1.jpg \({size} bytes\): image file is truncated"):
        load(folder)


def test_a_missing_folder_and_a_file_are_refused(folder):
    with pytest.raises(DataError, match=r"image_folder: '.*images' not found; looked for"):
        load(folder)
    folder.write_text("")
    with pytest.raises(DataError, match="is a file; give the folder"):
        load(folder)
    assert ImageFolder.reads(folder) is None
    assert ImageFolder.reads(folder.parent) == {"folder": str(folder.parent)}
