from math import sqrt

import pytest
import torch

from neuroplast_plugins.initialisations.xavier import Xavier


@pytest.mark.parametrize("shape", [(300, 200), (60, 20, 3, 3)])
def test_spread_as_torch_s_own(shape):
    """torch.nn.init has the same rule: of (60, 20, 3, 3), fan-in 180 and fan-out 540, variance 2 / 720."""
    fan_in = torch.Size(shape[1:]).numel()
    w = Xavier().draw(shape, fan_in, torch.Generator().manual_seed(0), None)
    theirs = torch.nn.init.xavier_normal_(torch.empty(shape), generator=torch.Generator())
    assert float(w.std() / theirs.std()) == pytest.approx(1, abs=0.03)


def test_bounds_as_torch_s_own():
    shape = (60, 20, 3, 3)
    rng = torch.Generator().manual_seed(0)
    w = Xavier(distribution="uniform").draw(shape, 180, rng, None)
    bound = sqrt(6 / 720)
    assert 0.99 * bound < float(w.max()) <= bound
    assert -bound <= float(w.min()) < -0.99 * bound
