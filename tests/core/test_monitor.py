"""What is counted while a layer learns, and what is called unhealthy, on drives made by hand."""

import pytest
import torch
from support.doubles import Below, spec
from support.views import dense_view

from neuroplast import Layer
from neuroplast.build import build_layer
from neuroplast.layer import Adapts
from neuroplast.monitor import WINDOW, Monitor, labels
from neuroplast.probes.samples import BURST
from neuroplast.probes.variables import Glimpse
from neuroplast.probes.window import SMALL
from neuroplast.recording.checkpoint import copied
from neuroplast.recording.recorder import NoRecorder


class Kept(NoRecorder):
    """Keeps the series."""

    def __init__(self):
        self.kept = []

    def series(self, layer, step, values):
        self.kept.append((layer, step, dict(values)))


def monitor(neurons=3, inputs=2, **entries):
    layer = Layer(spec(neurons, name="mine", **entries), (inputs,))
    return Monitor(layer, Kept()), layer


def seen(layer, v, g=None):
    """A view of drives (batch, neurons) or (batch, neurons, positions), and plasticity activity."""
    v = torch.as_tensor(v, dtype=torch.float32)
    g = v if g is None else torch.as_tensor(g, dtype=torch.float32)
    return dense_view(layer.w, torch.zeros(len(v), 2), u=v, v=v, g=g)


def show(watch, *steps, g=None, change=None, step=1):
    """A window of steps with these drives; at the last, `change` is added to the weights. What is sampled then."""
    glimpse = Glimpse(watch.layer)
    for v in steps:
        watch.begin([seen(watch.layer, v, g)])
    if steps:
        glimpse.begin([seen(watch.layer, steps[-1], g)], set(watch.needs))
    if change is not None:
        watch.layer.w.add_(torch.as_tensor(change))
        for projection in watch.layer.projections:
            glimpse.apply(projection)
    watch.end(glimpse)
    watch.record(step)
    return watch.last


def test_winners_are_counted_over_the_window():
    watch, _ = monitor()
    found = show(watch, [[1, 3, 2], [0, 5, 1]], [[9, 1, 1]])
    assert found["win_count"].tolist() == [1, 2, 0]
    assert show(watch, [[9, 1, 1]])["win_count"].tolist() == [1, 0, 0]


def test_activity_is_the_mean_over_the_stimuli_of_the_window():
    watch, _ = monitor()
    found = show(watch, [[1, 0, 2], [2, 0, 4]], [[3, 0, -3]])
    assert found["activity"].tolist() == [2, 0, 1]


def test_winners_are_counted_at_every_position():
    watch, _ = monitor()
    v = torch.tensor([[[1.0, 0, 0, 2], [0, 1, 0, 1], [0, 0, 1, 0]]])
    found = show(watch, v)
    assert found["win_count"].tolist() == [2, 1, 1]
    assert found["activity"].tolist() == [0.75, 0.5, 0.25]


def test_of_equal_drives_the_lowest_index_wins_and_all_equal_positions_are_counted():
    watch, _ = monitor()
    found = show(watch, [[2, 2, 2], [0, 0, 0], [1, 1, 0], [0, 0, 0.1]])
    assert found["all_equal_count"] == 2
    assert found["win_count"].tolist() == [3, 0, 1]


def test_one_neuron_alone_is_not_all_equal():
    watch, _ = monitor(1)
    assert show(watch, [[2], [3]])["all_equal_count"] == 0


def test_the_dead_won_nowhere_in_the_last_windows():
    watch, _ = monitor()
    assert show(watch, [[1, 0, 0]])["dead_share"] == pytest.approx(2 / 3)
    assert show(watch, [[0, 1, 0]])["dead_share"] == pytest.approx(1 / 3)
    for _ in range(WINDOW - 2):
        assert show(watch, [[0, 1, 0]])["dead_share"] == pytest.approx(1 / 3)
    assert show(watch, [[0, 1, 0]])["dead_share"] == pytest.approx(2 / 3)  # the first is forgotten


@pytest.mark.parametrize(
    ("g", "share"),
    [
        ([[0, 1, 0], [1, 0, 0]], 1.0),
        ([[0, -1, 0], [0.5, 0.5, 0]], 0.5),
        ([[1, -0.01, 0], [0.3, 0.3, 0.4]], 0.0),
        ([[0, 0, 0], [0, 0, 0]], 0.0),
    ],
)
def test_a_position_is_saturated_where_one_neuron_has_all_activity(g, share):
    watch, _ = monitor()
    assert show(watch, [[1, 2, 3], [3, 2, 1]], g=g)["saturated_share"] == share


