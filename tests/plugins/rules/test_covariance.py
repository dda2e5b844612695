import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import assert_near, normal
from support.remembering import changes, memory
from support.views import conv_view, dense_view

from neuroplast_plugins.rules.covariance import Covariance


def known(post, pre):
    return memory(pre_mean=[0.0] * pre, post_mean=[0.0] * post)


def test_two_steps_by_hand():
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64)
    view = dense_view(
        torch.zeros(1, 2).double(), x, torch.tensor([[2.0], [4.0]]).double(), memory=known(1, 2)
    )
    first, second = changes(Covariance(time_constant=1), view, view)
    assert_near(first, torch.tensor([[14.0, 0.0]]))  # 2·[1 2] + 4·[3 -1]: the means were still 0
    # means [2 .5] and 3: -1·[-1 1.5] + 1·[1 -1.5]
    assert_near(second, torch.tensor([[2.0, -3.0]]))


@given(seed=st.integers(0, 10_000))
def test_with_its_means_known_it_is_the_covariance(seed):
    x, g = normal(7, 3, seed=seed), normal(7, 2, seed=seed + 1)
    view = dense_view(normal(2, 3), x, g, memory=known(2, 3))
    _, second = changes(Covariance(time_constant=1), view, view)
    joint = torch.cov(torch.cat([g, x], 1).T, correction=0)
    assert_near(second, 7 * joint[:2, 2:], 1e-9)


def test_what_is_added_to_all_activity_does_not_matter():
    x, g, w = normal(2, 3, 5, 5), normal(2, 2, 3, 3, seed=1), normal(2, 3, 3, 3, seed=2)
    rule, found = Covariance(time_constant=1), []
    for shift in (0.0, 9.0):
        view = conv_view(w, x + shift, g - shift, memory=known(2, 3))
        found.append(changes(rule, view, view)[1])
    assert_near(found[1], found[0], 1e-9)
