"""Layers that feed themselves, or leak, and come to rest on each batch."""

from typing import ClassVar

import pytest
import torch
from pydantic import ValidationError
from support.doubles import Adding, Answer, AsGiven, Below, Fixed, Shift, common, neural, spec
from torch.testing import assert_close

from neuroplast import Competition, ConfigurationError, Dynamics, Layer, LayerSpec, Memory, Network
from neuroplast.layer import Adapts
from neuroplast.spec import ProjectionSpec, Settle

X = torch.tensor([[1.0, 0.0]])
FORWARD = torch.eye(2)
LATERAL = torch.tensor([[0.0, 0.5], [0.5, 0.0]])


class Half(Dynamics):
    """v moves half of the way to u at each inner step."""

    kind: ClassVar[str] = "half"
    leaks: ClassVar[bool] = True

    def integrate(self, u, memory):
        return u / 2

    def settle(self, u, before, memory):
        return before + (u - before) / 2


class Capped(Answer):
    """y = min(v, 1)."""

    kind: ClassVar[str] = "capped"

    def respond(self, v, g):
        return v.clamp(max=1.0)


class Late(Answer):
    """y = 1 where v is above 0.7."""

    kind: ClassVar[str] = "late"

    def respond(self, v, g):
        return (v > 0.7).to(v.dtype)


def recurrent(steps=3, tolerance=0.0, neurons=2, learns=False, **entries):
    """Two neurons, each fed by one input and by half of the other's response."""
    given = common(neurons)
    if not learns:
        given = {k: v for k, v in given.items() if k not in ("rule", "scaling", "rate")}
    loop = {**given, **entries.pop("lateral", {})}
    forward = ProjectionSpec(name="forward", **given)
    lateral = ProjectionSpec(**{"name": "lateral", "from": "self", **loop})
    shared = {k: v for k, v in common().items() if k in ("normalisation", "initialisation")}
    shared |= {k: v for k, v in common().items() if k in ("effective", "similarity", "step")}
    layer = LayerSpec(
        **{
            **shared,
            **neural(),
            "projections": (forward, lateral),
            "settle": Settle(steps=steps, tolerance=tolerance),
            **entries,
        }
    )
    made = Layer(layer, (2,))
    made.load_state({**made.state, "forward.w": FORWARD, "lateral.w": LATERAL})
    return made


@pytest.mark.parametrize(
    ("steps", "expected"), [(1, [1.0, 0.0]), (2, [1.0, 0.5]), (3, [1.25, 0.5]), (4, [1.25, 0.625])]
)
def test_inner_steps_by_hand(steps, expected):
    # y1 = x, y2 = x + W y1 = [1, 1/2], y3 = x + W y2 = [1 + 1/4, 1/2], y4 = [1 + 1/4, 5/8]
    assert_close(recurrent(steps).respond(X), torch.tensor([expected]))


def test_it_rests_where_responses_change_little():
    rested = recurrent(1000, tolerance=1e-6).respond(X)
    # the fixed point y = (1 - W)^-1 x = [1, 1/2] / (1 - 1/4)
    assert_close(rested, torch.tensor([[4 / 3, 2 / 3]]), atol=1e-5, rtol=0)


def test_a_tolerance_ends_the_steps_early():
    # the first change is 1, the second 1/2, which is at most 0.6
    assert_close(recurrent(1000, tolerance=0.6).respond(X), torch.tensor([[1.0, 0.5]]))


def test_neurons_that_are_silent_still_may_be_on_their_way():
    # v = 1/2, 3/4, ..., answered by 0 below 0.7: silent at the first step, as before it
    layer = Layer(
        spec(dynamics=(Half(),), population=Late(), settle=Settle(steps=1000, tolerance=1e-3)),
        (2,),
    )
    layer.w.copy_(FORWARD)
    assert_close(layer.respond(X), torch.tensor([[1.0, 0.0]]))


def test_neurons_hear_responses_not_drives():
    # y = min(v, 1): v3 = [1 + 1/4, 1/2], as heard by a linear layer; the second hears 1, not 5/4
    layer = recurrent(4, population=Capped())
    views, v = layer.present(X, compete=True)
    assert_close(v, torch.tensor([[1.25, 0.5]]))
    assert_close(views[0].u, torch.tensor([[1.25, 0.5]]))


