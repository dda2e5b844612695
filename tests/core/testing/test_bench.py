"""What parts are tried on: the kit's own geometry, views in which nothing is equal, and a ladder of settings."""

from itertools import combinations
from typing import ClassVar

import torch
from support.doubles import Matrix, Rewarded, Tally
from torch.testing import assert_close

from neuroplast import Rule, hookimpl, registry
from neuroplast.registry import Registry
from neuroplast.testing import Setting, SynapseClaims, geometries, ladder
from neuroplast.testing.bench import Plain


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_the_kits_own_geometry_by_hand():
    """Two inputs at two positions, one neuron: u = 3·1 + 5·2 = 13 and 3·(-1) + 5·4 = 17."""
    x, w = numbers([[1, -1], [2, 4]]), numbers([3, 5])
    synapse = Plain(neurons=1)
    assert_close(synapse.drive(x, w), numbers([[13, 17]]))
    # 2·1 - 1·(-1) and 2·2 - 1·4
    assert_close(synapse.outer(numbers([[2, -1]]), x, w), numbers([3, 0]))
    assert synapse.patches(x).tolist() == [[[[1, 2]], [[-1, 4]]]]
    assert synapse.weight_shape((2, 7)) == (1, 2)
    assert synapse.output_shape((2, 7)) == (1, 7)
    assert synapse.positions(x, w) == (2,)
    assert synapse.prepare(x) is x


def test_the_ladder_begins_with_one_number_of_everything_and_grows():
    settings = list(ladder())
    sizes = [(s.batch, *s.shape, len(s.w())) for s in settings]
    beyond_one = [sum(n > 1 for n in size) for size in sizes]
    assert beyond_one == [0, 1, 1, 1, 1, 3, 4]
    assert sizes[-1] == tuple(max(column) for column in zip(*sizes, strict=True))
    assert len({str(s) for s in settings}) == len(settings)


def test_in_a_view_no_two_tensors_are_equal():
    setting = list(ladder())[-1]
    view = setting.view(Rewarded())
    tensors = [view.x, view.w, view.w_e, view.u, view.v, view.g, view.signals["reward"]]
    assert not any(torch.equal(a, b) for a, b in combinations(tensors, 2) if a.shape == b.shape)
    assert {t.dtype for t in tensors} == {torch.float64}
    assert list(view.signals) == ["reward"]  # and none for "pre" and "post"
    assert view.signals["reward"].shape == (3, 3)
    again = setting.view(Rewarded())
    assert torch.equal(view.x, again.x)
    assert not torch.equal(view.x, setting.view(Rewarded(), seed=20).x)
    assert setting.view(dtype=torch.float32).g.dtype == torch.float32


def test_what_is_given_takes_its_place_in_the_view():
    setting = next(ladder())
    x = numbers([[5.0]])
    assert setting.view(x=x).x is x


def test_memory_is_new_and_has_the_dtype_of_the_view():
    class Counting(Rule):
        kind: ClassVar[str] = "counting"

        def delta(self, view):
            return view.outer(view.g)

    setting = Setting(Matrix(neurons=3), (4,))
    memory = setting.memory(Tally())
    assert (memory.theta.shape, memory.theta.dtype) == ((3,), torch.float64)
    memory.theta.add_(1)
    assert setting.memory(Tally()).theta.tolist() == [0, 0, 0]
    assert str(setting) == "matrix(neurons=3) on 4, batch 2"


class MatrixClaims(SynapseClaims):
    of = "matrix"
    cases = ({"neurons": 1}, {"neurons": 2})
    shapes = ((3,), (5,))


class Provider:
    @hookimpl
    def synapses(self):
        return [Matrix]

    @hookimpl
    def claims(self):
        return [MatrixClaims]


def test_geometries_are_those_that_synapses_claim():
    known = Registry()
    assert not list(geometries(known))
    known.add(Provider())
    assert [str(s) for s in geometries(known)] == [
        "matrix(neurons=1) on 3, batch 2",
        "matrix(neurons=2) on 5, batch 2",
    ]
    kinds = {s.synapse.kind for s in geometries(registry.current())}
    assert kinds == set(registry.current().kinds()["synapse"])
