"""What is said where a file cannot be read."""

from pathlib import Path

import h5py
import pytest

from neuroplast.errors import DataError
from neuroplast.recording.damage import reading, shown

RAISED = {
    OSError(
        "bad sum\nand a trace"
    ): r"^a\.h5: is damaged or was cut short \(bad sum\); copy it again, or repeat the run$",
    PermissionError(): "may not be read; ask its owner",
    BlockingIOError(): "is being written by a run",
    KeyError("w"): "damaged",
    RecursionError("deep"): "damaged",
    ValueError("\x1b[2J"): "\\(\ufffd\\[2J\\)",
}


@pytest.mark.parametrize("error", RAISED, ids=lambda e: type(e).__name__)
def test_each_error_is_a_sentence(error):
    with pytest.raises(DataError, match=RAISED[error]), reading(Path("a.h5")):
        raise error


def test_a_data_set_is_named(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["group/x"] = 1.0
        with (
            pytest.raises(DataError, match="/group/x is damaged"),
            reading(Path("a.h5"), file["group/x"]),
        ):
            raise OSError("bad sum")
    with pytest.raises(DataError, match="was closed; open it again"), reading(Path("a.h5"), file):
        pass


def test_our_own_errors_and_bugs_pass():
    with pytest.raises(DataError, match=r"^said$"), reading(Path("a.h5")):
        raise DataError("said")
    with pytest.raises(AttributeError), reading(Path("a.h5")):
        raise AttributeError


def test_texts_are_shown_without_what_a_terminal_obeys():
    assert shown("θ a\x1b[1m\x07\n\u202e") == "θ a\ufffd[1m\ufffd\ufffd\ufffd"
