"""What waits for a commit is kept as it was, and given over once."""

import pytest
import torch
from support.recordings import sample

from neuroplast.recording.recorder import Recorder, Series
from neuroplast.recording.waiting import Waiting


class Heard:
    """Stands for a file; keeps what is added to it."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda *arguments: self.calls.append((name, *arguments))


def replayed(waiting):
    heard = Heard()
    waiting.taken()(heard)
    return heard.calls


def test_nothing_waits_at_first_and_after_it_was_taken():
    waiting = Waiting()
    assert not waiting
    waiting.event(1, "note", "text")
    waiting.series("conv", 1, sample(1))
    assert waiting
    assert waiting.bytes > 0
    assert len(replayed(waiting)) == 2
    assert (bool(waiting), waiting.bytes, replayed(waiting)) == (False, 0, [])


def test_what_was_taken_is_added_as_often_as_asked():
    waiting, one, other = Waiting(), Heard(), Heard()
    waiting.event(1, "note", "text")
    replay = waiting.taken()
    waiting.event(2, "note", "later")
    replay(one)
    replay(other)
    assert one.calls == other.calls == [("event", 1, "note", "text")]


def test_tensors_are_kept_as_they_were():
    waiting, value, metrics = Waiting(), torch.ones(3), {"accuracy": 1.0}
    waiting.series("both", 1, {"norm": Series(value, "norm")})
    waiting.probe("p", "both", 1, {"norm": value})
    waiting.snapshot(1, {"both": {"w": value}})
    waiting.metrics("ridge", 1, metrics)
    assert waiting.bytes == 3 * 3 * 4
    value.zero_()
    metrics["accuracy"] = 0.0
    found = {name: rest for name, *rest in replayed(waiting)}
    assert found["series"][2]["norm"].tolist() == [[1, 1, 1]]
    assert found["probe"][3]["norm"].tolist() == [[1, 1, 1]]
    assert found["snapshot"][1]["both"]["w"].tolist() == [1, 1, 1]
    assert found["metrics"] == ["ridge", 1, {"accuracy": 1.0}]


def test_samples_and_events_come_in_the_order_in_which_they_were_added():
    waiting = Waiting()
    for step in (1, 2, 3):
        waiting.series("conv", step, {"a": Series(step / 2, "a")})
        waiting.event(step, "note", "")
    calls = replayed(waiting)
    assert [call[1] for call in calls if call[0] == "event"] == [1, 2, 3]
    [(layer, steps, samples, labels)] = [rest for name, *rest in calls if name == "series"]
    assert (layer, steps, samples["a"].tolist()) == ("conv", [1, 2, 3], [0.5, 1.0, 1.5])
    assert labels["a"].long_name == "a"


def test_samples_of_many_blocks_come_as_one_array():
    """A block of memory holds 1 MiB; these take three."""
    waiting = Waiting()
    for step in range(1, 6):
        waiting.series("conv", step, {"a": Series(torch.full((2**17,), float(step)), "a")})
    [(_, _, steps, samples, _)] = replayed(waiting)
    assert samples["a"].shape == (5, 2**17)
    assert samples["a"].min(axis=1).tolist() == samples["a"].max(axis=1).tolist() == list(steps)


@pytest.mark.parametrize("size", [1, 3, 2**16])
def test_several_at_once_are_as_one_by_one(size):
    """A block of memory holds three of the largest; they begin in the middle of one."""
    values = torch.randn(9, size, generator=torch.Generator().manual_seed(0))
    several, single = Waiting(), Waiting()
    for waiting in (several, single):
        waiting.series(
            "conv", 1, {"a": Series(values[0], "a"), "b": Series(torch.tensor(1.0), "b")}
        )
    steps = list(range(2, 10))
    numbers = torch.arange(2.0, 10)
    several.samples("conv", steps, {"a": Series(values[1:], "a"), "b": Series(numbers, "b")})
    Recorder.samples(
        single, "conv", steps, {"a": Series(values[1:], "a"), "b": Series(numbers, "b")}
    )
    assert several.bytes == single.bytes == 9 * 4 * (size + 1)
    [(_, *first, _)], [(_, *second, _)] = replayed(several), replayed(single)
    assert first[:2] == second[:2] == ["conv", [1, *steps]]
    assert (first[2]["a"] == values.numpy()).all()
    assert (second[2]["a"] == values.numpy()).all()
    assert first[2]["b"].tolist() == second[2]["b"].tolist() == list(range(1, 10))


def test_samples_that_consist_of_something_else_come_apart():
    waiting = Waiting()
    waiting.series("conv", 1, {"a": Series(torch.ones(3), "a")})
    waiting.series("conv", 2, {"a": Series(torch.ones(3), "a"), "b": Series(2.0, "b")})
    waiting.series("conv", 3, {"a": Series(torch.ones(3), "a")})
    calls = [(steps, sorted(samples)) for _, _, steps, samples, _ in replayed(waiting)]
    assert calls == [([1, 3], ["a"]), ([2], ["a", "b"])]
