"""Rules to try the kit's checks on, each with its claims: sound ones that remember, hear and order."""

from types import SimpleNamespace
from typing import ClassVar

from neuroplast import Delta, Memory, Rule, hookimpl
from neuroplast.delta import Computed
from neuroplast.registry import Registry
from neuroplast.testing import Example, RuleClaims, SynapseClaims
from neuroplast_plugins.synapses.conv2d import Conv2d


class Double(Rule):
    """A rule that is what it says.

        Δw_ij = Σ g_i (x_j - v_i w_ij)

    Source:
        Made up for these tests.
    """

    kind: ClassVar[str] = "double"

    def delta(self, view):
        return view.outer(view.g) - view.decay(view.g * view.v)


class DoubleClaims(RuleClaims):
    of = "double"
    examples = (
        # 2·3 - 2·4·0.5 = 2
        Example(given={"w": [[0.5]], "x": [[3.0]], "g": [[2.0]], "v": [[4.0]]}, expected=[[2.0]]),
    )

    def change(self, rule, s):
        return s.g * (s.x - s.v * s.w_e)


class Ordered(Rule):
    """Sanger's rule, Δw_ij = Σ g_i x_j - g_i Σ_{k ≤ i} g_k w_kj."""

    kind: ClassVar[str] = "double"
    ordered: ClassVar[bool] = True

    def delta(self, view):
        return view.outer(view.g) - view.mix(view.correlate(view.g, view.g).tril())


class OrderedClaims(RuleClaims):
    of = "double"
    examples = (
        Example(
            given={"w": [[1.0, 0.0], [0.5, 2.0]], "x": [[1.0, 2.0]], "g": [[3.0, 4.0]]},
            # 3·1 - 9·1, 3·2 - 9·0; 4·1 - 12·1 - 16·0.5, 4·2 - 12·0 - 16·2
            expected=[[-6.0, 6.0], [-16.0, -24.0]],
        ),
    )

    def change(self, rule, s):
        return s.g * (s.x - sum(k.g * k.w for k in s.layer if k.neuron <= s.neuron))


class Sliding(Rule):
    """BCM's rule, Δ = Σ g (g - θ) x, then θ half way to the mean of g²."""

    kind: ClassVar[str] = "double"
    uses: ClassVar[set[str]] = {"pre", "post"}
    theta = Memory("post", init=0.5)

    def delta(self, view):
        threshold = view.memory.theta.clone().view(-1, *[1] * (view.g.dim() - 2))
        view.memory.theta.lerp_(view.g.square().transpose(0, 1).flatten(1).mean(1), 0.5)
        return view.outer(view.g * (view.g - threshold))


class SlidingClaims(RuleClaims):
    of = "double"

    def change(self, rule, s):
        return s.g * (s.g - s.memory["theta"]) * s.x

    def remember(self, rule, n):
        return {"theta": 0.5 * n.memory["theta"] + 0.5 * sum(g * g for g in n.g) / len(n.g)}


class Centred(Rule):
    """Δ = Σ g (x - mean), then mean = that of x, for each input."""

    kind: ClassVar[str] = "double"
    uses: ClassVar[set[str]] = {"pre", "post"}
    mean = Memory("pre", init=0.25)

    def delta(self, view):
        mean = view.memory.mean.clone().view(1, -1, *[1] * (view.x.dim() - 2))
        view.memory.mean.copy_(view.x.transpose(0, 1).flatten(1).mean(1))
        return view.outer(view.g, view.x - mean)


class CentredClaims(RuleClaims):
    of = "double"

    def change(self, rule, s):
        return s.g * (s.x - s.memory["mean"])

    def remember_input(self, rule, n):
        return {"mean": sum(n.x) / len(n.x)}


