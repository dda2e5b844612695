import torch
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.lagani_soft_wta import LaganiSoftWta


def compete(v, **parameters):
    return LaganiSoftWta(**parameters).compete(v, NO_STATE)


def test_by_hand():
    v = torch.log(torch.tensor([[1.0, 3.0], [1.0, 1.0]]))
    # shares 1/4, 3/4 and 1/2, 1/2; their sums 3/4 and 5/4: (1/16) / (3/4) = 1/12, (9/16) / (5/4) = 9/20, ...
    expected = torch.tensor([[1 / 12, 9 / 20], [1 / 3, 1 / 5]])
    assert_close(compete(v, inverse_temperature=1), expected)


def test_equals_the_published_sums():
    """Σ_t c r x - (Σ_t c r) w with c = r / Σ r, t over stimuli and positions."""
    v, x = normal(3, 4, 5), normal(3, 6, 5, seed=1)
    g = compete(v, inverse_temperature=2)
    grown = torch.zeros(4, 6, dtype=v.dtype)
    for o in range(4):
        shares = [(2 * v[b, :, t]).softmax(0)[o] for b in range(3) for t in range(5)]
        whole = sum(shares)
        for b in range(3):
            for t in range(5):
                r = shares[5 * b + t]
                grown[o] += r / whole * r * x[b, :, t]
    assert_near(torch.einsum("bot,bjt->oj", g, x), grown)


def test_a_batch_of_one_has_its_share():
    v = normal(1, 5)
    assert_near(compete(v, inverse_temperature=1), v.softmax(1))


def test_who_has_no_share_learns_nothing():
    """At the default temperature a share can be 0 in float32 for all stimuli."""
    g = compete(torch.tensor([[10.0, 0.0], [20.0, 0.0]]))
    assert_close(g, torch.tensor([[0.5, 0.0], [0.5, 0.0]]))
