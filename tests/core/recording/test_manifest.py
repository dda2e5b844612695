"""What is not as it was written is named by its path."""

import h5py
import pytest
from support.recordings import record

from neuroplast.recording import manifest


@pytest.fixture
def file(tmp_path):
    with h5py.File(record(tmp_path) / "run.h5", "r+") as file:
        yield file


def test_a_file_is_what_was_written(file):
    assert manifest.differences(file) == []
    paths = [line.partition("  ")[2] for line in manifest.read(file)]
    assert paths == sorted(paths)
    assert {"/", "/layers/conv/w", "/provenance", "/events/message"} <= set(paths)
    assert not {"/provenance/manifest", "/provenance/manifest_line"} & set(paths)


def test_what_was_changed_removed_or_added_is_named(file):
    file["layers/conv/w"][0, 0, 0] += 1
    file["layers/both/near"].attrs["weight_shape"] = [4, 3]
    file["provenance"].attrs["host"] = b"elsewhere"
    del file["layers/conv/late"]
    file["layers/conv"].create_dataset("new", data=1.0)
    assert manifest.differences(file) == [
        *("/layers/both/near", "/layers/conv/late", "/layers/conv/new", "/layers/conv/w"),
        "/provenance",
    ]


def test_a_file_of_a_version_without_one_is_taken_as_it_is(file):
    del file["provenance/manifest"]
    assert manifest.read(file) is None
    assert manifest.differences(file) == []