class Tracing(Rule):
    """Δ = Σ (g x + trace / steps), then trace = Σ g x for each synapse, and steps one more."""

    kind: ClassVar[str] = "double"
    uses: ClassVar[set[str]] = {"pre", "post"}
    trace = Memory("weights", init=0.5)
    steps = Memory(init=1.0)

    def delta(self, view):
        memory, growth = view.memory, view.outer(view.g)
        old = memory.trace * view.count / memory.steps
        memory.trace.copy_(growth.tensor())
        memory.steps.add_(1)
        return growth + computed(view, old)


class TracingClaims(RuleClaims):
    of = "double"

    def change(self, rule, s):
        return s.g * s.x + s.memory["trace"] / s.memory["steps"]

    def remember(self, rule, n):
        return {"steps": n.memory["steps"] + 1}

    def remember_synapse(self, rule, s):
        return {"trace": sum(k.g * k.x for k in s)}


class Placed(Rule):
    """Δ = Σ (g - last) x, then last = the mean of g over stimuli, for each neuron at each position."""

    kind: ClassVar[str] = "double"
    uses: ClassVar[set[str]] = {"pre", "post"}
    last = Memory(("post", "positions"), init=0.25)

    def delta(self, view):
        last = view.memory.last.clone()
        view.memory.last.copy_(view.g.mean(0))
        return view.outer(view.g - last)


class PlacedClaims(RuleClaims):
    of = "double"

    def change(self, rule, s):
        return (s.g - s.memory["last"]) * s.x

    def remember(self, rule, n):
        return {"last": sum(n.g) / len(n.g)}


class Rewarded(Rule):
    """Δ = Σ reward g x."""

    kind: ClassVar[str] = "double"
    uses: ClassVar[set[str]] = {"pre", "post", "reward"}

    def delta(self, view):
        reward = view.signals["reward"]
        return view.outer(view.g * reward.reshape(len(reward), -1, *[1] * (view.g.dim() - 2)))


class RewardedClaims(RuleClaims):
    of = "double"

    def change(self, rule, s):
        return s.signals["reward"] * s.g * s.x


class AgainstTheMean(Rule):
    """Δ = Σ (g - the batch's mean of g) x."""

    kind: ClassVar[str] = "double"
    uses: ClassVar[set[str]] = {"pre", "post"}
    couples_batch: ClassVar[bool] = True

    def delta(self, view):
        return view.outer(view.g - view.g.mean(0))


SOUND = {
    "plain": (Double, DoubleClaims),
    "ordered": (Ordered, OrderedClaims),
    "remembers a neuron": (Sliding, SlidingClaims),
    "remembers an input": (Centred, CentredClaims),
    "remembers a synapse": (Tracing, TracingClaims),
    "remembers a place": (Placed, PlacedClaims),
    "hears a signal": (Rewarded, RewardedClaims),
    "couples the batch": (AgainstTheMean, None),
}
"""Sound rules with their claims."""


def registry_with(synapse, claimed):
    """A registry whose only synapse has these claims, and so is the only geometry."""
    known = Registry()
    claims = hookimpl(lambda: [claimed])
    synapses = hookimpl(lambda: [synapse])
    known.add(SimpleNamespace(__name__="geometry", synapses=synapses, claims=claims))
    return known


def registry_with_convolutions():
    """A registry whose only synapse is a convolution, in two groups and with stride, padding and dilation."""

    class Fields(SynapseClaims):
        of = Conv2d.kind
        cases = (
            {"neurons": 4, "kernel": 3, "groups": 2, "border": "zeros"},
            {"neurons": 2, "kernel": 2, "stride": 2, "dilation": 2, "padding": 1},
        )
        shapes = ((2, 3, 4), (1, 5, 4))

    return registry_with(Conv2d, Fields)


def broken(delta, base=Double, **attributes):
    """A rule that should do what `base` does, with another `delta`."""
    return type("Broken", (base,), {"__module__": __name__, "delta": delta, **attributes})()


def computed(view, dw):
    """A Delta of a tensor."""
    return Delta(view.geometry, view.w_e, (Computed(lambda: dw),))
