"""What `data list`, `data check` and `data fetch` do, for any plugin."""

from pathlib import Path
from typing import ClassVar

import pytest

from neuroplast import ConfigurationError, DataError, DataFile, Stimuli, hookimpl, registry
from neuroplast.stored import Stored, check_stored, fetch, stored


class Kept(Stimuli):
    """A set kept in one file, which is damaged where it does not say "whole"."""

    kind: ClassVar[str] = "kept"
    aliases: ClassVar[tuple[str, ...]] = ("held",)

    def load(self, root, rng):
        raise AssertionError("nobody asked to learn from it")

    @classmethod
    def files(cls, root):
        path = root / "kept.txt"
        return [DataFile("kept", path, "original", path.is_file())]

    @classmethod
    def check(cls, root):
        file = cls.files(root)[0]
        if not file.present:
            return [file]
        whole = file.path.read_text() == "whole"
        return [DataFile("kept", file.path, "original", True, whole, "" if whole else "it is not")]

    @classmethod
    def fetch(cls, root):
        path = root / "kept.txt"
        path.write_text("whole")
        return [path]


class Made(Stimuli):
    kind: ClassVar[str] = "made"

    def load(self, root, rng):
        raise AssertionError("nobody asked to learn from it")


class Broken(Made):
    kind: ClassVar[str] = "broken"

    @classmethod
    def files(cls, root):
        raise ZeroDivisionError("a slip")


@pytest.fixture
def provide():
    """Make these kinds of stimuli the only ones."""

    def provide(*parts):
        class Plugin:
            @hookimpl
            def stimuli(self):
                return list(parts)

        known = registry.Registry()
        known.add(Plugin())
        registry.use(known)

    yield provide
    registry.use(None)


def states(found):
    return {s.kind: s.state for s in found}


def test_sets_are_missing_here_whole_or_damaged(provide, tmp_path):
    provide(Kept, Made)
    assert states(stored(tmp_path)) == {"kept": "missing"}
    assert check_stored(tmp_path) == []
    (tmp_path / "kept.txt").write_text("whole")
    assert states(stored(tmp_path)) == {"kept": "here"}
    assert states(check_stored(tmp_path)) == {"kept": "whole"}
    (tmp_path / "kept.txt").write_text("torn")
    assert states(check_stored(tmp_path)) == {"kept": "damaged"}
    assert check_stored(tmp_path)[0].files[0].detail == "it is not"


def test_a_named_set_is_checked_though_missing(provide, tmp_path):
    provide(Kept, Made)
    assert states(check_stored(tmp_path, "kept")) == {"kept": "missing"}
    assert states(check_stored(tmp_path, "held")) == {"kept": "missing"}
    with pytest.raises(DataError, match="made: keeps no files"):
        check_stored(tmp_path, "made")
    with pytest.raises(ConfigurationError, match="kept"):
        check_stored(tmp_path, "kepd")


def test_fetch_asks_the_plugin(provide, tmp_path):
    provide(Kept, Made)
    assert fetch(tmp_path, "held") == [tmp_path / "kept.txt"]
    assert states(check_stored(tmp_path)) == {"kept": "whole"}
    with pytest.raises(DataError, match="made: there is nothing to download"):
        fetch(tmp_path, "made")
    with pytest.raises(
        DataError, match=r"kept: could not be fetched into .*no.where.*No such file"
    ):
        fetch(tmp_path / "no" / "where", "kept")


def test_a_plugin_that_raises_is_told_beside_the_others(provide, tmp_path):
    provide(Kept, Broken)
    found = {s.kind: s for s in stored(tmp_path)}
    assert found["kept"].state == "missing"
    assert found["broken"].state == "damaged"
    assert "raised ZeroDivisionError: a slip" in found["broken"].files[0].detail


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ([(True, True), (True, True)], "whole"),
        ([(True, True), (True, None)], "here"),
        ([(True, True), (True, False)], "damaged"),
        ([(True, False), (False, None)], "missing"),
    ],
)
def test_the_state_of_several_files(files, state):
    made = (DataFile("x", Path("x"), "original", present, whole) for present, whole in files)
    assert Stored("x", tuple(made)).state == state
