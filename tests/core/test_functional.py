import weakref

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast import functional as f
from neuroplast.errors import ConfigurationError


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 30),
    dim=st.sampled_from([0, 1, 2]),
    data=st.data(),
)
def test_first_largest_equals_sorting(seed, n, dim, data):
    k = data.draw(st.integers(1, n))
    shape = [3, 3, 3]
    shape[dim] = n
    v = normal(*shape, seed=seed).round()  # few different values, so many ties
    mask = f.first_largest(v, k, dim)
    assert mask.dtype == torch.bool
    assert (mask.sum(dim) == k).all()
    lines = v.movedim(dim, -1).reshape(-1, n).tolist()
    marked = mask.movedim(dim, -1).reshape(-1, n).tolist()
    for line, marks in zip(lines, marked, strict=True):
        winners = sorted(range(n), key=lambda i: (-line[i], i))[:k]
        assert marks == [i in winners for i in range(n)]


@pytest.mark.parametrize("k", [1, 2, 100])
def test_of_very_many_equal_entries_the_first_are_marked(k):
    mask = f.first_largest(torch.zeros(2, 10_000), k)
    assert (mask[:, :k]).all()
    assert not (mask[:, k:]).any()


def test_infinite_entries_are_ordered_too():
    v = torch.tensor([[-torch.inf, 0.0, torch.inf, torch.inf]])
    assert f.first_largest(v, 1).tolist() == [[False, False, True, False]]
    assert f.first_largest(v, 3).tolist() == [[False, True, True, True]]


def test_competitors_are_channels_or_positions():
    assert f.competitors("channels", (5, 3, 4)) == 5
    assert f.competitors("space", (5, 3, 4)) == 12
    assert f.competitors("channels", (5,)) == 5
    with pytest.raises(ConfigurationError):
        f.competitors("space", (5,))


def test_along_gives_the_axis_that_competes():
    v = normal(2, 3, 4, 5)
    over_channels = f.along("channels", v, lambda v, dim: v - v.mean(dim, keepdim=True))
    assert_near(over_channels, v - v.mean(1, keepdim=True))
    over_space = f.along("space", v, lambda v, dim: v - v.mean(dim, keepdim=True))
    assert_near(over_space, v - v.mean((2, 3), keepdim=True))


def test_total_by_hand():
    assert_close(f.total(torch.tensor([[1.0, 2.0], [3.0, 4.0]])), torch.tensor([4.0, 6.0]))
    assert_close(f.total(torch.ones(2, 3, 4, 5)), torch.full((3,), 40.0))


def test_average_by_hand():
    assert_close(f.average(torch.tensor([[1.0, 2.0], [3.0, 5.0]])), torch.tensor([2.0, 3.5]))
    assert_close(f.average(torch.tensor([[[1.0, 2.0, 6.0]]])), torch.tensor([3.0]))


def test_norms_by_hand():
    w = torch.tensor([[3.0, -4.0], [0.0, 0.0]])
    assert_close(f.norms(w), torch.tensor([5.0, 0.0]))
    assert_close(f.norms(w, p=1), torch.tensor([7.0, 0.0]))
    assert_close(f.norms(w, p=3), torch.tensor([91.0 ** (1 / 3), 0.0]))


