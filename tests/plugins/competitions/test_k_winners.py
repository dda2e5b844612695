from math import exp

import pytest
import torch
from support.numbers import normal
from support.views import dense_view
from torch.testing import assert_close

from neuroplast import ConfigurationError, Fit, State
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.k_winners import KWinners
from neuroplast_plugins.competitions.k_wta import KWta


def duty(*values):
    return State({"duty": torch.tensor(values)})


def adapted(part, v, g, memory):
    view = dense_view(torch.zeros(v.shape[1], 2), torch.zeros(len(v), 2), g=g, u=v)
    part.adapt(view.remembering(memory))
    return memory.duty.tolist()


def test_boosts_by_hand():
    """p = 1/2; boosts e^(0.5 - 1) = 0.61 and e^(0.5 - 0) = 1.65, so 2 counts as 1.21 and 1 as 1.65."""
    v = torch.tensor([[2.0, 1.0]])
    assert KWinners().compete(v, duty(1.0, 0.0)).tolist() == [[0.0, 1.0]]
    assert KWinners().compete(v, duty(0.5, 0.5)).tolist() == [[2.0, 0.0]]
    # level where 2 e^-0.5b = e^0.5b, b = ln 2
    assert KWinners(strength=0.69).compete(v, duty(1.0, 0.0)).tolist() == [[2.0, 0.0]]
    assert KWinners(strength=0.70).compete(v, duty(1.0, 0.0)).tolist() == [[0.0, 1.0]]
    assert exp(0.69) < 2 < exp(0.70)


def test_without_strength_it_is_k_wta():
    v = normal(3, 6, 4, 2)
    memory = State({"duty": torch.rand(6, generator=torch.Generator().manual_seed(0))})
    for activity in ("drive", "binary"):
        for anti in (False, True):
            same = {"k": 2, "activity": activity, "anti_hebbian": anti}
            plain = KWta(**same).compete(v, NO_STATE)
            assert torch.equal(KWinners(strength=0, **same).compete(v, memory), plain)


def test_duty_cycles_by_hand():
    part, memory = KWinners(time_constant=2, activity="binary"), duty(0.0, 1.0, 0.5)
    v = torch.tensor([[3.0, 1.0, 2.0], [1.0, 3.0, 2.0], [3.0, 2.0, 1.0]])
    g = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    # moved by 1 - (1/2)³ = 7/8 towards shares of 2/3, 1/3, 0
    expected = [7 / 8 * 2 / 3, 1 - 7 / 8 * 2 / 3, 0.5 / 8]
    assert adapted(part, v, g, memory) == pytest.approx(expected)


def test_anti_hebbian_losers_have_not_won():
    """g > 0 of a loser with a negative drive."""
    part, memory = KWinners(time_constant=1, anti_hebbian=True), duty(0.0, 0.0, 0.0)
    v = torch.tensor([[3.0, -1.0, 2.0]])
    g = part.compete(v, memory)
    assert g.tolist() == [[3.0, 1.0, -2.0]]
    assert adapted(part, v, g, memory) == [1.0, 0.0, 0.0]


def test_the_least_driven_wins_its_share():
    """Drives of 1, 1.2 and 1.5. Boosted they come out level: 10 (d_2 - d_1) = ln 1.2, 10 (d_3 - d_1) = ln 1.5.

    With a sum of 1, the duty cycles are 0.314, 0.332 and 0.354. Without boosts the third wins always.
    """
    v = torch.tensor([[1.0, 1.2, 1.5]])
    for strength, expected in ((10.0, [0.314, 0.332, 0.354]), (0.0, [0.0, 0.0, 1.0])):
        part, memory = KWinners(strength=strength, time_constant=50), duty(0.0, 0.0, 0.0)
        won = torch.zeros(3)
        for step in range(2000):
            g = part.compete(v, memory)
            adapted(part, v, g, memory)
            won += (g[0] > 0) * (step >= 500)
        assert_close(won / won.sum(), torch.tensor(expected), rtol=0, atol=0.01)


def test_errors():
    with pytest.raises(ConfigurationError, match=r"5 winners asked of 4 .*set k to 4"):
        KWinners(k=5).check(Fit((4, 9, 9)))
