"""Who won, where losers that learn with minus a negative drive have g > 0 too."""

import pytest
import torch
from torch.testing import assert_close

from neuroplast import build_layer
from neuroplast.component import NO_STATE
from neuroplast.projection import allocate
from neuroplast_plugins.competitions.hard_wta import HardWta
from neuroplast_plugins.competitions.k_winners import KWinners
from neuroplast_plugins.competitions.k_wta import KWta
from neuroplast_plugins.competitions.k_wta_all_ties import KWtaAllTies
from neuroplast_plugins.competitions.soft_wta import SoftWta
from neuroplast_plugins.competitions.softmax_mask import SoftmaxMask
from neuroplast_plugins.competitions.statistical import Statistical
from neuroplast_plugins.competitions.temporal import Temporal

DRIVES = {"activity": "drive", "anti_hebbian": True}
SHARED = {**DRIVES, "winners": "soft"}

CASES = [
    (HardWta(**DRIVES), [3.0, -1.0, -2.0], [True, False, False]),
    (HardWta(activity="drive"), [-1.0, -2.0, -3.0], [False] * 3),  # g = -1 at the largest
    (HardWta(anti_hebbian=True), [-1.0, -2.0, -3.0], [True, False, False]),
    (KWta(k=2, **DRIVES), [3.0, 2.0, -1.0], [True, True, False]),
    (KWtaAllTies(k=2, **DRIVES), [3.0, 2.0, -1.0], [True, True, False]),
    (KWinners(k=2, **DRIVES), [3.0, 2.0, -1.0], [True, True, False]),
    (SoftWta(), [-1.0, -2.0, -3.0], [True, False, False]),
    (SoftmaxMask(anti_hebbian=True), [3.0, -1.0, -2.0], [True, False, False]),
    # the mean is -1.5: 1 and -0.5 compete, and the second has lost
    (Statistical(deviations=0.0, **DRIVES), [1.0, -0.5, -5.0], [True, False, False]),
    (Statistical(deviations=0.0, **SHARED), [1.0, -0.5, -5.0], [True, False, False]),
    (Temporal(**DRIVES), [1.0, -0.5, -5.0], [True, False, False]),
    (Temporal(**SHARED), [1.0, -0.5, -5.0], [True, False, False]),
]


@pytest.mark.parametrize(("part", "drives", "expected"), CASES, ids=lambda case: str(case)[:40])
def test_who_won_by_hand(part, drives, expected):
    v = torch.tensor([drives])
    memory = NO_STATE
    if part.memories():
        axes = {"scalar": (), "post": (3,), "positions": ()}
        memory = allocate(part, axes, torch.device("cpu"))[0]
    g = part.compete(v, memory)
    assert part.won(v, g).tolist() == [expected]


def test_who_counts_wins_counts_no_loser():
    """Drives 3, -1, -2 give g = 3, 1, 2, of which only the first is a winner's."""
    layer = build_layer(
        (3,),
        synapse={"kind": "dense", "neurons": 3},
        dynamics=[
            {"kind": "adaptive_threshold", "rate": 0.3},
            {"kind": "boost", "time_constant": 1.0},
        ],
        competition={"kind": "hard_wta", **DRIVES},
        rule="hebb",
        scaling="mean_over_wins",
        rate=[{"kind": "constant", "eta": 1.0}, "inverse_wins"],
        constraints=["revival"],
    )
    layer.w.copy_(torch.eye(3))
    x = torch.tensor([[3.0, -1.0, -2.0]])
    layer.learn(torch.cat([x, x]))
    state = layer.state
    assert state["rate.1.wins"].tolist() == [2.0, 0.0, 0.0]
    assert state["dynamics.1.duty"].tolist() == [1.0, 0.0, 0.0]
    assert state["constraints.0.silent"].tolist() == [0.0, 2.0, 2.0]
    # 0.3 · (1 - 1/3) and 0.3 · (0 - 1/3)
    assert_close(state["dynamics.0.theta"], torch.tensor([0.2, -0.1, -0.1]))
