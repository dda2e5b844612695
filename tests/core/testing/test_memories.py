"""Memory as neurons, inputs and synapses know it, compared with paper and pencil."""

from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip
from support.numbers import assert_near

from neuroplast import Dynamics, Memory
from neuroplast.component import State
from neuroplast.testing import DynamicsClaims, NotApplicable, Setting, Violation
from neuroplast.testing.bench import Plain
from neuroplast.testing.claims import MemoryClaims
from neuroplast.testing.memories import ViewStep, nested, owner_of, owners, remembered

REMEMBERS = "remembers as its formula does"


class All(Dynamics):
    """One memory for each owner, and for each kind of list."""

    kind: ClassVar[str] = "all"
    once = Memory(init=1.0)
    pair = Memory(2, init=2.0)
    neuron = Memory("post", init=3.0)
    others = Memory(("post", "post"), init=4.0)
    recent = Memory(("post", 2), init=5.0)
    place = Memory("positions", init=6.0)
    both = Memory(("post", "positions"), init=7.0)
    each = Memory("pre", init=8.0)
    synapse = Memory("weights", init=9.0)
    history = Memory((2, "post"))


class AllClaims(MemoryClaims):
    """Each value is its owner's number, in an order that shows which it is."""

    family = "dynamics"
    of = "all"

    def remember(self, part, n):
        i = n.neuron
        return {
            "once": len(n.layer),
            "pair": [0.5, -0.5],
            "neuron": 10.0 * i + n.u[0],
            "others": [other.u[0] for other in n.layer],
            "recent": [n.u[0], n.memory["recent"][0]],
            "place": n.u[0],
            "both": n.u[0] + 100 * i,
        }

    def remember_input(self, part, n):
        return {"each": n.x[0]}

    def remember_synapse(self, part, s):
        return {"synapse": s[0]}


def step():
    """One stimulus, two positions, two neurons, three inputs: u = 1 2 | 3 4, x = 1 2 | 3 4 | 5 6, w = 1 ... 6."""
    setting = Setting(Plain(neurons=2), (3, 2), 1)
    x = torch.arange(1.0, 7.0, dtype=torch.float64).view(1, 3, 2)
    u = torch.arange(1.0, 5.0, dtype=torch.float64).view(1, 2, 2)
    w = torch.arange(1.0, 7.0, dtype=torch.float64).view(2, 3)
    view = setting.view(All(), x=x, u=u, v=10 * u, g=100 * u, w=w, w_e=-w)
    synapses = [[[float(3 * i + j) for i in range(2)] for j in range(3)]]
    return view, ViewStep(All(), view, events=lambda: synapses)


def after(name):
    view, asked = step()
    return remembered(AllClaims(), All(), asked, name, getattr(view.memory, name))


def test_a_neuron_knows_its_activities_inputs_weights_and_neighbours():
    n = step()[1].neuron(1)
    assert (n.u, n.v, n.g) == ([3.0, 4.0], [30.0, 40.0], [300.0, 400.0])
    assert (n.w, n.w_e, n.dw) == ([4.0, 5.0, 6.0], [-4.0, -5.0, -6.0], [])
    assert n.x == [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
    assert (n.stimuli, n.neuron, [k.neuron for k in n.layer]) == (1, 1, [0, 1])
    assert n.layer[0].g == [100.0, 200.0]


def test_at_one_position_it_knows_what_is_there():
    n = step()[1].neuron(1, 1)
    assert (n.u, n.x, n.layer[0].u) == ([4.0], [[2.0, 4.0, 6.0]], [2.0])
    assert (n.memory["place"], n.memory["both"]) == (6.0, 7.0)


def test_a_neuron_knows_its_own_memory_and_what_is_shared():
    n = step()[1].neuron(0)
    assert n.memory == {
        "once": 1.0,
        "pair": [2.0, 2.0],
        "neuron": 3.0,
        "others": [4.0, 4.0],
        "recent": [5.0, 5.0],
        "place": [6.0, 6.0],
        "both": [7.0, 7.0],
        "each": [8.0, 8.0, 8.0],
        "synapse": [9.0, 9.0, 9.0],
    }


def test_signals_are_spread_over_the_positions():
    setting = Setting(Plain(neurons=2), (1, 2), 2)
    view = setting.view()
    told = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    for signal, expected in ((told[:, 0], [1.0, 1.0, 3.0, 3.0]), (told, [2.0, 2.0, 4.0, 4.0])):
        object.__setattr__(view, "signals", {"reward": signal})
        assert ViewStep(Plainly(), view).neuron(1).signals == {"reward": expected}


class Plainly(Dynamics):
    """No memory."""

    kind: ClassVar[str] = "plainly"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("once", 2.0),
        ("pair", [0.5, -0.5]),
        ("neuron", [1.0, 13.0]),
        ("others", [[1.0, 3.0], [1.0, 3.0]]),
        ("recent", [[1.0, 5.0], [3.0, 5.0]]),
        ("place", [1.0, 2.0]),
        ("both", [[1.0, 2.0], [103.0, 104.0]]),
        ("each", [1.0, 3.0, 5.0]),
        ("synapse", [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]),
    ],
)
def test_each_owner_is_asked_for_its_own(name, expected):
    assert_near(after(name), torch.tensor(expected, dtype=torch.float64))


def test_an_axis_before_the_owner_cannot_be_named():
    assert "history" not in owners(All())
    with pytest.raises(NotApplicable, match="let the axis that it is of come first"):
        owner_of(All(), "history")


