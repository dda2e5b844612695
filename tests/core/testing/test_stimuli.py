"""The kit's checks of stimuli."""

from dataclasses import replace
from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip

from neuroplast import DataError, DataFile, Split, Stimuli, StimulusSet

FITS = "gives stimuli and labels that fit each other"
APART = "keeps test stimuli apart from training stimuli"
SAME = "gives the same set from the same stream"
MISSING = "says what to do where its files are missing"


class Drawn(Stimuli):
    """Noise in two classes."""

    kind: ClassVar[str] = "drawn"

    def load(self, root, rng):
        return StimulusSet(split(20, rng), split(10, rng), ("a", "b"), "generated")

    def shape(self, root):
        return (5,)


class Filed(Stimuli):
    """A set in one file that is not here."""

    kind: ClassVar[str] = "filed"

    def load(self, root, rng):
        if not (root / "filed.npz").exists():
            raise DataError("filed: no filed.npz; get it with: neuroplast data fetch filed")
        return Drawn().load(root, rng)

    @classmethod
    def files(cls, root):
        path = root / "filed.npz"
        return [DataFile("filed", path, "original", path.exists())]


def split(count, rng):
    return Split(torch.randn(count, 5, generator=rng), torch.arange(count) % 2)


def drawing(change, base=Drawn):
    """The set after a change."""

    def load(self, root, rng):
        return change(Drawn().load(root, rng), root)

    return type("Broken", (base,), {"load": load})()


def train(**changes):
    return drawing(lambda found, root: replace(found, train=replace(found.train, **changes)))


def test_a_sound_set_passes():
    for name in (FITS, APART, SAME, MISSING):
        hold(Drawn(), name)


def test_a_set_that_is_not_here_is_skipped():
    for name in (FITS, APART, SAME):
        assert "neuroplast data fetch filed" in skip(Filed(), name)
    hold(Filed(), MISSING)


@pytest.fixture
def root(monkeypatch, tmp_path):
    monkeypatch.setenv("NEUROPLAST_DATA", str(tmp_path))
    return tmp_path


def test_a_set_that_is_here_is_checked(root):
    (root / "filed.npz").write_bytes(b"")
    for name in (FITS, APART, SAME):
        hold(Filed(), name)


Y = torch.arange(20) % 2


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (train(x=torch.zeros(20, 5, dtype=torch.int64)), "bytes or floats"),
        (train(x=torch.zeros(20, 5, 5)), "give (n, features)"),
        (train(x=torch.zeros(0, 5)), "n over 0"),
        (train(x=torch.full((20, 5), float("nan"))), "not finite"),
        (train(x=torch.zeros(20, 4)), "test.x"),
        (train(x=torch.zeros(20, 5, dtype=torch.uint8)), "test.x"),
        (train(x=torch.zeros(19, 5)), "shape (19,)"),
        (train(y=Y.int()), "int64"),
        (train(y=Y[:, None]), "shape (20, 1)"),
        (train(y=Y + 1), "from 1 to 2"),
        (train(y=Y - 1), "from -1 to 0"),
        (train(y=None), "only one"),
        (drawing(lambda found, root: found.train), "not a StimulusSet"),
    ],
)
def test_stimuli_and_labels_that_do_not_fit_are_caught(part, said):
    assert said in catch(part, FITS)


def test_a_shape_that_is_told_wrong_is_caught():
    part = type("Broken", (Drawn,), {"shape": lambda self, root: (5, 1)})()
    assert "says (5, 1)" in catch(part, FITS)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (drawing(lambda found, root: replace(found, test=found.train)), "share memory"),
        (
            drawing(lambda f, r: replace(f, test=Split(f.train.x[5:10], f.train.y[5:10]))),
            "share memory",
        ),
        (
            drawing(lambda f, r: replace(f, test=Split(f.train.x[:5].clone(), f.train.y[:5]))),
            "first training stimuli",
        ),
    ],
)
def test_test_stimuli_that_are_training_stimuli_are_caught(part, said):
    assert said in catch(part, APART)


def test_without_test_stimuli_there_is_nothing_to_keep_apart():
    assert "no test stimuli" in skip(drawing(lambda f, r: replace(f, test=None)), APART)


def test_chance_from_elsewhere_is_caught():
    def noisy(found, root):
        return replace(found, train=replace(found.train, x=torch.randn(20, 5)))

    assert "global generator" in catch(drawing(noisy), SAME)
    hidden = torch.Generator().manual_seed(0)

    def hidden_noise(found, root):
        return replace(found, train=replace(found.train, x=torch.randn(20, 5, generator=hidden)))

    assert "the second time" in catch(drawing(hidden_noise), SAME)


def test_labels_that_change_are_caught():
    orders = [Y, Y.flip(0)]
    part = drawing(lambda f, r: replace(f, train=replace(f.train, y=orders.pop())))
    assert "the second time" in catch(part, SAME)


def test_a_seed_of_its_own_is_caught():
    def fixed(found, root):
        return Drawn().load(root, torch.Generator().manual_seed(0))

    assert "another stream" in catch(drawing(fixed), SAME)


def refusing(error):
    def load(self, root, rng):
        raise error

    return type("Broken", (Filed,), {"load": load})()


def test_a_set_that_appears_from_nowhere_is_caught():
    part = drawing(lambda found, root: found, Filed)
    assert "files are missing" in catch(part, MISSING)


def test_a_refusal_without_a_remedy_is_caught():
    assert "not what to do" in catch(refusing(DataError("filed: not found")), MISSING)


def test_an_error_that_is_no_data_error_is_passed_on():
    with pytest.raises(FileNotFoundError):
        hold(refusing(FileNotFoundError("filed.npz")), MISSING)


def test_writing_into_the_data_root_is_caught():
    def load(self, root, rng):
        (root / "filed.part").write_bytes(b"half")
        raise DataError("filed: the download failed; try again")

    assert "wrote into" in catch(type("Broken", (Filed,), {"load": load})(), MISSING)


def test_a_set_that_brings_its_files_is_not_asked_for_missing_ones():
    files = classmethod(lambda cls, root: [DataFile("filed", root, "original", True)])
    assert "brings its own" in skip(type("With", (Filed,), {"files": files})(), MISSING)
