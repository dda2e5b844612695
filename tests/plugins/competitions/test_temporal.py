"""The bounded window of temporal competition, held to the window kept whole."""

import statistics

import pytest
import torch
from pydantic import ValidationError
from support.numbers import normal
from torch.testing import assert_close

from neuroplast.component import NO_STATE
from neuroplast.projection import allocate
from neuroplast_plugins.competitions.hard_wta import HardWta
from neuroplast_plugins.competitions.streaming_median import (
    COUNTS,
    KNOTS,
    LONGEST,
    StreamingMedian,
    middle,
    piecewise,
)
from neuroplast_plugins.competitions.temporal import Temporal
from neuroplast_plugins.competitions.temporal_squared import TemporalSquared
from neuroplast_plugins.competitions.windows import remember, thresholds

CHANNELS, POSITIONS = 96, 4


def new(part, *response):
    axes = {"scalar": (), "post": response[:1], "positions": response[1:]}
    return allocate(part, axes, torch.device("cpu"))[0]


def window(length, *values):
    return StreamingMedian(length, torch.zeros(KNOTS, *values), torch.zeros(COUNTS, *values), 0)


# The medians


def test_middle_of_odd_and_even_numbers():
    x = torch.tensor([[3.0, 1.0], [1.0, 1.0], [8.0, 2.0]])
    assert middle(x).tolist() == [3.0, 1.0]
    assert middle(torch.tensor([3.0, 1.0, 8.0, 2.0])).item() == 2.5
    assert middle(torch.tensor([3.0])).item() == 3.0


def test_piecewise_by_hand():
    xs, ys = torch.tensor([0.0, 2.0, 2.0, 6.0]), torch.tensor([10.0, 20.0, 30.0, 40.0])
    at = [-1.0, 0.0, 1.0, 2.0, 3.0, 6.0, 7.0]
    # halfway to 2: 15; at the step the upper end, 30; a quarter of the way to 6: 32.5; beyond the ends 10 and 40
    expected = [10.0, 10.0, 15.0, 30.0, 32.5, 40.0, 40.0]
    assert [piecewise(torch.tensor(x), xs, ys).item() for x in at] == expected


@pytest.mark.parametrize("length", [1, 2, 3, 8, 37])
@pytest.mark.parametrize("batch", [1, 3, 5, 50])
def test_short_windows_are_exact(length, batch):
    v, state = normal(120, 2, dtype=torch.float32), window(length, 2)
    for start in range(0, 120, batch):
        state = state.absorb(v[start : start + batch])
        last = v[max(0, min(start + batch, 120) - length) : start + batch]
        assert_close(state.median(), middle(last))


def test_the_first_stimuli_are_exact():
    v, state = normal(37, 3, dtype=torch.float32), window(500, 3)
    for n in range(1, 38):
        state = state.absorb(v[n - 1 : n])
        exact = [statistics.median(column) for column in v[:n].T.tolist()]
        assert_close(state.median(), torch.tensor(exact))


def test_how_a_window_is_cut_into_batches_hardly_matters():
    v = normal(1200, 4, dtype=torch.float32)
    medians = []
    for batch in (1, 64, 1200):
        state = window(300, 4)
        for start in range(0, 1200, batch):
            state = state.absorb(v[start : start + batch])
        medians.append(state.median())
    assert_close(medians[0], medians[1], rtol=0, atol=1e-5)
    assert_close(medians[0], medians[2], rtol=0, atol=0.05)  # the last 300 alone, so other blocks


def test_equal_stimuli_have_their_value_for_a_median():
    state = window(100, 2)
    for _ in range(30):
        state = state.absorb(torch.tensor([[0.3, -2.0]]).expand(7, 2))
    assert_close(state.median(), torch.tensor([0.3, -2.0]))


def test_a_value_that_most_stimuli_have_is_the_median():
    """As of rectified activity: most are exactly 0, so the median is."""
    state = window(500, 20)
    v = (normal(2000, 20, dtype=torch.float32) - 0.8).clamp_min(0)
    for start in range(0, 2000, 50):
        state = state.absorb(v[start : start + 50])
    assert_close(state.median(), torch.zeros(20))


def test_all_is_forgotten_when_a_window_has_passed():
    state = window(50, 1).absorb(torch.full((400, 1), 1000.0))
    for _ in range(8):
        state = state.absorb(normal(10, 1, dtype=torch.float32))
    assert abs(state.median().item()) < 1.5


def test_counters_stay_small():
    """A float32 counts to 16.8 million; many more stimuli than that may come."""
    for length in (3, 500):
        state = window(length, 1)
        for _ in range(200):
            state = state.absorb(torch.randn(100, 1, generator=torch.Generator().manual_seed(1)))
            assert state.seen < 4 * (length + 4) * 2


