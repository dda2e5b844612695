"""What a probe may say, and how it is told what it must not."""

import pytest
from pydantic import ValidationError

from neuroplast.probes.spec import ProbeSpec, RecordSpec

WHOLE = {"name": "mine", "variables": ["w"], "every": 10}


def test_one_stands_for_a_list_of_one():
    spec = ProbeSpec(name="mine", variables="w", on="epoch", layers="layer1", neurons=3)
    assert spec.variables == ("w",)
    assert (spec.on, spec.layers, spec.neurons) == (("epoch",), ("layer1",), (3,))


def test_a_dump_gives_the_same_spec():
    spec = ProbeSpec(
        **WHOLE, **{"from": 5, "until": 9, "reduce": "histogram", "bins": 2, "range": [0, 1]}
    )
    assert ProbeSpec(**spec.model_dump(mode="json", by_alias=True)) == spec


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"every": None}, "says not when to sample; add every"),
        ({"name": ""}, "at least 1 character"),
        ({"variables": []}, "at least 1 item"),
        ({"from": 5, "until": 4}, "looks from step 5 until step 4"),
        ({"neurons": [1, 2, 1]}, "names neuron 1 twice"),
        ({"neurons": []}, "at least 1 item"),
        ({"neurons": [-1]}, "greater than or equal to 0"),
        ({"bins": 3}, "has bins or range, and reduces to 'last'"),
        ({"reduce": "histogram", "bins": 3}, "a histogram of unknown bins; add bins = "),
        ({"reduce": "histogram", "bins": 3, "range": [1, 1]}, r"has the range \[1.0, 1.0\]"),
        ({"reduce": "median"}, "'last', 'mean', 'sum', 'min', 'max' or 'histogram'"),
        ({"on": ["sunday"]}, "'phase finished'"),
        ({"evry": 3}, "did you mean 'every'"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes, told):
    with pytest.raises(ValidationError, match=told):
        ProbeSpec(**{**WHOLE, **changes})


def test_names_are_distinct():
    with pytest.raises(ValidationError, match="two probes with the name 'mine'"):
        RecordSpec(probes=[WHOLE, WHOLE])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "every 10 steps"),
        ({"log": 5, "on": ["epoch"]}, "every 10 steps, 5 steps spaced evenly in log, on epoch"),
        ({"from": 3, "until": 9}, "every 10 steps from step 3 until step 9"),
    ],
)
def test_when_in_words(changes, words):
    assert ProbeSpec(**{**WHOLE, **changes}).when == words
