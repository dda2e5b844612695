"""What is counted while a layer learns, and what is called unhealthy, on drives made by hand."""

import pytest
import torch
from support.doubles import spec
from support.views import dense_view

from neuroplast import Layer
from neuroplast.build import build_layer
from neuroplast.layer import Adapts
from neuroplast.monitor import WINDOW, Monitor
from neuroplast.recording.recorder import NoRecorder


class Kept(NoRecorder):
    """Keeps the series."""

    def __init__(self):
        self.samples = []

    def series(self, layer, step, values):
        self.samples.append((layer, step, dict(values)))


def monitor(neurons=3, inputs=2, **entries):
    layer = Layer(spec(neurons, name="mine", **entries), (inputs,))
    return Monitor(layer, Kept()), layer


def show(watch, v, g=None):
    """Present drives (batch, neurons) or (batch, neurons, positions), and plasticity activity."""
    v = torch.as_tensor(v, dtype=torch.float32)
    g = v if g is None else torch.as_tensor(g, dtype=torch.float32)
    view = dense_view(watch.layer.w, torch.zeros(len(v), 2), u=v, v=v, g=g)
    watch.presented(watch.layer, [view])
    return {name: series.value for name, series in watch.last.items()}


def test_winners_are_counted():
    watch, _ = monitor()
    found = show(watch, [[1, 3, 2], [0, 5, 1], [9, 1, 1]])
    assert found["win_count"].tolist() == [1, 2, 0]


def test_winners_are_counted_at_every_position():
    watch, _ = monitor()
    v = torch.tensor([[[1.0, 0, 0, 2], [0, 1, 0, 1], [0, 0, 1, 0]]])
    assert show(watch, v)["win_count"].tolist() == [2, 1, 1]


def test_of_equal_drives_the_lowest_index_wins_and_all_equal_positions_are_counted():
    watch, _ = monitor()
    found = show(watch, [[2, 2, 2], [0, 0, 0], [1, 1, 0], [0, 0, 0.1]])
    assert found["all_equal_count"] == 2
    assert found["win_count"].tolist() == [3, 0, 1]


def test_one_neuron_alone_is_not_all_equal():
    watch, _ = monitor(1)
    assert show(watch, [[2], [3]])["all_equal_count"] == 0


def test_the_dead_won_nowhere_in_the_sampled_batches():
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
    assert show(watch, [[1, 2, 3], [3, 2, 1]], g)["saturated_share"] == share


def test_norms_and_the_size_of_the_change():
    watch, layer = monitor(2)
    layer.w.copy_(torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
    show(watch, [[1, 2]])
    layer.w.add_(torch.tensor([[0.0, 0.0], [3.0, 3.0]]))  # (0, 1) becomes (3, 4)
    watch.changed(layer)
    assert watch.last["w_norm"].value.tolist() == [5, 5]
    assert watch.last["delta_norm"].value.tolist() == pytest.approx([0, 18**0.5])


def test_no_change_is_claimed_where_weights_do_not_adapt():
    watch, layer = monitor(2)
    layer.adapts = Adapts(statistics=True)
    show(watch, [[1, 2]])
    watch.changed(layer)
    assert "delta_norm" not in watch.last
    assert "w_norm" in watch.last


def test_corrections_are_those_since_the_last_sample():
    watch, layer = monitor()
    found = []
    for total in (4, 4, 11):
        layer.projections[0].corrected.fill_(total)
        watch.changed(layer)
        found.append(watch.last["corrected_count"].value)
    assert found == [4, 0, 7]


def test_samples_go_to_the_recorder():
    watch, layer = monitor()
    watch.record(1)
    assert watch.recorder.samples == []  # nothing was sampled yet
    show(watch, [[1, 2, 3]])
    watch.changed(layer)
    watch.record(20)
    ((name, step, values),) = watch.recorder.samples
    assert (name, step) == ("mine", 20)
    assert set(values) == {
        *("win_count", "dead_share", "all_equal_count", "saturated_share"),
        *("w_norm", "delta_norm", "corrected_count"),
    }
    assert values["win_count"].statistic == "sum"


def test_weights_that_are_not_finite_are_found():
    watch, layer = monitor()
    watch.changed(layer)
    assert watch.finite()
    layer.w[1, 0] = float("nan")
    assert watch.finite()  # not looked at again yet
    watch.changed(layer)
    assert not watch.finite()


def test_watching_changes_nothing():
    x = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
    plain, watched = (
        build_layer((5,), use="softhebb", synapse={"kind": "dense", "neurons": 4}) for _ in range(2)
    )
    watched.observer = Monitor(watched, NoRecorder())
    start = plain.w.clone()
    for _ in range(3):
        plain.learn(x)
        watched.learn(x)
    assert not plain.w.equal(start)
    assert all(plain.state[name].equal(t) for name, t in watched.state.items())
    assert watched.observer.last["win_count"].value.sum() == 8


# What is unhealthy


def complaints(watch, drives, times=WINDOW, g=None):
    for _ in range(times):
        show(watch, drives, g)
        watch.changed(watch.layer)
        watch.record(0)
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
