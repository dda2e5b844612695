"""The fingerprint of the content: equal for equal content, another one for any other."""

import shutil

import h5py
import numpy as np
import pytest
from support.recordings import HEADER, record, state

from neuroplast.recording.digest import content_sha256
from neuroplast.recording.reader import open_run


def digest(path):
    with h5py.File(path, "r") as file:
        return content_sha256(file)


ATTRIBUTES_OF = ("", "scenario", "layers/conv", "layers/both/near", "layers/conv/w", "events/kind")


def everything(path):
    """The path of every data set that has values, and the attributes of some nodes as path@name."""
    found = []

    def visit(path, node):
        inside = not path.startswith("provenance") and isinstance(node, h5py.Dataset) and node.size
        found.extend([path] if inside else [])

    with h5py.File(path, "r") as file:
        file.visititems(visit)
        found += [f"{node}@{name}" for node in ATTRIBUTES_OF for name in file[node or "/"].attrs]
    skipped = ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME")
    return [path for path in found if path.rpartition("@")[2] not in skipped]


def changed(value):
    """The same array with its first value flipped."""
    value = np.array(value)
    first = value.reshape(-1).view(np.uint8)
    first[0] ^= 1
    return value


def test_the_file_says_the_digest_of_its_content(tmp_path):
    run = open_run(record(tmp_path))
    assert run.provenance["content_sha256"] == digest(tmp_path / "run.h5")
    assert run.is_intact()


def test_equal_content_gives_an_equal_digest(tmp_path):
    """However it was committed, whoever ran it, and with what."""
    one = record(tmp_path / "one", commits=(1, 2, 9))
    provenance = {"run_id": "another", "host": "elsewhere"}
    other = record(tmp_path / "two", commits=(), provenance=provenance, packages=("torch==3",))
    assert digest(one / "run.h5") == digest(other / "run.h5")
    assert (one / "run.h5").read_bytes() != (other / "run.h5").read_bytes()


@pytest.mark.parametrize(
    "change",
    [{"title": "other"}, {"seed": 8}, {"scenario": {**HEADER.scenario, "about": ""}}],
    ids=str,
)
def test_another_header_gives_another_digest(tmp_path, change):
    one, other = record(tmp_path / "one"), record(tmp_path / "two", **change)
    assert digest(one / "run.h5") != digest(other / "run.h5")


def test_every_flipped_value_changes_the_digest(tmp_path):
    original, copy = record(tmp_path) / "run.h5", tmp_path / "copy.h5"
    before, places = digest(original), everything(original)
    assert len(places) > 60
    for place in places:
        shutil.copyfile(original, copy)
        with h5py.File(copy, "r+") as file:
            path, _, name = place.partition("@")
            node = file[path or "/"]
            if name:
                kind = node.attrs.get_id(name).dtype
                node.attrs.modify(name, changed(np.array(node.attrs[name], kind)))
            else:
                flipped = changed(node[()])
                node[()] = flipped if node.shape else flipped[()]
        assert digest(copy) != before, place


def test_what_is_added_or_renamed_changes_the_digest(tmp_path):
    path = record(tmp_path) / "run.h5"
    seen = {digest(path)}
    with h5py.File(path, "r+") as file:
        file["layers/conv"].move("w", "v")
    seen.add(digest(path))
    with h5py.File(path, "r+") as file:
        file.create_group("layers/more")
    seen.add(digest(path))
    with h5py.File(path, "r+") as file:
        file["provenance"].attrs["host"] = "elsewhere"
    seen.add(digest(path))
    assert len(seen) == 3


def test_a_changed_weight_is_noticed(tmp_path):
    run = record(tmp_path)
    with h5py.File(run / "run.h5", "r+") as file:
        file["layers/conv/w"][1, 0, 0] += 1e-6
    opened = open_run(run)
    assert not opened.is_intact()
    assert opened.final_state()["conv"]["w"].flatten()[0] != state(10)["conv"]["w"].flatten()[0]
