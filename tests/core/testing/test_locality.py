"""Locality by intervention: what is local comes out local, and every peek is found, by name and with an example."""

from typing import ClassVar

import pytest
import torch
from pydantic import PrivateAttr
from support.doubles import (
    AsGiven,
    AsItStands,
    Centred,
    Everyone,
    Fading,
    Magnitude,
    Rewarded,
    Shift,
    spec,
)

from neuroplast import (
    Competition,
    Constraint,
    Delta,
    Dynamics,
    Effective,
    Memory,
    Normalisation,
    Pool,
    Population,
    Rate,
    Rule,
    Scaling,
    Signal,
    Similarity,
    Step,
)
from neuroplast.delta import Computed
from neuroplast.registry import Registry
from neuroplast.testing import Subject, Violation
from neuroplast.testing.checks.locality import (
    each_declared_input_matters,
    no_undeclared_input_matters,
)
from neuroplast.testing.locality import Finding, Locality, measure_layer, measure_part

NOTHING = Registry()
LOCAL = {"pre", "post", "weight"}


def subject(part):
    return Subject(part, {}, None, NOTHING)


def rule(change, uses=LOCAL, **attributes):
    """A rule with this change, Σ over stimuli and positions, from a view."""

    def delta(self, view):
        given = change(view)
        if isinstance(given, Delta):
            return given
        return Delta(view.geometry, view.w_e, (Computed(lambda: given),))

    members = {"kind": "double", "uses": frozenset(uses), "delta": delta, **attributes}
    annotations = {"kind": ClassVar[str], "uses": ClassVar[frozenset]}
    return type(
        "Double", (Rule,), {"__annotations__": annotations, "__module__": __name__, **members}
    )()


def local(view):
    return view.outer(view.g) - view.decay(view.g * view.v)


def next_neuron(tensor):
    return tensor.roll(1, dims=1)


# Rules that keep to what they declare

