"""Stimuli are checked whoever provides them, split for validation, and told apart by a hash."""

import hashlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from neuroplast import ConfigurationError, DataError, PluginError, Split, Stimuli, StimulusSet
from neuroplast.loading import fingerprint, load_stimuli, split_validation
from neuroplast.stored import data_root


class Given(Stimuli):
    """Provides what the test puts into `found`; raises it where it is an error."""

    kind: ClassVar[str] = "given"
    found: ClassVar[object] = None

    def load(self, root, rng):
        if isinstance(self.found, BaseException):
            raise self.found
        return self.found


def load(found):
    Given.found = found
    return load_stimuli(Given(), Path("/nowhere"), torch.Generator())


def images(n=4, **changes):
    """A sound set: n training and two test images of two classes."""
    x, y = torch.arange(n * 12.0).view(n, 3, 2, 2), torch.arange(n) % 2
    return replace(StimulusSet(Split(x, y), Split(x[:2].clone(), y[:2].clone())), **changes)


def problems(found):
    with pytest.raises(DataError) as caught:
        load(found)
    return str(caught.value)


# what is promised afterwards


def test_sound_sets_pass_unchanged():
    found = images(
        classes=("cat", "dog"), copy="second", source="somewhere", truth={"k": torch.ones(1)}
    )
    loaded = load(found)
    assert loaded.train.x.equal(found.train.x)
    assert loaded.test.y.equal(found.test.y)
    assert (loaded.classes, loaded.copy, loaded.source) == (("cat", "dog"), "second", "somewhere")
    assert loaded.truth == found.truth


def test_types_become_plain():
    x = torch.eye(4, dtype=torch.float64).T[:, ::2]
    loaded = load(StimulusSet(Split(x, torch.tensor([0.0, 1, 1, 0])), Split(x[:1])))
    assert loaded.train.x.dtype == loaded.test.x.dtype == torch.float32
    assert loaded.train.x.is_contiguous()
    assert loaded.train.x.tolist() == x.tolist()
    assert loaded.train.y.dtype == torch.int64
    assert loaded.train.y.tolist() == [0, 1, 1, 0]
    assert loaded.test.y is None


def test_bytes_stay_bytes():
    x = torch.tensor([[0, 255]], dtype=torch.uint8)
    loaded = load(StimulusSet(Split(x)))
    assert loaded.train.x.dtype == torch.uint8
    assert loaded.classes == ()


def test_nameless_classes_get_their_numbers():
    assert load(images()).classes == ("0", "1")


# what is refused, with split, index, value and remedy


def test_values_that_are_not_finite():
    found = images()
    found.train.x[2, 1, 0, 1] = float("nan")
    found.train.x[3, 0, 0, 0] = float("inf")
    assert problems(found) == (
        "given: x_train: 2 of 48 values not finite in float32, the first nan at [2, 1, 0, 1]; "
        "mend these stimuli, or leave them out"
    )


def test_labels_that_are_not_whole():
    found = images(train=Split(torch.zeros(3, 3, 2, 2), torch.tensor([0, 1, 0.5])))
    assert problems(found) == (
        "given: y_train: 1 of 3 labels not whole numbers, the first 0.5 at [2]; "
        "number the classes from 0"
    )


def test_labels_that_are_nan():
    found = images(train=Split(torch.zeros(2, 3, 2, 2), torch.tensor([0, float("nan")])))
    assert "y_train: 1 of 2 labels not whole numbers, the first nan at [1]" in problems(found)


@pytest.mark.parametrize("label", [-1, 2, 10**15])
def test_labels_out_of_range(label):
    found = images(classes=("cat", "dog"))
    found.test.y[1] = label
    assert problems(found).startswith(
        f"given: y_test: 1 of 2 labels outside 0 to 1, the first {label} at [1]; number the classes"
    )


def test_a_test_label_that_training_has_not():
    found = images()
    found.test.y[0] = 2
    assert "y_test: 1 of 2 labels outside 0 to 1, the first 2 at [0]" in problems(found)


