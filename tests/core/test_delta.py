"""A Delta is the sum of its terms: computed by term, folded, or straight into the weights."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view, depthwise_view
from torch.testing import assert_close

POST, PRE, BATCH = 3, 4, 5


def ways(delta, w):
    """The tensor, term by term, and what adding to a copy of the weights adds."""
    added = w.clone()
    delta.add_to(added)
    return {"folded": delta.tensor(), "by term": delta.tensor_by_term(), "added": added - w}


def dense(w_e=None, seed=0):
    w, x = normal(POST, PRE, seed=seed), normal(BATCH, PRE, seed=seed + 1)
    u, v, g = (normal(BATCH, POST, seed=seed + 2 + n) for n in range(3))
    return dense_view(w, x, g, u=u, v=v, w_e=w_e)


# By hand


def test_outer_by_hand():
    view = dense_view(torch.zeros(2, 2), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    post = torch.tensor([[5.0, 6.0], [7.0, 8.0]])
    # neuron 0: 5·[1 2] + 7·[3 4] = [26 38]   neuron 1: 6·[1 2] + 8·[3 4] = [30 44]
    assert_close(view.outer(post).tensor(), torch.tensor([[26.0, 38.0], [30.0, 44.0]]))


def test_decay_by_hand():
    view = dense_view(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.zeros(2, 2))
    c = torch.tensor([[5.0, 6.0], [7.0, -9.0]])
    # (5 + 7)·[1 2] = [12 24]   (6 - 9)·[3 4] = [-9 -12]
    assert_close(view.decay(c).tensor(), torch.tensor([[12.0, 24.0], [-9.0, -12.0]]))


def test_decay_by_a_number_counts_stimuli_and_positions():
    w = torch.ones(2, 1, 2, 2)
    view = conv_view(w, torch.zeros(3, 1, 4, 5))  # 3 stimuli at 3 x 4 positions
    assert view.count == 36
    assert_close(view.decay(0.5).tensor(), torch.full_like(w, 18.0))


def test_decay_uses_the_effective_weights():
    view = dense_view(torch.ones(1, 2), torch.zeros(1, 2), w_e=torch.tensor([[3.0, 5.0]]))
    assert_close(view.decay(torch.tensor([[2.0]])).tensor(), torch.tensor([[6.0, 10.0]]))


def test_gate_by_hand():
    """The outstar, Σ x (1 - x w): the decay of a synapse goes by its own presynaptic activity."""
    view = dense_view(torch.tensor([[1.0, 10.0]]), torch.tensor([[2.0, 3.0], [4.0, 5.0]]))
    # Σ 1·x = [6 8], times w = [6 80]
    assert_close(view.gate(1.0).tensor(), torch.tensor([[6.0, 80.0]]))
    post = torch.tensor([[2.0], [-1.0]])
    # Σ post·x² = [2·4 - 16, 2·9 - 25] = [-8 -7], times w = [-8 -70]
    assert_close(view.gate(post, view.x.square()).tensor(), torch.tensor([[-8.0, -70.0]]))


def test_gate_uses_the_effective_weights():
    w_e = torch.tensor([[3.0, 5.0]])
    view = dense_view(torch.ones(1, 2), torch.tensor([[2.0, 7.0]]), w_e=w_e)
    assert_close(view.gate(1.0).tensor(), torch.tensor([[6.0, 35.0]]))


def test_mix_by_hand():
    view = dense_view(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.zeros(1, 2))
    m = torch.tensor([[0.0, 1.0], [10.0, 0.0]])
    assert_close(view.mix(m).tensor(), torch.tensor([[3.0, 4.0], [10.0, 20.0]]))


def test_mix_uses_the_weights_themselves():
    view = dense_view(torch.tensor([[1.0, 2.0]]), torch.zeros(1, 2), w_e=torch.zeros(1, 2))
    assert_close(view.mix(torch.tensor([[2.0]])).tensor(), torch.tensor([[2.0, 4.0]]))


def test_mix_of_convolution_weights_keeps_their_places():
    w = normal(2, 3, 2, 2).contiguous(memory_format=torch.channels_last)
    swapped = conv_view(w, normal(1, 3, 4, 4)).mix(torch.eye(2, dtype=w.dtype).flip(0)).tensor()
    assert torch.equal(swapped, w.flip(0))


def test_known_is_the_tensor_itself():
    view = dense_view(torch.tensor([[1.0, 2.0]]), torch.zeros(1, 2))
    trace = torch.tensor([[5.0, -3.0]])
    delta = view.known(trace) * torch.tensor([2.0]) - view.decay(1.0)
    assert_close(delta.tensor(), torch.tensor([[9.0, -8.0]]))  # 2·5 - 1, 2·(-3) - 2
    assert_close(trace, torch.tensor([[5.0, -3.0]]))
    with pytest.raises(ValueError, match=r"shape \(2,\) for weights of shape \(1, 2\)"):
        view.known(trace[0])


def test_correlate_by_hand():
    view = dense_view(torch.zeros(2, 1), torch.zeros(2, 1))
    a, b = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 6.0], [7.0, 8.0]])
    # [0, 1]: 1·6 + 3·8 = 30   [1, 0]: 2·5 + 4·7 = 38
    assert_close(view.correlate(a, b), torch.tensor([[26.0, 30.0], [38.0, 44.0]]))


def test_correlate_sums_over_positions():
    w, a, b = torch.zeros(2, 1, 1, 1), normal(3, 2, 4, 5), normal(3, 2, 4, 5, seed=1)
    expected = torch.einsum("bihv,bkhv->ik", a, b)
    assert_near(conv_view(w, torch.zeros(3, 1, 4, 5)).correlate(a, b), expected)


def test_sum_difference_and_factors_by_hand():
    view = dense_view(torch.tensor([[1.0], [1.0]]), torch.tensor([[1.0]]))
    growth, decay = view.outer(torch.tensor([[2.0, 3.0]])), view.decay(torch.tensor([[10.0, 20.0]]))
    delta = (growth - decay * 0.5) * torch.tensor([1.0, 4.0]) / 2 + -growth
    # neuron 0: (2 - 5)/2 - 2 = -3.5     neuron 1: 4 (3 - 10)/2 - 3 = -17
    for name, dw in ways(delta, view.w).items():
        assert_close(dw, torch.tensor([[-3.5], [-17.0]]), msg=name)


def test_factors_from_the_left_and_as_tensors():
    view = dense()
    delta = view.outer(view.g) - view.decay(view.v)
    twice = delta.tensor() * 2
    for doubled in (2 * delta, delta * 2, delta * torch.tensor(2.0), delta / 0.5, delta + delta):
        assert_near(doubled.tensor(), twice)
    per_neuron = torch.tensor([1.0, -2.0, 0.0], dtype=torch.float64)
    assert_near((delta * per_neuron).tensor(), delta.tensor() * per_neuron[:, None])
    divisors = torch.tensor([1.0, -2.0, 4.0], dtype=torch.float64)
    assert_near((delta / divisors).tensor(), delta.tensor() / divisors[:, None])


def test_nothing_is_zero():
    view = dense()
    nothing = view.outer(view.g) * 0.0
    for dw in ways(nothing, view.w).values():
        assert_close(dw, torch.zeros_like(view.w))
    empty = type(nothing)(view.geometry, view.w_e)
    for dw in ways(empty, view.w).values():
        assert_close(dw, torch.zeros_like(view.w))


# Every combination of terms


def outer_of(name):
    def term(view):
        post = getattr(view, name)
        return view.outer(post), torch.einsum("bi,bj->ij", post, view.x)

    return term


def outer_other(view):
    trace = view.x.square() + 1
    return view.outer(view.u, trace), torch.einsum("bi,bj->ij", view.u, trace)


def decay_of(name):
    def term(view):
        c = getattr(view, name)
        return view.decay(c), torch.einsum("bi,ij->ij", c, view.w_e)

    return term


def gate(view):
    expected = torch.einsum("bi,bj,ij->ij", view.g, view.x, view.w_e)
    return view.gate(view.g), expected


def mix(view):
    m = torch.einsum("bi,bk->ik", view.g, view.v).tril()
    return view.mix(view.correlate(view.g, view.v).tril()), torch.einsum("ik,kj->ij", m, view.w)


def computed(view):
    delta = (view.outer(view.v) - view.decay(view.g)).computed()
    growth = torch.einsum("bi,bj->ij", view.v, view.x)
    return delta, growth - torch.einsum("bi,ij->ij", view.g, view.w_e)


TERMS = {
    "outer g": outer_of("g"),
    "outer v": outer_of("v"),
    "outer of another pre": outer_other,
    "decay g": decay_of("g"),
    "decay u": decay_of("u"),
    "gate": gate,
    "mix": mix,
    "computed": computed,
}
FACTORS = {
    "1": 1.0,
    "number": -0.7,
    "scalar tensor": torch.tensor(1.3, dtype=torch.float64),
    "per neuron": torch.tensor([0.5, -1.5, 2.0], dtype=torch.float64),
}
column = {
    name: f[:, None] if isinstance(f, torch.Tensor) and f.dim() else f
    for name, f in FACTORS.items()
}
EFFECTIVE = {
    "w itself": lambda w: w,
    "a view of w": lambda w: w.view(w.shape),
    "|w|": lambda w: w.abs(),
}


@given(
    chosen=st.lists(st.tuples(st.sampled_from(sorted(TERMS)), st.sampled_from(sorted(FACTORS)))),
    outermost=st.sampled_from(sorted(FACTORS)),
    effective=st.sampled_from(sorted(EFFECTIVE)),
    seed=st.integers(0, 1000),
)
def test_every_combination_of_terms_is_their_sum(chosen, outermost, effective, seed):
    w = normal(POST, PRE, seed=seed)
    view = dense_view(
        w,
        normal(BATCH, PRE, seed=seed + 1),
        normal(BATCH, POST, seed=seed + 2),
        u=normal(BATCH, POST, seed=seed + 3),
        v=normal(BATCH, POST, seed=seed + 4),
        w_e=EFFECTIVE[effective](w),
    )
    kept = {name: getattr(view, name).clone() for name in ("x", "w", "w_e", "u", "v", "g")}
    delta = type(view.outer(view.g))(view.geometry, view.w_e)
    expected = torch.zeros_like(w)
    for term, factor in chosen:
        symbolic, plain = TERMS[term](view)
        delta, expected = delta + symbolic * FACTORS[factor], expected + plain * column[factor]
    delta, expected = delta * FACTORS[outermost], expected * column[outermost]

    assert_near(delta.tensor(), expected)
    assert_near(delta.tensor_by_term(), expected)
    for name, before in kept.items():
        assert torch.equal(getattr(view, name), before), f"{name} was changed by computing Δ"
    delta.add_to(w)  # in place, on the very tensor that decay, gate and mix read
    assert_near(w, kept["w"] + expected)
    for name in ("x", "u", "v", "g"):
        assert torch.equal(getattr(view, name), kept[name]), f"{name} was changed by adding Δ"


def test_a_factor_of_each_kind_is_left_as_it_was():
    kept = {k: f.clone() for k, f in FACTORS.items() if isinstance(f, torch.Tensor)}
    view = dense()
    for factor in FACTORS.values():
        delta = (view.outer(view.g) - view.decay(view.v) + view.gate(1.0)) * factor
        ways(delta, view.w)
    assert all(torch.equal(FACTORS[k], before) for k, before in kept.items())


@pytest.mark.parametrize("effective", EFFECTIVE)
def test_terms_on_convolutions_add_up(effective):
    w = normal(4, 3, 3, 3).contiguous(memory_format=torch.channels_last)
    view = conv_view(
        w,
        normal(2, 3, 5, 5, seed=1),
        normal(2, 4, 5, 5, seed=2),
        v=normal(2, 4, 5, 5, seed=3),
        w_e=EFFECTIVE[effective](w),
        padding=1,
    )
    eta = normal(4, seed=4)
    fields = torch.nn.functional.unfold(view.x, 3).unflatten(1, (3, 3, 3))
    g, v = view.g.flatten(2), view.v.flatten(2)
    growth = torch.einsum("bit,bcyxt->icyx", g, fields)
    decay = torch.einsum("bit,bit,icyx->icyx", g, v, view.w_e)
    expected = (growth * 0.25 - decay * 0.25) * eta[:, None, None, None]
    delta = (view.outer(view.g) - view.decay(view.g * view.v)) / 4 * eta
    for name, dw in ways(delta, w).items():
        assert_near(dw, expected), name


def test_terms_on_depthwise_convolutions_add_up():
    w = normal(6, 1, 2, 2)
    view = depthwise_view(w, normal(2, 3, 4, 4, seed=1), normal(2, 6, 3, 3, seed=2))
    fields = torch.nn.functional.unfold(view.x, 2).unflatten(1, (3, 2, 2))
    fields = fields.repeat_interleave(2, dim=1)  # neuron 2 c + q sees channel c
    growth = torch.einsum("bit,biyxt->iyx", view.g.flatten(2), fields)[:, None]
    decay = torch.einsum("bit,icyx->icyx", view.g.flatten(2), w)
    for dw in ways(view.outer(view.g) - view.decay(view.g), w).values():
        assert_near(dw, growth - decay)


def test_the_computed_change_stays_when_the_weights_change():
    view = dense()
    computed = (view.outer(view.g) - view.decay(view.g)).computed()
    before = computed.tensor()
    view.w.mul_(2)
    assert torch.equal(computed.tensor(), before)


def test_outer_products_of_the_same_input_cost_one(monkeypatch):
    """They cost the most, so those of one presynaptic side are joined."""
    view, calls = dense(), []
    plain = type(view.geometry).outer

    def counted(self, post, pre, w):
        calls.append(pre)
        return plain(self, post, pre, w)

    monkeypatch.setattr(type(view.geometry), "outer", counted)
    delta = view.outer(view.g) - view.outer(view.v) * 0.5 + view.outer(view.u)
    expected = torch.einsum("bi,bj->ij", view.g - view.v * 0.5 + view.u, view.x)
    assert_near(delta.tensor(), expected)
    assert len(calls) == 1


# What cannot be meant


def test_outer_refuses_other_shapes():
    view = conv_view(normal(2, 1, 3, 3), normal(1, 1, 5, 5))
    with pytest.raises(ValueError, match=r"postsynaptic activity of shape \(1, 2, 1, 1\)"):
        view.outer(view.g.mean((2, 3), keepdim=True))
    with pytest.raises(ValueError, match=r"presynaptic activity of shape \(1, 1, 7, 7\)"):
        view.outer(view.g, torch.nn.functional.pad(view.x, (1, 1, 1, 1)))  # padded twice
    with pytest.raises(ValueError, match=r"postsynaptic activity of shape \(1, 3\)"):
        dense_view(normal(2, 3), normal(1, 3)).outer(normal(1, 3))  # x in the place of g


def test_decay_refuses_other_shapes():
    """A coefficient that is not given for every position would be summed over too few of them."""
    view = conv_view(normal(2, 1, 3, 3), normal(4, 1, 5, 5))
    for wrong in (view.g[:, :1], view.g.mean((2, 3)), view.g[:1], torch.zeros(4, 1, 1, 1)):
        with pytest.raises(ValueError, match="decay"):
            view.decay(wrong)


def test_factors_of_weight_shape_are_refused():
    view = dense()
    with pytest.raises(ValueError, match=r"\(3, 4\)"):
        view.outer(view.g) * torch.ones(POST, PRE)


@pytest.mark.parametrize("length", [2, 4])
def test_factors_for_another_number_of_neurons_are_refused(length):
    view = dense()
    with pytest.raises((ValueError, RuntimeError)):
        (view.decay(view.g) * torch.ones(length, dtype=torch.float64)).tensor()
    with pytest.raises((ValueError, RuntimeError)):
        (view.outer(view.g) * torch.ones(length, dtype=torch.float64)).tensor()