# The threshold


def activity(kind, n=2000):
    """Activity of every channel and position that is not stationary; in every case some change for each window."""
    z = normal(n, CHANNELS, POSITIONS, seed=1, dtype=torch.float32)
    common = normal(n, 1, 1, seed=2, dtype=torch.float32)
    t = torch.arange(n).view(-1, 1, 1) / 500
    phase = normal(1, CHANNELS, 1, seed=3, dtype=torch.float32)
    return {
        "stationary": 1 + z,
        "drifts up": 1 + z + t,
        "drifts down": 8 + z - t,
        "each channel its own way": 1.5 + (1 + 0.5 * torch.sin(t + phase)) * z + 0.7 * torch.sin(t),
        "grows": (1 + t / 2) * (1 + z),
        "jumps": 1 + z + 0.5 * ((t * 1.3).long() % 2),
        "skewed, channels alike": (0.7 * z + 0.7 * common).exp() * (1 + 0.3 * torch.sin(2 * t)),
    }[kind]


KINDS = (
    "stationary",
    "drifts up",
    "drifts down",
    "each channel its own way",
    "grows",
    "jumps",
    "skewed, channels alike",
)


@pytest.mark.parametrize("batch", [3, 64])
@pytest.mark.parametrize("kind", KINDS)
def test_threshold_is_within_five_percent_of_the_exact_windows(kind, batch):
    part, v = Temporal(), activity(kind)
    memory = new(part, CHANNELS, POSITIONS)
    for step, start in enumerate(range(0, len(v), batch)):
        now = v[start : start + batch]
        if step % max(1, 120 // batch) == 0:
            found = thresholds("channels", now, memory, part.window)
            exact = middle(v[max(0, start + len(now) - 500) : start + len(now)]).mean(0)
            assert found.shape == (POSITIONS,)
            assert ((found - exact).abs() / exact).max() < 0.05, f"stimulus {start}"
        remember(now, memory, part.window)


def test_a_jump_shows_for_a_while():
    """By a twelfth of it, while the block that it fell in leaves the window, beside what is lost otherwise."""
    part, memory = Temporal(), new(Temporal(), CHANNELS, POSITIONS)
    v = normal(1300, CHANNELS, POSITIONS, dtype=torch.float32)
    v[585:] += 1  # the middle of the block from 501 to 668
    worst = 0.0
    for start in range(0, 1300, 10):
        found = thresholds("channels", v[start : start + 10], memory, part.window)
        exact = middle(v[max(0, start + 10 - 500) : start + 10]).mean(0)
        worst = max(worst, float((found - exact).abs().max()))
        remember(v[start : start + 10], memory, part.window)
    assert worst < 1 / 12 + 0.02


def test_threshold_near_zero_is_within_five_percent_of_a_standard_deviation():
    """What is relative to the threshold means nothing where that is 0."""
    part, memory = Temporal(), new(Temporal(), CHANNELS, POSITIONS)
    v = activity("each channel its own way") - 1.5
    for start in range(0, len(v), 50):
        now = v[start : start + 50]
        found = thresholds("channels", now, memory, part.window)
        last = v[max(0, start + 50 - 500) : start + 50]
        assert (found - middle(last).mean(0)).abs().max() < 0.05 * last.std(0).mean()
        remember(now, memory, part.window)


@pytest.mark.parametrize("batch", [500, 501, 1300])
def test_batches_longer_than_the_window(batch):
    """The window is the end of the batch, and its threshold exact."""
    part, memory = Temporal(), new(Temporal(), 3, 2)
    for seed in range(3):
        v = normal(batch, 3, 2, seed=seed, dtype=torch.float32) + seed
        exact = middle(v[-500:]).mean(0)
        assert_close(thresholds("channels", v, memory, 500), exact)
        remember(v, memory, part.window)
        # a single stimulus more: the bounded window has taken in the batch
        after = thresholds("channels", v[:1], memory, 500)
        assert (after - exact).abs().max() < 0.1


def test_memory_of_the_first_layer_for_cifar10_is_below_ten_megabytes():
    """96 channels of 32 x 32 positions, 98,304 values; kept whole, 500 of them would take 197 MB."""
    for part in (Temporal(), TemporalSquared(), Temporal(window=LONGEST)):
        axes = {"scalar": (), "post": (96,), "positions": (32, 32)}
        tensors = allocate(part, axes, torch.device("cpu"))[1].values()
        held = sum(t.numel() * t.element_size() for t in tensors)
        assert held == 98_304 * 92 + 4  # 9 · 4 + 28 · 2 bytes for each, and one counter
        assert held < 10e6


def test_the_counter_is_where_it_can_be_read_without_waiting():
    """What is done next depends on it; on a GPU two copies of a number to the host would hold up every step."""
    for part in (Temporal(), TemporalSquared()):
        axes = {"scalar": (), "post": (3,), "positions": (2,)}
        tensors = allocate(part, axes, torch.device("meta"))[1]
        found = {name: tensor.device.type for name, tensor in tensors.items()}
        assert found == {"knots": "meta", "counts": "meta", "seen": "cpu"}


# The competition


def compete(part, v, memory=None):
    memory = memory or new(part, *v.shape[1:])
    return part.compete(v, memory)


def test_by_hand():
    v = torch.tensor([[1.0, 5.0, 0.0], [3.0, 1.0, 2.0], [2.0, 3.0, 7.0]])
    # medians 2, 3, 2, so T = 7/3: above it are 5; 3; 3 and 7
    assert compete(Temporal(), v).tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert compete(Temporal(activity="drive", anti_hebbian=True), v)[2].tolist() == [0.0, -3.0, 7.0]
    assert compete(TemporalSquared(), v).tolist() == [
        [0.0, 25.0, 0.0],
        [9.0, 0.0, 0.0],
        [0.0, 0.0, 49.0],
    ]


def test_soft_winners_share_among_those_above():
    v = torch.log(torch.tensor([[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 2.0, 6.0], [1.0, 1.0, 1.0, 1.0]]))
    # medians 0, so T = 0: the last two of the second stimulus, a quarter and three quarters
    g = compete(Temporal(winners="soft"), v)
    assert_close(g, torch.tensor([[0.0] * 4, [0.0, 0.0, 0.25, 0.75], [0.0] * 4]))
    anti = compete(Temporal(winners="soft", anti_hebbian=True, activity="drive"), v)[1]
    assert_close(anti, torch.tensor([0.0, 0.0, -0.25, 0.75]) * v[1])
    cold = compete(Temporal(winners="soft", inverse_temperature=2.0), v)[1]
    assert_close(cold, torch.tensor([0.0, 0.0, 0.1, 0.9]))  # 4 and 36 of 40


def test_in_space_the_threshold_is_a_channels():
    v = torch.tensor([[[1.0, 5.0], [9.0, 7.0]], [[3.0, 1.0], [7.0, 7.0]]])
    # channel 0: medians 2 and 3, T = 2.5; channel 1: 8 and 7, T = 7.5
    expected = [[[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]]
    assert compete(Temporal(axis="space"), v).tolist() == expected


def test_it_is_hard_wta_where_the_winner_is_above():
    v = normal(64, 10, 3, dtype=torch.float32)
    g = compete(Temporal(activity="drive"), v)
    hard = HardWta(activity="drive").compete(v, NO_STATE)
    above = v.amax(1, keepdim=True) > middle(v).mean(0)
    assert_close(g, torch.where(above, hard, 0.0))


def test_published_form_has_no_winner_below_zero():
    v = torch.tensor([[-1.0, -3.0, -5.0], [-5.0, -3.0, -4.0], [-3.0, -3.0, -4.0]])
    # medians -3, -3, -4, T = -10/3; the largest z of the first stimulus is the 0 of its last neuron
    assert compete(TemporalSquared(), v).tolist() == torch.zeros(3, 3).tolist()
    assert compete(Temporal(), v)[0].tolist() == [1.0, 0.0, 0.0]


def test_earlier_stimuli_count():
    part = Temporal(window=3)
    memory = new(part, 2)
    for row in ([8.0, 8.0], [8.0, 8.0]):
        remember(torch.tensor([row]), memory, 3)
    v = torch.tensor([[7.0, 1.0]])  # medians 8 and 8: nobody is above
    assert compete(part, v, memory).tolist() == [[0.0, 0.0]]
    assert compete(part, v).tolist() == [[1.0, 0.0]]  # alone, medians 7 and 1, T = 4


def test_competing_changes_no_memory():
    part, v = Temporal(), normal(50, 4, 3, dtype=torch.float32)
    memory = new(part, 4, 3)
    for _ in range(12):
        remember(v, memory, part.window)
    kept = {name: getattr(memory, name).clone() for name in part.memories()}
    part.compete(v, memory)
    assert all(torch.equal(kept[name], getattr(memory, name)) for name in kept)


def test_refused_parameters():
    for wrong in ({"window": 0}, {"window": LONGEST + 1}, {"winners": "all"}, {"activity": "none"}):
        with pytest.raises(ValidationError):
            Temporal(**wrong)


def test_memory_is_finite_for_drives_beyond_half_precision():
    part, memory = Temporal(), new(Temporal(), 3)
    for seed in range(10):
        remember(1e9 * normal(30, 3, seed=seed, dtype=torch.float32), memory, part.window)
        assert memory.knots.isfinite().all()
        assert memory.counts.isfinite().all()
