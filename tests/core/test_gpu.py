"""The same numbers and the same winners on a GPU."""

import pytest
import torch
from support.geometries import every_geometry
from support.numbers import assert_near, normal

from neuroplast import functional, registry
from neuroplast.build import build_layer
from neuroplast.component import NO_STATE
from neuroplast.reference import Reference

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
COMPETITIONS = {e.part.kind: e.part for e in registry.current().entries("competition")}


@every_geometry
def test_drive_and_outer_equal_the_reference(case):
    x, w, post = case.synapse.prepare(case.x()), case.w(), case.post()
    reference = Reference(case.synapse)
    there = [t.cuda() for t in (x, w, post)]
    assert_near(case.synapse.drive(there[0], there[1]).cpu(), reference.drive(x, w))
    expected = reference.outer(post, x, w)
    assert_near(case.synapse.outer(there[2], there[0], there[1]).cpu(), expected)
    case.synapse.add_outer(there[1], there[2], there[0])
    assert_near(there[1].cpu(), w + expected)


@pytest.mark.parametrize("k", [1, 2, 7])
@pytest.mark.parametrize("n", [7, 500, 5000])
def test_ties_go_to_the_lowest_index(n, k):
    for v in (torch.zeros(4, n, 3), normal(4, n, 3).round()):  # all equal, and many equal
        expected = functional.first_largest(v, k)
        assert torch.equal(functional.first_largest(v.cuda(), k).cpu(), expected)


@pytest.mark.parametrize("kind", COMPETITIONS)
def test_the_same_neurons_win(kind):
    part = COMPETITIONS[kind]()
    for v in (normal(3, 50, 4, 5).round(), torch.full((3, 50, 4, 5), 2.0).double()):
        for order in (torch.contiguous_format, torch.channels_last):
            v = v.contiguous(memory_format=order)
            assert_near(part.compete(v.cuda(), NO_STATE).cpu(), part.compete(v, NO_STATE))


def test_a_layer_starts_with_the_same_weights_and_learns_alike():
    entries = {
        "use": "softhebb",
        "synapse": {"kind": "conv2d", "neurons": 16, "kernel": 3},
        "pool": {"kind": "max", "size": 2, "stride": 2},
    }
    here, there = (build_layer((4, 8, 8), device=d, **entries) for d in ("cpu", "cuda"))
    assert torch.equal(here.w, there.w.cpu())
    initial = here.w.clone()
    for step in range(5):
        x = normal(6, 4, 8, 8, seed=step, dtype=torch.float32)
        assert_near(there.learn(x.cuda()).cpu(), here.learn(x), 1e-3)
    assert_near(there.w.cpu() - initial, here.w - initial, 1e-3)