SOUND = {
    "growth": rule(lambda v: v.outer(v.g), {"pre", "post"}),
    "decay alone": rule(lambda v: v.decay(1.0), {"weight"}),
    "growth and decay": rule(local),
    "gate": rule(lambda v: v.outer(v.g) - v.gate(1.0, v.x)),
    "threshold": rule(lambda v: v.outer(torch.where(v.u > 3, v.g, 0.0)), {"pre", "post"}),
    "third factor": rule(
        lambda v: v.outer(v.g * v.signals["reward"][:, :, None]), {"pre", "post", "reward"}
    ),
    "third factor for all": rule(
        lambda v: v.outer(v.g * v.signals["reward"].view(-1, 1, 1)), {"pre", "post", "reward"}
    ),
    "ordered": rule(
        lambda v: v.outer(v.g) - v.mix(torch.tril(v.correlate(v.g, v.g))), {*LOCAL, "layer"}
    ),
    "its neuron's length": rule(
        lambda v: v.decay(v.g) * v.w.flatten(1).norm(dim=1), {"post", "weight", "neuron"}
    ),
    "mean over the batch": rule(
        lambda v: v.outer(v.g - v.g.mean(0)), {"pre", "post"}, couples_batch=True
    ),
    "mean over batch, in uses": rule(
        lambda v: v.outer(v.g - v.g.mean(0)), {"pre", "post", "batch"}
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_rule_that_declares_what_it_uses_passes(name):
    no_undeclared_input_matters(subject(SOUND[name]))
    each_declared_input_matters(subject(SOUND[name]))


# Rules that declare themselves local and are not

PEEKS = {
    "g of the next neuron": (lambda v: v.outer(next_neuron(v.g)), "other neurons"),
    "a little of it": (lambda v: v.outer(v.g + 1e-6 * next_neuron(v.v)), "other neurons"),
    "the most active one": (
        lambda v: v.outer(v.g * (v.v == v.v.amax(1, keepdim=True))),
        "other neurons",
    ),
    "the least active one": (lambda v: v.outer(v.g - v.v.amin(1, keepdim=True)), "other neurons"),
    "weights of the next neuron": (
        lambda v: v.outer(v.g) + _computed(v, v.g.sum() * v.w.roll(1, 0)),
        "other",
    ),
    "weights of the one before alone": (
        lambda v: v.outer(v.g) + _computed(v, v.w.roll(1, 0)),
        "other neurons",
    ),
    "the largest weight of all": (
        lambda v: v.outer(v.g) * (1 / (1 + v.w.abs().max())),
        "of its neuron",
    ),
    "its neuron's other weights": (
        lambda v: v.outer(v.g) * v.w.flatten(1).norm(dim=1),
        "of its neuron",
    ),
    "x of the next input": (lambda v: v.outer(v.g, v.x.roll(-1, 1)), "of its neuron"),
    "x of another position": (lambda v: v.outer(v.g, v.x.roll(1, 2)), "other positions"),
    "the last stimulus alone": (
        lambda v: v.outer(torch.cat([0 * v.g[:-1], v.g[-1:]])),
        "other stimuli",
    ),
    "the next stimulus": (lambda v: v.outer(v.g.roll(1, 0)), "other stimuli"),
    "the mean of the batch": (lambda v: v.outer(v.g - v.g.mean(0)), "other stimuli"),
    "how many stimuli": (lambda v: v.outer(v.g) / v.count, "other stimuli"),
    "labels": (
        lambda v: v.outer(v.g * v.signals["labels"].unsqueeze(-1)),
        "the signal 'labels'",
    ),
    "a signal, if it is there": (
        lambda v: v.outer(v.g * v.signals.get("teacher", torch.ones(()))[..., None]),
        "the signal 'teacher'",
    ),
    "any signal": (
        lambda v: v.outer(v.g * sum(v.signals.values())[..., None]),
        "the signal 'labels'",
    ),
}


def _computed(view, dw):
    return Delta(view.geometry, view.w_e, (Computed(lambda: dw),))


@pytest.mark.parametrize("name", PEEKS)
def test_a_rule_that_is_less_local_than_it_says_is_caught(name):
    change, told = PEEKS[name]
    with pytest.raises(Violation, match=told) as caught:
        no_undeclared_input_matters(subject(rule(change)))
    assert "dw[" in caught.value.example


def test_the_example_is_the_smallest_with_its_numbers():
    with pytest.raises(Violation) as caught:
        no_undeclared_input_matters(subject(rule(lambda v: v.outer(next_neuron(v.g)))))
    cause, _, where = caught.value.example.partition("\n")
    assert cause.startswith("g[0, 0, 0] from")
    assert ": dw[1, 0] from" in cause  # two neurons
    assert where == "on of_the_kit(neurons=2) on 1x1, batch 1"


class Remembering(Rule):
    """Keeps the last batch beside its declared memory."""

    kind: ClassVar[str] = "remembering"
    uses: ClassVar[set[str]] = {"pre", "post"}
    _last: dict = PrivateAttr(default_factory=dict)

    def delta(self, view):
        last = self._last.get("g", torch.zeros(()))
        self._last["g"] = view.g.mean()
        return view.outer(view.g - last)


KEPT: list = []


class Shared(Rule):
    """Keeps what other layers present in a global."""

    kind: ClassVar[str] = "shared"
    uses: ClassVar[set[str]] = {"pre", "post"}

    def delta(self, view):
        KEPT.append(float(view.g.sum()))
        return view.outer(view.g) * (1 + KEPT[-2] if len(KEPT) > 1 else 1.0)


@pytest.mark.parametrize("part", [Remembering(), Shared()], ids=["itself", "global"])
def test_a_hidden_past_is_caught(part):
    with pytest.raises(Violation, match="presented earlier, or to another layer"):
        no_undeclared_input_matters(subject(part))


class Sliding(Rule):
    """Growth against a threshold that follows past activity: of the neuron itself, or of the next."""

    kind: ClassVar[str] = "sliding"
    uses: ClassVar[set[str]] = {"pre", "post"}
    theta = Memory("post", init=0.5)
    of_next: bool = False

    def delta(self, view):
        theta = view.memory.theta.clone()
        level = view.g.square().mean((0, 2))
        view.memory.theta.lerp_(level.roll(1) if self.of_next else level, 0.5)
        return view.outer(view.g * (view.g - theta.view(1, -1, 1)))


def test_declared_memory_may_hold_the_neurons_own_past_and_not_anothers():
    no_undeclared_input_matters(subject(Sliding()))
    with pytest.raises(Violation, match="other neurons") as caught:
        no_undeclared_input_matters(subject(Sliding(of_next=True)))
    assert caught.value.example.startswith("earlier g[")


@pytest.mark.parametrize(
    ("part", "unused"),
    [
        (rule(lambda v: v.outer(v.g)), "weight"),
        (rule(lambda v: v.decay(1.0)), "p"),  # pre and post
        (rule(lambda v: v.decay(v.g)), "pre"),
        (rule(local, {*LOCAL, "neuron"}), "neuron"),
        (rule(local, {*LOCAL, "layer"}), "layer"),
        (rule(local, LOCAL, couples_batch=True), "batch"),
        (rule(local, {*LOCAL, "reward"}), "reward"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_declared_input_that_is_not_used_is_caught(part, unused):
    with pytest.raises(Violation, match=f"declares '{unused}"):
        each_declared_input_matters(subject(part))


# Tiers and flags of parts by themselves


def part(interface, **members):
    annotations = {"kind": ClassVar[str]}
    body = {"kind": "double", "__annotations__": annotations, "__module__": __name__, **members}
    return type("Double", (interface,), body)()


def per_neuron(w):
    return w.flatten(1).norm(dim=1).view(-1, *[1] * (w.dim() - 1))


def _divide(w, length):
    w.div_(length)
    return torch.zeros((), dtype=torch.int64)


def _shared_energy(self, geometry, x, w_e):
    u = geometry.drive(x, w_e)
    return u / u.norm(dim=1, keepdim=True)


PARTS = {
    "threshold of its own": (Shift(by=1.0), "A"),
    "surround": (part(Dynamics, integrate=lambda s, u, m: u - u.mean(1, keepdim=True)), "B"),
    "neighbouring positions": (part(Dynamics, integrate=lambda s, u, m: u + u.roll(1, -1)), "B"),
    "everyone": (Everyone(), "A"),
    "sharing": (part(Competition, compete=lambda s, v, m: v.softmax(1)), "B"),
    "along space": (
        part(Competition, compete=lambda s, v, m: v.flatten(2).softmax(2).view_as(v)),
        "B",
    ),
    "over the batch": (part(Competition, compete=lambda s, v, m: v.softmax(0)), "B couples_batch"),
    "as it stands": (AsItStands(), "A"),
    "by the largest of all": (
        part(Scaling, scale=lambda s, d, v: d / d.tensor().abs().max()),
        "B couples_batch couples_neurons",
    ),
    "by the neuron's largest": (
        part(Scaling, scale=lambda s, d, v: d / d.tensor().abs().amax(1)),
        "B couples_batch",
    ),
    "by the neuron's wins": (
        part(Scaling, scale=lambda s, d, v: d / (v.g > 0).sum((0, 2)).clamp_min(1)),
        "B couples_batch",
    ),
    "by how many there are": (part(Scaling, scale=lambda s, d, v: d / v.count), "A"),
    "schedule": (part(Rate, at=lambda s, v, p: 1 - p.step / p.steps), "A"),
    "length of its weights": (part(Rate, at=lambda s, v, p: v.w.norm(dim=1)), "N"),
    "length of all weights": (part(Rate, at=lambda s, v, p: v.w.norm()), "B couples_neurons"),
    "unit length": (part(Constraint, enforce=lambda s, w, c: _divide(w, per_neuron(w))), "N"),
    "unit length of all": (
        part(Constraint, enforce=lambda s, w, c: _divide(w, w.norm())),
        "B couples_neurons",
    ),
    "clip": (part(Constraint, enforce=lambda s, w, c: w.clamp_(-1, 1).sum()), "A"),
    "magnitude": (Magnitude(), "A"),
    "share of its neuron": (part(Effective, effective=lambda s, w: w.softmax(1)), "N"),
    "share of its input": (
        part(Effective, effective=lambda s, w: w.softmax(0)),
        "B couples_neurons",
    ),
    "cosine": (
        part(Similarity, drive=lambda s, g, x, w: g.drive(x, w) / w.norm(dim=1).view(1, -1, 1)),
        "A",
    ),
    "divided by the others": (part(Similarity, drive=_shared_energy), "B couples_neurons"),
    "as given": (AsGiven(), "A"),
    "centred by stimulus": (
        part(Normalisation, normalise=lambda s, x, m, a: x - x.mean(1, keepdim=True)),
        "N",
    ),
    "centred by map": (
        part(Normalisation, normalise=lambda s, x, m, a: x - x.mean((2, 3), keepdim=True)),
        "B",
    ),
    "triangle": (part(Population, respond=lambda s, v, g: v - v.mean(1, keepdim=True)), "B"),
    "whole map": (
        part(
            Pool,
            pool=lambda s, y: y.mean((2, 3), keepdim=True),
            output_shape=lambda s, shape: (shape[0], 1, 1),
        ),
        "A",
    ),
    "mixing channels": (
        part(Pool, pool=lambda s, y: y + y.roll(1, 1), output_shape=lambda s, shape: shape),
        "B",
    ),
    "teacher": (part(Signal, signal=lambda s, labels, y: labels.double()), "D"),
    "loudness": (part(Signal, signal=lambda s, labels, y: y.mean((1, 2))), "B"),
    "its own response": (part(Signal, signal=lambda s, labels, y: y.mean(2)), "A"),
    "third factor": (SOUND["third factor"], "D"),
}


@pytest.mark.parametrize("name", PARTS)
def test_tier_and_flags_of_a_part(name):
    double, expected = PARTS[name]
    locality = measure_part(double)
    assert " ".join([locality.tier, *locality.flags]) == expected


class Follower(Dynamics):
    """A threshold that follows the mean drive: of the neuron, or of the layer."""

    kind: ClassVar[str] = "follower"
    theta = Memory("post")
    together: bool = False

    def integrate(self, u, memory):
        return u - memory.theta.view(1, -1, *[1] * (u.dim() - 2))

    def adapt(self, view):
        level = view.u.mean((0, *range(2, view.u.dim())))
        view.memory.theta.copy_(level.mean().expand_as(level) if self.together else level)


class Momentum(Step):
    """Remembers the last change."""

    kind: ClassVar[str] = "momentum_double"
    last = Memory("weights")

    def apply(self, w, delta, eta, memory):
        memory.last.mul_(0.5).add_(delta.tensor())
        w.add_(memory.last * (eta.view(-1, 1) if hasattr(eta, "view") else eta))


def test_memory_of_a_neuron_is_its_own_and_memory_of_all_is_the_layers():
    assert measure_part(Follower()).tier == "A"
    assert measure_part(Follower(together=True)).tier == "B"
    assert measure_part(Momentum()).tier == "A"


def test_kinds_that_change_no_weight_have_no_locality():
    from support.doubles import Ones

    assert measure_part(Ones()) is None


def test_a_gradient_over_the_layer_is_tier_c_and_one_within_a_synapse_is_not():
    def descended(view, loss):
        with torch.enable_grad():
            w = view.w.detach().requires_grad_(True)
            (dw,) = torch.autograd.grad(loss(view, view.geometry.drive(view.x, w), w), w)
        return _computed(view, -dw)

    reconstruction = rule(
        lambda v: descended(
            v, lambda v, u, w: 0.5 * (v.x - torch.einsum("bit,ij->bjt", v.g, w)).square().sum()
        )
    )
    own = rule(
        lambda v: descended(
            v,
            lambda v, u, w: 0.5 * (v.g.square().sum((0, 2)) @ w.square()).sum() - (v.g * u).sum(),
        )
    )
    assert measure_part(reconstruction).tier == "C"
    assert measure_part(own).tier == "A"
    assert measure_part(own).gradient


# Whole layers


def layer(neurons=3, **changes):
    return spec(neurons, **changes)


def test_a_layer_of_local_parts_is_local():
    found = measure_layer(layer())
    assert str(found.whole) == "tier A"
    assert not found.set_by
    assert str(found) == "tier A"
    assert set(found.whole.findings) == {"pre", "post", "weight", "change"}


BY_THE_LARGEST = PARTS["by the largest of all"][0]
SHARING = PARTS["sharing"][0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"competition": SHARING}, "tier B from competition double"),
        (
            {"scaling": BY_THE_LARGEST},
            "tier B from scaling double; couples_batch from scaling double; couples_neurons from scaling double",
        ),
        ({"constraints": (PARTS["unit length"][0],)}, "tier N from constraint double"),
        ({"rate": (PARTS["length of its weights"][0],)}, "tier N from rate double"),
        (
            {"effective": PARTS["share of its neuron"][0], "rule": Fading()},
            "tier N from effective double",
        ),
        ({"similarity": PARTS["divided by the others"][0]}, "tier B from similarity double"),
        ({"dynamics": (Follower(together=True),)}, "tier B from dynamics follower"),
        ({"dynamics": (Follower(),)}, "tier A"),
        (
            {"normalisation": Centred()},
            "tier B from normalisation centred; couples_batch from normalisation centred",
        ),
        ({"rule": SOUND["ordered"]}, "tier B from rule double; couples_neurons from rule double"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_sets_the_tier_of_a_layer_is_told(changes, told):
    found = measure_layer(layer(**changes))
    assert str(found).startswith(told)


def test_a_signal_from_labels_makes_a_layer_tier_d():
    teacher = PARTS["teacher"][0]
    found = measure_layer(layer(rule=Rewarded(), signals={"reward": teacher}))
    assert found.whole.tier == "D"
    assert found.set_by["tier D"] == ["rule rewarded", "signal double"]
    loud = part(Signal, signal=lambda s, labels, y: y.flatten(1).mean(1))
    assert measure_layer(layer(rule=Rewarded(), signals={"reward": loud})).whole.tier == "B"


def test_one_neuron_has_nobody_to_share_with():
    assert measure_layer(layer(1, competition=SHARING)).whole.tier == "A"


def test_a_layer_that_learns_nothing_has_no_locality():
    assert measure_layer(layer(rule=None, scaling=None, rate=())) is None


def test_the_layer_that_was_measured_is_left_alone():
    given = layer(competition=SHARING)
    before = given.model_dump_json()
    measure_layer(given)
    assert given.model_dump_json() == before


# Words


def test_the_farthest_dependence_is_the_tier():
    def found(*tiers):
        return Locality({t: Finding(t, t, "", "") for t in tiers})

    assert found().tier == "A"
    assert found("A", "N").tier == "N"
    assert (found("N") | found("B")).tier == "B"
    assert found("B", "D", "A").tier == "D"
    assert str(Locality({"batch": Finding("batch", "B", "", "")}, shares_weights=True)) == (
        "tier B, couples_batch, shares_weights"
    )