def test_a_label_higher_than_there_are_stimuli_is_no_class():
    found = images()
    found.train.y[3] = 10**9
    assert "y_train: 1 of 4 labels outside 0 to 3, the first 1000000000 at [3]" in problems(found)


@pytest.mark.parametrize("split", ["train", "test"])
def test_empty_splits(split):
    told = problems(images(**{split: Split(torch.zeros(0, 3, 2, 2), torch.zeros(0))}))
    assert told == f"given: x_{split}: holds no stimuli; give it some, or leave it out"


def test_one_label_too_few():
    told = problems(images(train=Split(torch.zeros(4, 3, 2, 2), torch.tensor([0, 1, 1]))))
    assert told == "given: y_train: has shape (3,) for 4 stimuli; give one label each, shape (4,)"


@pytest.mark.parametrize("shape", [(), (4,), (4, 2, 2), (4, 0), (1, 2, 3, 4, 5)])
def test_shapes_that_layers_do_not_take(shape):
    told = problems(StimulusSet(Split(torch.zeros(shape))))
    assert told == (
        f"given: x_train: has shape {shape}; "
        "stimuli are (n, features) or (n, channels, height, width)"
    )


def test_types_that_are_neither_bytes_nor_floats():
    told = problems(StimulusSet(Split(torch.zeros(2, 2, dtype=torch.int32))))
    assert told == "given: x_train: holds int32; store bytes (0 to 255), or floats"


def test_test_stimuli_of_another_shape():
    told = problems(images(test=Split(torch.zeros(1, 3, 2, 9))))
    assert told == (
        "given: x_test: has stimuli of shape (3, 2, 9), x_train of (3, 2, 2); give both the same shape"
    )


def test_bytes_beside_floats():
    told = problems(images(test=Split(torch.zeros(1, 3, 2, 2, dtype=torch.uint8))))
    assert told.startswith("given: x_test: holds uint8, x_train float32; store both")


def test_all_problems_are_told_at_once_with_the_source():
    found = images(source="here.npz", test=Split(torch.zeros(0, 3, 2, 2)))
    found.train.x[0, 0, 0, 0] = float("nan")
    found.train.y[1] = -7
    lines = problems(found).splitlines()
    assert lines[0] == "given (here.npz): 3 problems"
    assert [line.split(":")[0] for line in lines[1:]] == ["  x_train", "  x_test", "  y_train"]


