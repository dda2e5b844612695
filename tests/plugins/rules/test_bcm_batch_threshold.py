import torch
from support.numbers import assert_near, normal
from support.remembering import changes, memory
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast_plugins.rules.bcm_batch_threshold import BcmBatchThreshold


def test_two_steps_by_hand():
    x, kept = torch.eye(2, dtype=torch.float64), memory(theta=[1.0])
    view = dense_view(
        torch.zeros(1, 2).double(), x, torch.tensor([[2.0], [0.0]]).double(), memory=kept
    )
    first, second = changes(BcmBatchThreshold(), view, view)
    assert_near(first, torch.tensor([[1.0, 0.0]]))  # θ = (1 + 4/2)/2 = 1.5: 2·(2 - 1.5)
    assert_near(second, torch.tensor([[0.5, 0.0]]))  # θ = (1.5 + 2)/2 = 1.75: 2·(2 - 1.75)


def test_one_winner_among_many_is_hardly_ever_depressed():
    """A neuron that wins a share 1/K of the positions with r has θ = r²/K, so it grows wherever r < K."""
    kept, r = memory(theta=[1.0]), torch.zeros(1, 1, 4, 4, dtype=torch.float64)
    r[0, 0, 0, 0] = 3.0
    view = conv_view(normal(1, 1, 1, 1), normal(1, 1, 4, 4).abs(), r, memory=kept)
    *_, last = changes(BcmBatchThreshold(), *[view] * 60)
    assert_close(kept.theta, torch.tensor([9 / 16]).double())
    assert_near(last, view.x[..., :1, :1] * 3 * (3 - 9 / 16))


def test_the_batch_judges_itself():
    """Shown with a stronger stimulus, the same one is depressed."""
    rule, x = BcmBatchThreshold(retention=0.0), torch.eye(2, dtype=torch.float64)
    w, g = torch.zeros(1, 2).double(), torch.tensor([[0.5], [2.0]]).double()
    alone = rule.delta(dense_view(w, x[:1], g[:1], memory=memory(theta=[1.0]))).tensor()
    both = rule.delta(dense_view(w, x, g, memory=memory(theta=[1.0]))).tensor()
    assert_near(alone[0, 0], torch.tensor(0.5 * (0.5 - 0.25)))
    assert_near(both[0, 0], torch.tensor(0.5 * (0.5 - 2.125)))  # (0.25 + 4) / 2