def test_norms_and_sums_of_the_change():
    watch, layer = monitor(2)
    layer.w.copy_(torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
    # (0, 1) becomes (5, -11), of length √146; the change is of length 13
    found = show(watch, [[1, 2]], change=[[0.0, 0.0], [5.0, -12.0]])
    assert found["w_norm"].tolist() == pytest.approx([5, 146**0.5])
    assert found["ltp"].tolist() == [0, 5]
    assert found["ltd"].tolist() == [0, 12]
    assert found["dw_norm"].tolist() == pytest.approx([0, 13])
    assert found["delta_norm"].tolist() == pytest.approx([0, 13])


def test_what_constraints_take_back_is_in_the_change_applied_and_not_in_the_one_left():
    watch, layer = monitor(2, constraints=(Below(bound=1.0),))
    layer.w.fill_(0.5)
    glimpse = Glimpse(layer)
    glimpse.begin([seen(layer, [[1, 2]])], set(watch.needs))
    layer.w.add_(2.0)
    glimpse.apply(layer.projections[0])
    layer.w.clamp_(max=1.0)
    watch.end(glimpse)
    watch.record(1)
    assert watch.last["ltp"].tolist() == [4, 4]
    assert watch.last["dw_norm"].tolist() == pytest.approx([8**0.5] * 2)
    assert watch.last["delta_norm"].tolist() == pytest.approx([0.5**0.5] * 2)


def test_no_change_is_claimed_where_weights_do_not_adapt():
    watch, layer = monitor(2)
    layer.adapts = Adapts(statistics=True)
    show(watch, [[1, 2]])
    assert not {"ltp", "ltd", "dw_norm", "delta_norm"} & set(watch.last)
    assert "w_norm" in watch.last


def test_corrections_are_those_since_the_last_sample():
    watch, layer = monitor(constraints=(Below(),))
    found = []
    for total in (4, 4, 11):
        layer.projections[0].corrected.fill_(total)
        found.append(int(show(watch)["corrected_count"]))
    assert found == [4, 0, 7]


SERIES = {
    *("activity", "win_count", "dead_share", "all_equal_count", "saturated_share"),
    *("w_norm", "delta_norm", "dw_norm", "ltp", "ltd", "corrected_count"),
}


@pytest.mark.parametrize("positions", [(), (5,), (SMALL // 12,)])
def test_samples_are_the_same_to_the_bit_whenever_they_are_finished(positions):
    """One after the other, or as many together as wait; of small activity and, by the last, of large."""
    drives = torch.randn(
        2 * BURST + 3, 4, 4, 3, *positions, generator=torch.Generator().manual_seed(0)
    )
    kept = []
    for together in (False, True):
        watch, layer = monitor()
        for number, window in enumerate(drives):
            glimpse = Glimpse(layer)
            for v in window[: 2 + number % 2]:  # of unequal lengths
                watch.begin([seen(layer, v)])
            watch.end(seeing(glimpse, layer, v))
            watch.record(number)
            if not together:
                watch.flush()
        watch.flush()
        kept.append(watch.recorder.kept)
    alone, together = kept
    assert [s[:2] for s in alone] == [s[:2] for s in together]
    for (*_, one), (*_, other) in zip(alone, together, strict=True):
        assert one.keys() == other.keys() > {"activity", "dead_share", "saturated_share"}
        assert all(one[name].value.equal(other[name].value) for name in one)


def seeing(glimpse, layer, v):
    glimpse.begin([seen(layer, v)], set())
    return glimpse


def test_a_sample_that_consists_of_something_else_does_not_wait_with_others():
    """A batch of another size, and a step that presented nothing."""
    watch, layer = monitor()
    rng = torch.Generator().manual_seed(0)
    for number, size in enumerate((4, 4, 2, 0, 0, 4)):
        v = torch.randn(size, 3, generator=rng)
        glimpse = Glimpse(layer)
        if size:
            watch.begin([seen(layer, v)])
            seeing(glimpse, layer, v)
        watch.end(glimpse)
        watch.record(number)
    watch.flush()
    samples = watch.recorder.kept
    assert [step for _, step, _ in samples] == [0, 1, 2, 3, 4, 5]
    assert ["activity" in values for *_, values in samples] == [
        True,
        True,
        True,
        False,
        False,
        True,
    ]
    wins = [int(v["win_count"].value.sum()) for *_, v in samples if "win_count" in v]
    assert wins == [4, 4, 2, 4]


def test_samples_go_to_the_recorder():
    watch, layer = monitor()
    watch.flush()
    assert watch.recorder.kept == []  # nothing was sampled yet
    show(watch, [[1, 2, 3]], change=[[0.0, 0], [0, 0], [1, 0]], step=20)
    ((name, step, values),) = watch.recorder.kept
    assert (name, step) == ("mine", 20)
    assert set(values) == SERIES == set(labels(layer))
    statistics = {n for n in SERIES if values[n].statistic == "sum"}
    assert statistics == {"win_count", "corrected_count"}
    assert values["activity"].statistic == "mean"


def test_without_series_health_is_looked_at_all_the_same():
    layer = Layer(spec(3, name="mine"), (2,))
    watch = Monitor(layer, Kept(), keeps=False)
    show(watch, [[1, 2, 3]], change=[[0.0, 0], [0, 0], [1, 0]], step=20)
    assert watch.recorder.kept == []
    assert watch.finite()
    assert "ltp" not in watch.last


def test_weights_that_are_not_finite_are_found():
    watch, layer = monitor()
    show(watch)
    assert watch.finite()
    layer.w[1, 0] = float("nan")
    assert watch.finite()  # not looked at again yet
    show(watch)
    assert not watch.finite()


@pytest.mark.parametrize("size", [1, SMALL])
def test_going_on_from_a_state_says_the_same(size):
    """In the middle of a window; tensors as they come from a checkpoint, of which nothing is shared."""
    drives = torch.randn(7, size, 3, generator=torch.Generator().manual_seed(0))
    one, layer = monitor(constraints=(Below(),))
    layer.projections[0].corrected.fill_(5)
    for v in drives[:3]:
        show(one, v)
    one.begin([seen(layer, drives[3])])
    one.begin([seen(layer, drives[4])])
    layer.projections[0].corrected.fill_(9)
    kept = copied(one.state())
    other, again = monitor(constraints=(Below(),))
    again.projections[0].corrected.fill_(9)
    again.w.copy_(layer.w)
    other.load_state(kept)
    for watch in (one, other):
        show(watch, drives[5], step=2)
    (*_, (_, _, first)), ((_, _, second),) = one.recorder.kept, other.recorder.kept
    assert first.keys() == second.keys()
    assert all(first[name].value.equal(second[name].value) for name in first)
    assert first["corrected_count"].value == 4
    assert first["win_count"].value.sum() == 3 * size
    assert one.complaints() == other.complaints()


# What is unhealthy


def complaints(watch, drives, times=WINDOW, g=None):
    for _ in range(times):
        show(watch, drives, g=g, step=0)
    return watch.complaints()


def test_dead_neurons_are_complained_of_when_there_was_time_to_win():
    watch, _ = monitor()
    assert complaints(watch, [[1, 0, 0]], WINDOW - 1) == []
    (told,) = complaints(watch, [[1, 0, 0]], 1)
    assert told.startswith("mine: 67% of its neurons win nowhere (dead units); ")


def test_a_layer_where_all_win_is_healthy():
    watch, _ = monitor()
    assert complaints(watch, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]) == []


def test_a_graded_competition_that_is_not_graded_any_more():
    layer = build_layer(
        (2,), synapse={"kind": "dense", "neurons": 3}, competition="soft_wta", name="mine"
    )
    winners = [[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]
    watch = Monitor(layer, Kept())
    (told,) = complaints(watch, winners, 1)
    assert told.startswith("mine: its graded competition is saturated")
    assert "inverse temperature" in told
    assert complaints(watch, winners, 1, g=[[0.9, 0.1, 0], [0, 1, 0], [0, 0, 1]]) == []
    hard, _ = monitor()
    assert complaints(hard, winners, 1) == []


@pytest.mark.parametrize(("factor", "ran"), [(1.0, False), (9.0, False), (11.0, True)])
def test_norms_that_run_away(factor, ran):
    """More than tenfold since the first sample."""
    watch, layer = monitor()
    layer.w.copy_(torch.tensor([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0]]))
    everyone = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert complaints(watch, everyone, 1) == []
    layer.w.mul_(factor)
    told = complaints(watch, everyone, 1)
    assert bool(told) == ran
    if ran:
        assert told[0].startswith("mine: its largest weight norm ran from 2 to 22; lower the rate")