def test_learning_is_from_the_settled_activity_on_both_sides():
    layer = recurrent(3, learns=True)
    before = {name: tensor.clone() for name, tensor in layer.state.items()}
    y = layer.learn(X)
    g = torch.tensor([1.25, 0.5])
    assert_close(y, g[None])
    assert_close(layer.state["forward.w"], before["forward.w"] + torch.outer(g, X[0]))
    assert_close(layer.state["lateral.w"], before["lateral.w"] + torch.outer(g, g))


def test_constraints_and_frozen_groups_hold_in_both():
    layer = recurrent(3, learns=True, lateral={"constraints": (Below(bound=0.25),)})
    layer.learn(X)
    assert layer.state["lateral.w"].max() <= 0.25
    layer.freeze()
    before = {name: tensor.clone() for name, tensor in layer.state.items()}
    layer.learn(X)
    assert all(torch.equal(tensor, before[name]) for name, tensor in layer.state.items())


def test_a_leak_comes_from_silence_on_every_batch():
    layer = Layer(spec(dynamics=(Half(),), settle=Settle(steps=3)), (2,))
    layer.freeze()
    layer.w.copy_(FORWARD)
    for _ in range(2):
        assert_close(layer.respond(X), X * (1 - 0.5**3))


def test_mechanisms_follow_each_other_at_every_inner_step():
    layer = Layer(spec(dynamics=(Half(), Shift(factor=2.0)), settle=Settle(steps=2)), (2,))
    layer.w.copy_(FORWARD)
    assert_close(layer.respond(X), 2 * X * (1 - 0.5**2))


def test_a_network_feeds_only_what_comes_from_elsewhere():
    layer = recurrent(3).spec.model_copy(update={"name": "one"})
    network = Network([layer, spec(neurons=3, name="two")], (2,))
    assert network.sources == {"one": [["stimuli"]], "two": [["one"]]}
    assert network.responses(X)["two"].shape == (1, 3)


def test_what_the_loop_must_give_is_said():
    with pytest.raises(
        ConfigurationError, match=r"from itself gives \(3,\) for responses of \(2,\)"
    ):
        recurrent(lateral={"synapse": common(3)["synapse"]})


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"settle": None}, "a projection from itself and no inner steps"),
        ({"projections": ()}, "settles, with nothing that changes between inner steps"),
        ({"projections": (ProjectionSpec(**{"from": "self", **common()}),)}, "nothing but itself"),
        ({"settle": None, "dynamics": (Half(),), "projections": ()}, "dynamics 'half'"),
    ],
)
def test_what_makes_no_sense_is_refused(entries, message):
    if entries.get("projections") == ():
        with pytest.raises(ValidationError, match=message):
            spec(**{"settle": Settle(steps=2), **entries})
    else:
        with pytest.raises(ValidationError, match=message):
            recurrent(**entries)


def test_the_loop_learns_at_its_own_rate():
    lateral = {"rate": (Fixed(eta=0.0),), "step": Adding()}
    layer = recurrent(2, learns=True, lateral=lateral)
    layer.learn(X)
    assert torch.equal(layer.state["lateral.w"], LATERAL)
    assert not torch.equal(layer.state["forward.w"], FORWARD)


class First(Competition):
    """The first neuron's v; the others have nothing."""

    kind: ClassVar[str] = "first"

    def compete(self, v, memory):
        return v * torch.tensor([1.0, 0.0])


class Counting(AsGiven):
    """The input as it is; counts what it adapts to, and sums it."""

    kind: ClassVar[str] = "counting"
    batches = Memory()
    heard = Memory("pre")

    def normalise(self, x, memory, adapting):
        if adapting:
            memory.batches.add_(1.0)
            memory.heard.add_(x.sum(0))
        return x


@pytest.mark.parametrize("after", [False, True])
def test_statistics_among_neurons_adapt_once_a_step(after):
    layer = recurrent(3, learns=True, lateral={"normalisation": Counting()})
    layer.learn(X, respond_after=after)
    assert layer.state["lateral.normalisation.batches"] == 1.0


def test_statistics_among_neurons_are_of_what_they_learn_with():
    # one winner, so that g is [1.25, 0], also where nothing but statistics adapts
    layer = recurrent(3, competition=First(), lateral={"normalisation": Counting()})
    layer.adapts = Adapts(statistics=True)
    layer.respond(X)
    assert_close(layer.state["lateral.normalisation.heard"], torch.tensor([1.25, 0.0]))
