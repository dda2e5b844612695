"""Fast lowerings, the reference lowering, and loops that share no code give the same numbers."""

import pytest
import torch
from support import loops
from support.geometries import every_geometry, every_layout
from support.numbers import assert_near

from neuroplast.reference import Reference
from neuroplast_plugins.synapses.dense import Dense

RELATIVE = {torch.float64: 1e-10, torch.float32: 1e-4}
every_dtype = pytest.mark.parametrize("dtype", RELATIVE, ids=["float64", "float32"])


def spelled_out(case, x):
    """What each neuron sees, from loops."""
    padded = loops.padded(case.synapse, x)
    return loops.fields(case.synapse, padded, case.synapse.output_shape(case.shape)[0])


@every_geometry
def test_shapes_are_what_the_loops_find(case):
    x, w = case.x(), case.w()
    post, *positions = case.synapse.output_shape(case.shape)
    fields = spelled_out(case, x)
    prepared = case.synapse.prepare(x)
    assert tuple(prepared.shape) == loops.padded(case.synapse, x).shape
    assert fields.shape[:3] == (case.batch, post, torch.Size(positions).numel())
    assert case.synapse.fan_in(case.shape) == fields.shape[3] == w[0].numel()
    assert tuple(case.synapse.positions(prepared, w)) == tuple(positions)
    assert w.shape[0] == post


@every_dtype
@every_geometry
def test_drive_equals_loops(case, dtype):
    x, w = case.x(dtype), case.w(dtype)
    u = case.synapse.drive(case.synapse.prepare(x), w)
    assert u.dtype == dtype
    expected = torch.from_numpy(loops.drive(spelled_out(case, x), w))
    assert tuple(u.shape) == (case.batch, *case.synapse.output_shape(case.shape))
    assert_near(u, expected.reshape(u.shape), RELATIVE[dtype])


@every_dtype
@every_geometry
def test_outer_equals_loops(case, dtype):
    x, w, post = case.x(dtype), case.w(dtype), case.post(dtype)
    dw = case.synapse.outer(post, case.synapse.prepare(x), w)
    assert dw.dtype == dtype
    g = loops.flat(post)
    expected = loops.change(spelled_out(case, x), lambda b, i, t, field: g[b, i, t] * field)
    assert dw.shape == w.shape
    assert_near(dw, expected.reshape(w.shape), RELATIVE[dtype])


@every_geometry
def test_the_reference_equals_loops(case):
    x, w, post = case.x(), case.w(), case.post()
    reference, prepared = Reference(case.synapse), case.synapse.prepare(x)
    seen, g = spelled_out(case, x), loops.flat(post)
    u = reference.drive(prepared, w)
    assert_near(u, torch.from_numpy(loops.drive(seen, w)).reshape(post.shape))
    expected = loops.change(seen, lambda b, i, t, field: g[b, i, t] * field)
    assert_near(reference.outer(post, prepared, w), expected.reshape(w.shape))


def test_the_reference_computes_in_float64():
    x, w = torch.tensor([[1e8, 1.0]]), torch.tensor([[1.0, 1.0]])
    u = Reference(Dense(neurons=1)).drive(x, w)
    assert u.dtype == torch.float64
    assert u.item() == 1e8 + 1  # float32 rounds the 1 away
    dw = Reference(Dense(neurons=1)).outer(torch.ones(2, 1), x.T, w[:, :1])
    assert dw.dtype == torch.float64
    assert dw.item() == 1e8 + 1


@every_layout
@every_geometry
def test_memory_order_of_the_input_does_not_matter(case, layout):
    x, w, post = case.x(), case.w(), case.post()
    plain, given = case.synapse.prepare(x), case.synapse.prepare(layout(x))
    assert_near(case.synapse.drive(given, w), case.synapse.drive(plain, w))
    expected = case.synapse.outer(post, plain, w)
    assert_near(case.synapse.outer(layout(post), given, w), expected)
    reordered = layout(plain)  # a presynaptic trace that a rule made itself, say
    assert_near(case.synapse.outer(post, reordered, w), expected)
    assert_near(case.synapse.drive(reordered, w), case.synapse.drive(plain, w))


@every_geometry
def test_the_order_of_the_weights_in_memory_does_not_matter(case):
    x, w, post = case.x(), case.w(), case.post()
    prepared = case.synapse.prepare(x)
    assert_near(
        case.synapse.drive(prepared, w.contiguous()),
        case.synapse.drive(prepared, case.synapse.arrange(w)),
    )
    dw = case.synapse.outer(post, prepared, w)
    assert_near(case.synapse.outer(post, prepared, w.contiguous()), dw)
    assert torch.equal(case.synapse.arrange(w), w)


@every_geometry
def test_add_outer_adds_in_place_to_what_is_there(case):
    w, post = case.w(), case.post()
    prepared = case.synapse.prepare(case.x())
    expected = w + Reference(case.synapse).outer(post, prepared, w)
    address = w.data_ptr()
    case.synapse.add_outer(w, post, prepared)
    assert w.data_ptr() == address
    assert_near(w, expected)


@every_geometry
def test_nothing_given_is_changed(case):
    x, w, post = case.x(), case.w(), case.post()
    kept = [t.clone() for t in (x, w, post)]
    prepared = case.synapse.prepare(x)
    before = prepared.clone()
    case.synapse.drive(prepared, w)
    case.synapse.outer(post, prepared, w)
    assert torch.equal(prepared, before)
    assert all(torch.equal(a, b) for a, b in zip((x, w, post), kept, strict=True))


@every_geometry
def test_the_drive_is_adjoint_to_the_outer_product(case):
    """Σ post · u(x, w) = Σ w · outer(post, x), whatever the geometry."""
    x, w, post = case.synapse.prepare(case.x()), case.w(), case.post()
    through_drive = (post * case.synapse.drive(x, w)).sum()
    through_outer = (w * case.synapse.outer(post, x, w)).sum()
    assert_near(through_drive, through_outer, 1e-9)
