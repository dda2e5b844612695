import pytest
import torch
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import ConfigurationError, Fit
from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.soft_ranked import SoftRanked
from neuroplast_plugins.competitions.soft_wta import SoftWta


def compete(v, **parameters):
    return SoftRanked(**parameters).compete(v, NO_STATE)


def test_by_hand():
    v = torch.log(torch.tensor([[2.0, 1.0, 5.0]]))  # shares 2, 1, 5 over 8
    assert_close(compete(v), torch.tensor([[0.25, -0.25, 0.625]]))
    assert_close(compete(v, by="constant"), torch.tensor([[0.25, -2.0, 0.625]]))
    assert_close(compete(v, rank=1, delta=0.4), torch.tensor([[0.25, 0.125, -0.25]]))


def test_all_others_keep_their_shares():
    v = normal(3, 6, 2, 2)
    for axis, n in (("channels", 1), ("space", 2)):
        s = SoftWta(anti_hebbian=False, inverse_temperature=2, axis=axis).compete(v, NO_STATE)
        g = compete(v, inverse_temperature=2, axis=axis)
        changed = g != s
        assert torch.equal(changed.flatten(2).sum(n), torch.ones_like(changed.flatten(2).sum(n)))
        assert_close(g[changed], -2 * s[changed])


def test_a_rank_that_nobody_has():
    with pytest.raises(ConfigurationError, match=r"rank 3 asked of 2 .*set rank to 2"):
        SoftRanked().check(Fit((2,)))
