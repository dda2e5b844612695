"""Where two recordings part, of small ones in which what differs was put there."""

import math

import pytest
import torch
from support.recordings import LAYERS, begin, state

from neuroplast.analysis.difference import find_differences
from neuroplast.recording.reader import open_run
from neuroplast.recording.recorder import Series


def write(folder, numbers=(1.0, 2.0, 3.0), steps=(1, 2, 3), w=0, loss=0.5, said="begins", **more):
    """A run of three samples of one series with two neurons; more: other series, and the header."""
    late = {k: more.pop(k) for k in ("late",) if k in more}
    recorder = begin(folder, layers=(LAYERS[0],), **more)
    recorder.event(0, "phase", said)
    for step, number in zip(steps, numbers, strict=True):
        values = {"norm": Series(torch.tensor([1.0, number, 1.0, 1.0]), "norm")}
        values |= {name: Series(value, name) for name, value in late.items() if step > 1}
        recorder.series("conv", step, values)
    kept = state(0)["conv"]
    kept["w"] = kept["w"].contiguous().clone()
    kept["w"][2, 1, 0, 2] += w
    recorder.snapshot(3, {"conv": kept})
    recorder.metrics("linear", 3, {"loss": loss})
    recorder.close("complete", 3)
    return folder


@pytest.fixture
def differences(tmp_path):
    """find_differences of two runs written with these changes."""

    def find(one, other):
        a, b = (write(tmp_path / n, **changes) for n, changes in (("a", one), ("b", other)))
        with open_run(a) as first, open_run(b) as second:
            return find_differences(first, second)

    return find


def test_equal_recordings_have_none(differences):
    assert differences({}, {}) == ()


def test_not_a_number_equals_itself_and_nothing_else(differences):
    assert differences({"numbers": (1, math.nan, 3)}, {"numbers": (1, math.nan, 3)}) == ()


def test_where_a_series_differs_first_and_where_most(differences):
    (found,) = differences({"numbers": (1, 2, 3)}, {"numbers": (1, 2.5, 7)})
    assert (found.step, found.kind, found.where, found.name) == (2, "layer", "conv", "norm")
    assert (found.index, found.one, found.other) == ((1,), 2.0, 2.5)
    assert (found.largest, found.count) == (4.0, 2)
    assert str(found) == "step 2, layer conv, series norm[1]"


def test_a_number_against_none_differs_without_bound(differences):
    (found,) = differences({"numbers": (1, math.nan, 3)}, {"numbers": (1, 2, 3)})
    assert math.isnan(found.one)
    assert (found.other, found.largest) == (2.0, math.inf)


def test_the_sign_of_zero_is_a_bit(differences):
    (found,) = differences({"numbers": (1, 0.0, 3)}, {"numbers": (1, -0.0, 3)})
    assert (found.step, found.largest) == (2, 0.0)


def test_the_order_is_by_step_then_what_is_missing_then_the_scenario(differences):
    found = differences(
        {"loss": 0.5, "scenario": {"eta": 0.1}},
        {
            "numbers": (1, 2, 4),
            "w": 1.0,
            "loss": 0.25,
            "said": "starts",
            "late": 1.0,
            "scenario": {"eta": 0.2},
        },
    )
    told = [(d.step, d.kind, d.name) for d in found]
    assert told == [
        (0, "event", "event"),
        (3, "state", "w"),
        (3, "layer", "norm"),
        (3, "metrics", "loss"),
        (1, "layer", "late"),
        (0, "scenario", "scenario.eta"),
    ]
    assert found[1].index == (2, 1, 0, 2)
    assert found[4].is_missing
    assert not found[3].is_missing
    assert (found[3].one, found[3].other, found[3].largest) == (0.5, 0.25, 0.25)
    assert (found[5].one, found[5].other) == (0.1, 0.2)


def test_a_sample_that_one_lacks_is_a_difference_at_its_step(differences):
    (found,) = differences(
        {"numbers": (1, 2, 3), "steps": (1, 2, 4)}, {"numbers": (1, 2), "steps": (1, 4)}
    )
    assert (found.step, found.one, found.other) == (2, "a sample", None)
    assert found.largest == math.inf


def test_samples_of_another_shape_are_not_compared(tmp_path, differences):
    from neuroplast.recording.recorder import ProbeHeader, SeriesHeader

    paths = []
    for n in (2, 3):
        seen = {"ltp": SeriesHeader("potentiation", ("neuron",))}
        probe = ProbeHeader("some", "conv", {"neuron": tuple(range(n))}, seen)
        recorder = begin(tmp_path / str(n), layers=(LAYERS[0],), probes=(probe,))
        recorder.probe("some", "conv", 4, {"ltp": torch.zeros(n)})
        recorder.close("complete", 4)
        paths.append(tmp_path / str(n))
    with open_run(paths[0]) as one, open_run(paths[1]) as other:
        (found,) = find_differences(one, other)
    assert (found.step, found.kind, found.where, found.name) == (4, "probe", "some, conv", "ltp")
    assert (found.one, found.other) == ("a sample of shape (2,)", "a sample of shape (3,)")
