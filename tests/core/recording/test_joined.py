"""Several files as one array: every way of asking for some of it gives what the whole would give."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroplast.errors import DataError
from neuroplast.recording import schema
from neuroplast.recording.joined import joined
from neuroplast.recording.schema import Label


def segment(path, steps, values=None, late=None):
    """A file with a group of samples: `w` (step, neuron) and, if given, `late` (step)."""
    file = h5py.File(path, "w")
    group = file.create_group("samples")
    schema.add_scale(group, "step")
    schema.add_scale(group, "neuron", 3)
    group["step"].resize(len(steps), axis=0)
    group["step"][:] = steps
    for name, dims, array in (("w", ("step", "neuron"), values), ("late", ("step",), late)):
        if array is not None:
            data_set = schema.add_array(group, name, dims, np.float32, Label(name))
            data_set[...] = array
    file.attrs["title"] = len(steps)
    return file


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Steps 1 to 4, 4 to 6, 7 to 10: the second completes the row of step 4, and lacks `late`."""
    folder = tmp_path_factory.mktemp("joined")
    first = np.arange(12.0).reshape(4, 3)
    first[3, 1:] = np.nan
    second = np.arange(12.0, 21.0).reshape(3, 3)
    second[0, 0] = np.nan
    third = np.arange(21.0, 33.0).reshape(4, 3)
    files = [
        segment(folder / "0", [1, 2, 3, 4], first),
        segment(folder / "1", [4, 5, 6], second),
        segment(folder / "2", [7, 8, 9, 10], third, late=[7, 8, 9, 10]),
    ]
    whole = np.arange(33.0).reshape(11, 3)
    expected = np.concatenate([whole[:3], [[9, 13, 14]], whole[5:]])
    yield [folder / str(n) for n in range(3)], files, expected
    for file in files:
        file.close()


def group_of(three):
    paths, files, _ = three
    return joined(paths, files).group("samples")


def test_rows_follow_each_other_and_a_shared_one_is_completed(three):
    group = group_of(three)
    assert group.array("step")[:].tolist() == list(range(1, 11))
    assert group.array("w").shape == (10, 3)
    assert group.array("w").dims == ("step", "neuron")
    np.testing.assert_array_equal(group.array("w")[:], three[2])


def test_rows_that_no_file_has_are_not_a_number(three):
    late = group_of(three).array("late")[:]
    assert np.isnan(late[:6]).all()
    assert late[6:].tolist() == [7, 8, 9, 10]


slices = st.builds(slice, *[st.one_of(st.none(), st.integers(-12, 12))] * 2, st.integers(1, 4))
rows = st.one_of(
    st.integers(-10, 9), slices, st.lists(st.integers(0, 9), unique=True, min_size=1).map(sorted)
)


@given(
    row=rows, column=st.one_of(st.integers(0, 2), st.builds(slice, st.integers(0, 2), st.just(3)))
)
def test_any_part_is_that_of_the_whole(three, row, column):
    expected = three[2][row, column] if not isinstance(row, list) else three[2][row][:, column]
    np.testing.assert_array_equal(group_of(three).array("w")[row, column], expected)


def test_few_rows_far_apart_are_read_one_by_one(tmp_path):
    values = np.arange(3000.0).reshape(1000, 3)
    file = segment(tmp_path / "0", np.arange(1000), values)
    array = joined([tmp_path / "0"], [file]).group("samples").array("w")
    for chosen in ([0, 1, 999], [3, 5, 6, 7]):
        np.testing.assert_array_equal(array[chosen], values[chosen])
    file.close()


def test_what_is_not_there_is_named(three):
    with pytest.raises(KeyError, match="/samples lacks the data set 'odd'"):
        group_of(three).array("odd")
    with pytest.raises(KeyError, match="/samples lacks the group 'odd'"):
        group_of(three).group("odd")


def test_attributes_are_those_of_the_first_file_that_has_them(three):
    paths, files, _ = three
    assert joined(paths, files).attributes == {"title": 4}


def test_another_shape_in_a_later_segment_is_told(tmp_path):
    files = [segment(tmp_path / "0", [1], np.zeros((1, 3))), segment(tmp_path / "1", [2])]
    group = files[1]["samples"]
    data_set = schema.add_array(group, "w", ("step",), np.float32, Label("w"))
    data_set[:] = 1
    array = joined([tmp_path / "0", tmp_path / "1"], files).group("samples").array("w")
    assert array[0].tolist() == [0, 0, 0]
    with pytest.raises(DataError, match=r"1: /samples/w .*another shape"):
        array[:]
    for file in files:
        file.close()


def test_a_group_in_one_and_an_array_in_another_is_told(tmp_path):
    files = [segment(tmp_path / "0", [1]), segment(tmp_path / "1", [2])]
    files[0]["samples"].create_group("odd")
    files[1]["samples/odd"] = 1
    with pytest.raises(
        ValueError, match="/samples/odd is a group in one segment, an array in another"
    ):
        _ = joined([tmp_path / "0", tmp_path / "1"], files).group("samples").arrays
    for file in files:
        file.close()


def test_rows_that_were_not_flushed_are_left_out(tmp_path):
    """Of a file that was cut off while it was written, as those of format 1.0 are."""
    file = segment(tmp_path / "0", [1, 2, 3, -1, 5], np.zeros((5, 3)))
    for limit, steps in ((None, [1, 2, 3]), (2, [1, 2])):
        group = joined([tmp_path / "0"], [file], limit).group("samples")
        assert group.array("step")[:].tolist() == steps
        assert group.array("w").shape == (len(steps), 3)
    file.close()