def test_what_is_left_out_is_as_it_was():
    view, asked = step()
    silent = type("Silent", (AllClaims,), {"remember": lambda self, part, n: {}})()
    for name, value in (("recent", 5.0), ("both", 7.0)):
        before = getattr(view.memory, name)
        assert_near(remembered(silent, All(), asked, name, before), torch.full_like(before, value))


def test_a_value_of_another_form_is_the_claims_fault():
    view, asked = step()
    wrong = type("Wrong", (AllClaims,), {"remember": lambda *_: {"recent": 1.0, "neuron": [1.0]}})()
    for name, told in (("recent", "give 2 numbers"), ("neuron", "give one number")):
        with pytest.raises(Violation, match=told):
            remembered(wrong, All(), asked, name, getattr(view.memory, name))


def test_nested_memory_has_its_positions_in_one_row():
    memory = {
        "once": torch.tensor(1.0),
        "neuron": torch.tensor([1.0, 2.0]),
        "both": torch.arange(8.0).view(2, 2, 2),
    }
    assert nested(All(), memory, (2, 2, 2)) == {
        "once": 1.0,
        "neuron": [1.0, 2.0],
        "both": [[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]],
    }


# Rules that real parts have


class Lateral(Dynamics):
    """v_i = u_i - Σ_k l_ik u_k; l_ik follows the mean of v_i v_k, 0 where i = k, the faster the larger i."""

    kind: ClassVar[str] = "lateral"
    lateral = Memory(("post", "post"))
    transposed: bool = False

    def integrate(self, u, memory):
        return u - torch.einsum("ik,bk...->bi...", memory.lateral, u)

    def adapt(self, view):
        v, lateral = view.v.transpose(0, 1).flatten(1), view.memory.lateral
        target = (v @ v.T / v.shape[1]).fill_diagonal_(0.0)
        share = 0.1 * torch.arange(1.0, len(v) + 1, dtype=v.dtype)[:, None] / len(v)
        old = lateral.T.clone() if self.transposed else lateral
        lateral.add_(share * (target - old))


class LateralClaims(DynamicsClaims):
    of = "lateral"

    def integrate(self, dynamics, u, memory):
        rows = []
        for mine, row in zip(memory["lateral"], u, strict=True):
            columns = zip(*u, strict=True)
            pulls = [sum(a * b for a, b in zip(mine, c, strict=True)) for c in columns]
            rows.append([x - pull for x, pull in zip(row, pulls, strict=True)])
        return rows

    def remember(self, dynamics, n):
        share = 0.1 * (n.neuron + 1) / len(n.layer)
        found = []
        for k in n.layer:
            mean = sum(a * b for a, b in zip(n.v, k.v, strict=True)) / len(n.v)
            target = 0.0 if k.neuron == n.neuron else mean
            old = n.memory["lateral"][k.neuron]
            found.append(old + share * (target - old))
        return {"lateral": found}


class Placed(Dynamics):
    """v = u - m, m the mean of u over stimuli and neurons at a position, and at the last step; seen: all so far."""

    kind: ClassVar[str] = "placed"
    mean = Memory("positions")
    seen = Memory()

    def integrate(self, u, memory):
        return u - memory.mean - memory.seen

    def adapt(self, view):
        view.memory.mean.copy_(view.u.mean((0, 1)))
        view.memory.seen.add_(len(view.u))


class PlacedClaims(DynamicsClaims):
    of = "placed"

    def integrate(self, dynamics, u, memory):
        means, seen = memory["mean"], memory["seen"]
        return [[x - m - seen for x, m in zip(row, means, strict=True)] for row in u]

    def remember(self, dynamics, n):
        all_here = [x for k in n.layer for x in k.u]
        return {"mean": sum(all_here) / len(all_here), "seen": n.memory["seen"] + n.stimuli}


@pytest.mark.parametrize(
    ("part", "claims"), [(Lateral(), LateralClaims()), (Placed(), PlacedClaims())]
)
def test_memory_of_all_neurons_and_of_places_can_be_claimed(part, claims):
    hold(part, REMEMBERS, claims)
    hold(part, "equals its formula, looped", claims)


def test_memory_of_all_neurons_and_of_places_is_held():
    assert "memory lateral after step" in catch(
        Lateral(transposed=True), REMEMBERS, LateralClaims()
    )

    class OverAll(Placed):
        def adapt(self, view):
            view.memory.mean.copy_(view.u.mean((0, 1)).mean())
            view.memory.seen.add_(1)

    assert "memory mean after step 1" in catch(OverAll(), REMEMBERS, PlacedClaims())


def test_a_reason_may_stand_for_a_formula():
    class Unclaimed(PlacedClaims):
        unclaimed: ClassVar = {"mean": "chance decides", "seen": "a counter"}

    assert "no formula for memory mean: chance decides" in skip(Placed(), REMEMBERS, Unclaimed())


def test_of_memory_that_only_some_claims_state_the_rest_must_stay():
    class Half(PlacedClaims):
        def remember(self, dynamics, n):
            return {"seen": n.memory["seen"] + n.stimuli}

    assert "memory mean after step 1" in catch(Placed(), REMEMBERS, Half())


def test_state_is_asked_by_name():
    view = Setting(Plain(neurons=1), (1, 1), 1).view()
    own = State({"theta": torch.tensor([2.0])})
    with_own = ViewStep(Thresholded(), view.remembering(own))
    assert with_own.neuron(0).memory == {"theta": 2.0}


class Thresholded(Dynamics):
    """One threshold a neuron."""

    kind: ClassVar[str] = "thresholded"
    theta = Memory("post")
