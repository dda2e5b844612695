import pytest
import torch
import torch.nn.functional as F
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast import Fit, Refusal
from neuroplast_plugins.rules.statistical_double_padded import StatisticalDoublePadded


def published(x, w, p, deviations):
    """The equations as published; x is padded already. The correlation has one entry, and broadcasting spreads it."""
    q = F.conv2d(x, w, padding=p) / (w.flatten(1).norm(dim=1).view(1, -1, 1, 1) + 1e-10)
    threshold = q.mean(1, keepdim=True) + deviations * q.std(1, keepdim=True)
    z = q * (q > threshold)
    r = z * torch.where(z == z.amax(1, keepdim=True), z, 0.0)
    correlation = F.conv2d(x.transpose(0, 1), r.transpose(0, 1)).transpose(0, 1)
    return correlation - r.sum((0, 2, 3)).view(-1, 1, 1, 1) * w


@pytest.mark.parametrize(("side", "p", "entries"), [(3, 1, 1), (5, 2, 1), (3, 0, 3), (1, 0, 1)])
def test_equals_the_published_equations(side, p, entries):
    w, x = normal(8, 3, side, side), normal(2, 3, 6, 6, seed=1)
    view = conv_view(w, x, padding=side // 2, border="reflect")
    expected = published(view.x, w, p, 1.0)
    assert expected.shape == w.shape
    rule = StatisticalDoublePadded(deviations=1.0, padding=p)
    assert_near(rule.delta(view).tensor(), expected)
    if p == side // 2:
        assert_near(StatisticalDoublePadded(deviations=1.0).delta(view).tensor(), expected)


def test_by_hand():
    """One pixel of 4 in a frame of zeros, one kernel of ones and one of minus ones, each of length 3.

    q = ±4/3 wherever the kernel reaches, which is everywhere; mean 0, s.d. √2·4/3, so half a deviation is below 4/3.
    r = 16/9 at nine positions, of which the one on the pixel sees it: 64/9 - 16·1.
    """
    w = torch.ones(2, 1, 3, 3, dtype=torch.float64)
    w[1] = -1
    view = conv_view(w, torch.full((1, 1, 1, 1), 4.0).double(), padding=1)
    dw = StatisticalDoublePadded(deviations=0.5).delta(view).tensor()
    assert_near(dw[0], torch.full((1, 3, 3), -80 / 9, dtype=dw.dtype))
    assert_close(dw[1], torch.zeros_like(dw[1]))
    nobody = StatisticalDoublePadded(deviations=0.8).delta(view).tensor()  # 0.8·√2 > 1
    assert_close(nobody, torch.zeros_like(dw))


def test_the_hebbian_term_has_no_shape():
    """From silent weights it is the same for every pixel of the kernel, and not without the second padding."""
    w, x = normal(8, 3, 3, 3), normal(2, 3, 6, 6, seed=1)
    view = conv_view(w, x, padding=1, border="reflect")
    spreads = []
    for p in (1, 0):
        rule = StatisticalDoublePadded(deviations=1.0, padding=p)
        dw, more = (
            rule.delta(conv_view(w * k, x, padding=1, border="reflect")).tensor() for k in (1, 2)
        )
        hebbian = (
            dw * 2 - more
        )  # q does not depend on the length of w, so doubling it doubles the decay alone
        spreads.append(float(hebbian.flatten(2).std(2).max()))
    assert spreads[0] < 1e-7 < 0.1 < spreads[1]
    assert view.x.shape[-1] == 8


def test_where_there_is_no_kernel_the_padding_does_no_harm():
    """Two neurons, x = [2 0]: q = [2 1.2], thr = 1.6; r = 4 at the first: 4·[2 0] - 4·[3 0]."""
    w = torch.tensor([[3.0, 0.0], [3.0, 4.0]])
    dw = StatisticalDoublePadded(deviations=0.0).delta(dense_view(w, torch.tensor([[2.0, 0.0]])))
    assert_close(dw.tensor(), torch.tensor([[-4.0, 0.0], [0.0, 0.0]]))


def test_positions_with_weights_of_their_own_are_refused():
    fit = Fit((6, 6, 6), weight_shape=(216, 3, 3, 3))
    with pytest.raises(Refusal, match=r"padding = 0") as refused:
        StatisticalDoublePadded().check(fit)
    assert refused.value.reason == "positions_without_weights"
    StatisticalDoublePadded(padding=0).check(fit)
    StatisticalDoublePadded().check(Fit((6, 6, 6), weight_shape=(6, 3, 3, 3)))


def test_a_threshold_that_nobody_can_be_above_is_refused():
    """Of 5 numbers none is more than 4/√5 = 1.79 deviations above the mean, of 6 none more than 5/√6 = 2.04."""
    with pytest.raises(
        Refusal, match="statistical_double_padded: none of 5 competitors"
    ) as refused:
        StatisticalDoublePadded().check(Fit((5, 6, 6), weight_shape=(5, 3, 3, 3)))
    assert refused.value.reason == "nobody_can_stand_out"
    StatisticalDoublePadded().check(Fit((6, 6, 6), weight_shape=(6, 3, 3, 3)))


def test_one_neuron_never_exceeds_itself():
    dw = StatisticalDoublePadded().delta(
        conv_view(normal(1, 1, 3, 3), normal(1, 1, 4, 4), padding=1)
    )
    assert (dw.tensor() == 0).all()