def test_errors_of_the_plugin_pass_and_slips_are_told_with_its_name():
    with pytest.raises(DataError, match=r"^not there$"):
        load(DataError("not there"))
    with pytest.raises(PluginError, match="stimuli 'given': load raised KeyError: 'x'; tell"):
        load(KeyError("x"))
    with pytest.raises(PluginError, match="load returned Tensor; it must return a StimulusSet"):
        load(torch.zeros(2, 2))
    with pytest.raises(DataError, match=r"given: cannot be read: .*no right"):
        load(PermissionError("no right"))
    with pytest.raises(DataError, match="given: there is not enough memory"):
        load(MemoryError("9 TB"))
    with pytest.raises(DataError, match="given: there is not enough memory"):
        load(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
    with pytest.raises(KeyboardInterrupt):
        load(KeyboardInterrupt())


def test_what_another_plugin_raises_on_purpose_keeps_its_type():
    with pytest.raises(ConfigurationError):
        load(ConfigurationError("cannot be meant"))


# validation


def numbered(y):
    """Stimuli whose value is their number."""
    n = len(y) if not isinstance(y, int) else y
    labels = None if isinstance(y, int) else torch.tensor(y)
    return Split(torch.arange(n).view(n, 1), labels)


def numbers(split):
    return split.x.flatten().tolist()


@given(n=st.integers(2, 200), share=st.floats(0.01, 0.99))
def test_the_parts_are_disjoint_complete_and_in_order(n, share):
    wanted = round(share * n)
    if not 1 <= wanted < n:
        return
    train, validation = split_validation(numbered(n), share)
    assert len(validation) == wanted
    assert sorted(numbers(train) + numbers(validation)) == list(range(n))
    assert numbers(train) == sorted(numbers(train))
    assert numbers(validation) == sorted(numbers(validation))


def test_each_class_gives_its_share():
    labels = [0] * 10 + [1] * 20 + [2] * 30
    train, validation = split_validation(numbered(labels), 6)
    assert validation.y.bincount().tolist() == [1, 2, 3]
    assert train.y.bincount().tolist() == [9, 18, 27]
    assert [labels[i] for i in numbers(validation)] == validation.y.tolist()


def test_what_rounding_leaves_goes_to_the_largest_remainders():
    """5 of 3, 3 and 4 stimuli: 1.5, 1.5 and 2 each; the half that is left goes to the first."""
    _, validation = split_validation(numbered([0, 0, 0, 1, 1, 1, 2, 2, 2, 2]), 5)
    assert validation.y.bincount().tolist() == [2, 1, 2]


def test_no_class_loses_all_its_stimuli():
    """9 of 12 would be 0.75 of the single stimulus of class 1."""
    train, _ = split_validation(numbered([0] * 11 + [1]), 9)
    assert train.y.bincount().tolist() == [2, 1]
    with pytest.raises(
        ConfigurationError, match=r"with 11 of 12 .* a class would have none .* 10 at most"
    ):
        split_validation(numbered([0] * 11 + [1]), 11)


def test_the_draw_is_the_same_each_time_and_no_pattern():
    drawn = numbers(split_validation(numbered(1000), 0.1)[1])
    torch.manual_seed(123)
    assert numbers(split_validation(numbered(1000), 0.1)[1]) == drawn
    assert numbers(split_validation(numbered(1000), 100)[1]) == drawn
    assert len({b - a for a, b in pairwise(drawn)}) > 5
    assert drawn[0] < 100
    assert drawn[-1] >= 900


@pytest.mark.parametrize("amount", [0, 10, 11, -1, 0.0, 1.0, 1.5, -0.1, 0.01, 0.99])
def test_impossible_amounts_are_refused(amount):
    with pytest.raises(ConfigurationError, match=rf"validation = {amount}: "):
        split_validation(numbered(10), amount)


# identity


def test_the_fingerprint_is_that_of_types_shapes_and_bytes():
    x = torch.tensor([[1, 2], [3, 4]], dtype=torch.uint8)
    found = StimulusSet(Split(x, torch.tensor([0, 1])), Split(x[:1]))
    expected = hashlib.sha256(
        b"x_train uint8 (2, 2)\n\1\2\3\4"
        + b"y_train int64 (2,)\n"
        + np.array([0, 1], "<i8").tobytes()
        + b"x_test uint8 (1, 2)\n\1\2"
    )
    assert fingerprint(found) == expected.hexdigest()


def test_the_fingerprint_sees_every_change_of_the_arrays_and_nothing_else():
    found = images()
    x, y = found.train.x, found.train.y
    others = [
        images(test=None),
        images(train=Split(x, None)),
        images(train=Split(x, 1 - y)),
        images(train=Split(x + (torch.arange(4) == 3).view(4, 1, 1, 1), y)),
        images(train=Split(x.flip(0), y)),
        images(train=Split(x.transpose(2, 3).reshape(4, 3, 4, 1), y)),
        images(train=Split(x.to(torch.uint8), y)),
    ]
    prints = [fingerprint(other) for other in (found, *others)]
    assert len(set(prints)) == len(prints)
    strided = Split(x.permute(1, 2, 3, 0).contiguous().permute(3, 0, 1, 2), y)
    assert fingerprint(images(train=strided, classes=("a", "b"), source="else")) == prints[0]


# where sets are looked for


def test_the_data_root(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NEUROPLAST_DATA", raising=False)
    assert data_root() == tmp_path / ".cache" / "neuroplast" / "datasets"
    monkeypatch.setenv("NEUROPLAST_DATA", "")
    assert data_root() == tmp_path / ".cache" / "neuroplast" / "datasets"
    monkeypatch.setenv("NEUROPLAST_DATA", "~/sets")
    assert data_root() == tmp_path / "sets"