LAYOUTS = {
    "contiguous": lambda w: w,
    "channels last": lambda w: w.contiguous(memory_format=torch.channels_last),
    "every other": lambda w: w.repeat_interleave(2, 0)[::2],
    "transposed": lambda w: w.transpose(2, 3).contiguous().transpose(2, 3),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("shape", [(4, 3, 2, 2), (4, 1, 3, 3), (4, 3, 1, 1), (1, 3, 2, 2)])
def test_memory_order_of_the_weights_does_not_matter(layout, shape):
    w = layout(normal(*shape))
    assert_near(f.norms(w), w.square().sum((1, 2, 3)).sqrt())
    assert f.largest_magnitude(w) == w.abs().max()
    rows = f.rows(w)
    assert rows.shape == (shape[0], w[0].numel())
    for i, row in enumerate(rows):  # each row holds one neuron's weights, in some order
        assert sorted(row.tolist()) == sorted(w[i].flatten().tolist())


@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
def test_rows_are_no_copy(layout):
    w = LAYOUTS[layout](normal(4, 3, 2, 2))
    f.rows(w)[2] = 7
    assert (w[2] == 7).all()
    assert (w[[0, 1, 3]] != 7).all()


def test_largest_magnitude_by_hand():
    assert f.largest_magnitude(torch.tensor([[1.0, -3.0], [2.0, 0.0]])) == 3
    assert f.largest_magnitude(torch.tensor([[1.0, 5.0], [-2.0, 0.0]])) == 5
    assert f.largest_magnitude(torch.zeros(2, 2)) == 0
    assert f.largest_magnitude(torch.full((2, 2), -1.0)) == 1


@pytest.mark.parametrize("place", range(6))
def test_nothing_that_is_not_finite_is_overlooked(place):
    for wrong in (torch.nan, torch.inf, -torch.inf):
        w = torch.ones(2, 3)
        w.view(-1)[place] = wrong
        assert not f.largest_magnitude(w).isfinite()


SOFT = {
    "contiguous": lambda v: v,
    "channels last": lambda v: v.contiguous(memory_format=torch.channels_last),
    "flattened": lambda v: v.contiguous(memory_format=torch.channels_last).flatten(2),
    "every other": lambda v: v.repeat_interleave(2, 1)[:, ::2],
}


@pytest.mark.parametrize("layout", SOFT.values(), ids=SOFT)
@pytest.mark.parametrize("dim", [0, 1, 2])
def test_softmax_in_every_memory_order(layout, dim):
    v = layout(normal(3, 4, 2, 5))
    kept = v.clone()
    powers = v.exp()
    s = f.softmax(v, dim)
    assert_near(s, powers / powers.sum(dim, keepdim=True))
    assert torch.equal(v, kept)
    shifted = f.softmax(v * 0 + 1e30, dim)
    assert_close(shifted, torch.full_like(shifted, 1 / v.shape[dim]))


def test_the_largest_of_a_tensor_is_remembered_until_it_changes():
    v = normal(2, 3, 200, 100, dtype=torch.float32).contiguous(memory_format=torch.channels_last)
    assert f.known_argmax(v) is None
    found = f.argmax(v)
    assert torch.equal(found, v.argmax(1, keepdim=True))
    assert f.known_argmax(v) is found
    assert f.known_argmax(v, 2) is None
    v[0, 1, 5, 5] = 100
    assert f.known_argmax(v) is None
    assert f.argmax(v)[0, 0, 5, 5] == 1
    with torch.inference_mode():
        own = v.clone()
        assert torch.equal(f.argmax(own), own.argmax(1, keepdim=True))
        assert f.known_argmax(own) is None
    f.argmax(v)
    gone = weakref.ref(v)
    del v
    assert gone() is None


LARGE = (128, 96, 100)
"""Rows, what is summed over, and columns: more multiplications than go the usual way."""


def factors(rows, inner, columns):
    """Two matrices, in each order of memory."""
    a, b = (
        normal(rows, inner, dtype=torch.float32),
        normal(inner, columns, seed=2, dtype=torch.float32),
    )
    return [(x, y) for x in (a, a.T.contiguous().T) for y in (b, b.T.contiguous().T)]


@pytest.mark.parametrize("sizes", [LARGE, (3, 4, 2), (0, 4, 2)])
def test_a_product_is_one_in_every_order_of_memory(sizes):
    for a, b in factors(*sizes):
        exact = (a.double() @ b.double()).float()
        assert_close(f.product(a, b), exact, atol=1e-4, rtol=1e-5)
        w = torch.full(exact.shape, 2.0)
        f.add_product(w, a, b)
        assert_close(w, exact + 2, atol=1e-4, rtol=1e-5)


def test_a_large_product_has_a_gradient():
    a, b = factors(*LARGE)[0]
    f.product(a.requires_grad_(), b).sum().backward()
    assert_close(a.grad, b.sum(1).expand_as(a))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_product_keeps_its_type(dtype):
    a, b = (x.to(dtype) for x in factors(*LARGE)[0])
    assert torch.equal(f.product(a, b), a @ b)


def test_rectified_power_by_hand():
    u = torch.tensor([-2.0, 0.0, 4.0])
    assert_close(f.rectified_power(u, 0.5), torch.tensor([0.0, 0.0, 2.0]))
    assert_close(f.rectified_power(u, 1), torch.tensor([0.0, 0.0, 4.0]))
    assert u.tolist() == [-2, 0, 4]


# Read-outs


def drop(p, n=200_000, seed=0):
    x = torch.ones(n)
    y = f.dropout(x, p, torch.Generator().manual_seed(seed))
    assert torch.equal(x, torch.ones(n))
    return y


@pytest.mark.parametrize("p", [0.5, 0.25, 0.75, 1 / 256, 0.3, 0.1])
def test_dropout_leaves_out_a_share_and_keeps_the_mean(p):
    y = drop(p)
    share = float((y == 0).float().mean())
    assert abs(share - p) < 6 * (p * (1 - p) / 200_000) ** 0.5
    kept = y[y != 0]
    assert_close(kept, torch.full_like(kept, 1 / (1 - p)))


@pytest.mark.parametrize("p", [0.5, 0.3])
def test_dropout_comes_from_its_stream_alone_and_entry_by_entry(p):
    before = torch.random.get_rng_state()
    assert torch.equal(drop(p), drop(p))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not torch.equal(drop(p), drop(p, seed=1))
    y = drop(p) == 0
    for lag in (1, 2, 4, 8, 16):  # neighbours are left out independently of each other
        both = float((y[lag:] & y[:-lag]).float().mean())
        assert abs(both - p * p) < 0.01


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("out_of_256", [1, 64, 96, 128, 200, 255])
def test_a_share_is_left_out_in_place_whatever_the_type(dtype, out_of_256):
    n, p = 400_003, out_of_256 / 256
    x = torch.full((n,), torch.inf, dtype=dtype)
    x[0] = torch.nan
    assert f.leave_out_(x, p, torch.Generator().manual_seed(2)) is x
    left_out = x == 0
    assert abs(float(left_out.double().mean()) - p) < 5 * (p * (1 - p) / n) ** 0.5
    assert (x[~left_out][1:] == torch.inf).all()  # the rest is as it was
    by_place = (
        left_out[: n // 64 * 64].view(-1, 64).double().mean(0)
    )  # no place in a word is preferred
    assert (by_place - p).abs().max() < 5 * (p * (1 - p) * 64 / n) ** 0.5


def test_a_neighbourhood_of_bits_is_left_out_as_by_coins():
    """Of words of 32: pairs at every distance, in a word's bits and across words, are both left out at p squared."""
    n = 1 << 20
    left_out = f.leave_out_(torch.ones(n), 0.25, torch.Generator().manual_seed(3)) == 0
    for lag in (1, 2, 31, 32, 33, n // 32, n // 32 + 1, n // 64):
        both = float((left_out[lag:] & left_out[:-lag]).double().mean())
        assert abs(both - 0.0625) < 6 * (0.0625 / n) ** 0.5


def test_no_dropout_is_the_input_itself():
    x = torch.randn(3, 4)
    assert f.dropout(x, 0.0, torch.Generator()) is x


@pytest.mark.parametrize("shape", [(3,), (5, 7), (2, 3, 5)])
def test_dropout_of_any_shape(shape):
    y = f.dropout(torch.ones(shape), 0.5, torch.Generator().manual_seed(1))
    assert y.shape == shape
    assert set(y.unique().tolist()) <= {0.0, 2.0}


def test_halvings_on_the_published_schedule():
    """Of 50 epochs at 10, 17, 25, 30, 35, 40, 45; of 20 to 49 at a half and three quarters."""
    halved_at = [e for e in range(1, 50) if f.halvings(e, 50) > f.halvings(e - 1, 50)]
    assert halved_at == [10, 17, 25, 30, 35, 40, 45]
    assert f.halvings(49, 50) == 7
    assert [e for e in range(1, 20) if f.halvings(e, 20) > f.halvings(e - 1, 20)] == [10, 15]
    assert all(f.halvings(e, 19) == 0 for e in range(19))
    assert f.halvings(0, 50) == 0
