"""A test double for every kind of part of a layer, each as plain as it can be. No plugin is imported."""

from typing import ClassVar

import torch

from neuroplast import (
    Competition,
    Constraint,
    Dynamics,
    Effective,
    Initialisation,
    LayerSpec,
    Memory,
    Normalisation,
    NotFiniteError,
    Pool,
    Population,
    Rate,
    Rule,
    Scaling,
    Signal,
    Similarity,
    Step,
    Synapse,
)


class AsGiven(Normalisation):
    """x̂ = gain · x, and x itself where the gain is 1."""

    kind: ClassVar[str] = "as_given"
    gain: float = 1.0

    def normalise(self, x, memory, adapting):
        return x if self.gain == 1 else x * self.gain


class Centred(Normalisation):
    """x̂ = x - mean of the batch while adapting, which is remembered; - the remembered mean when frozen."""

    kind: ClassVar[str] = "centred"
    mean = Memory("pre")

    def normalise(self, x, memory, adapting):
        if adapting:
            memory.mean.copy_(x.mean(0))
            return x - x.mean(0)
        return x - memory.mean


class Matrix(Synapse):
    """u = x wᵀ for flat inputs."""

    kind: ClassVar[str] = "matrix"
    neurons: int = 2

    def weight_shape(self, input_shape):
        return self.neurons, input_shape[0]

    def output_shape(self, input_shape):
        return (self.neurons,)

    def prepare(self, x):
        return x

    def drive(self, x, w):
        return x @ w.T

    def outer(self, post, pre, w):
        return post.T @ pre

    def patches(self, x):
        return x[:, None, None, :]

    def positions(self, x, w):
        return ()


class Drawn(Initialisation):
    """Standard normal weights."""

    kind: ClassVar[str] = "drawn"

    def draw(self, shape, fan_in, rng, inputs):
        return torch.randn(shape, generator=rng)


class Ones(Initialisation):
    """Every weight is `value`."""

    kind: ClassVar[str] = "ones"
    value: float = 1.0

    def draw(self, shape, fan_in, rng, inputs):
        return torch.full(shape, self.value)


class FirstInputs(Initialisation):
    """The first stimuli as the layer sees them."""

    kind: ClassVar[str] = "first_inputs"

    def draw(self, shape, fan_in, rng, inputs):
        assert inputs is not None
        return inputs()[: shape[0]]


class Itself(Effective):
    """w_e = w."""

    kind: ClassVar[str] = "itself"

    def effective(self, w):
        return w


class Magnitude(Effective):
    """w_e = |w|."""

    kind: ClassVar[str] = "magnitude"

    def effective(self, w):
        return w.abs()


class Straight(Similarity):
    """u = gain · w x."""

    kind: ClassVar[str] = "straight"
    gain: float = 1.0

    def drive(self, geometry, x, w_e):
        return geometry.drive(x, w_e) * self.gain


class Shift(Dynamics):
    """v = factor · u + by."""

    kind: ClassVar[str] = "shift"
    factor: float = 1.0
    by: float = 0.0

    def integrate(self, u, memory):
        return u * self.factor + self.by


class Tally(Dynamics):
    """v = u - steps; counts the steps in which it adapted, and remembers the weights that it saw there."""

    kind: ClassVar[str] = "tally"
    steps = Memory()
    theta = Memory("post", init=0.0)

    def integrate(self, u, memory):
        return u - memory.steps

    def adapt(self, view):
        view.memory.steps.add_(1)
        view.memory.theta.copy_(view.w.sum(1))


class Everyone(Competition):
    """g = gain · v; counts the steps in which it adapted."""

    kind: ClassVar[str] = "everyone"
    gain: float = 1.0
    steps = Memory()

    def compete(self, v, memory):
        return v * self.gain

    def adapt(self, view):
        view.memory.steps.add_(1)


class Never(Competition):
    """Not to be asked."""

    kind: ClassVar[str] = "never"

    def compete(self, v, memory):
        raise AssertionError("nothing needs the competition")


class Growth(Rule):
    """Δ = Σ g x; counts its calls."""

    kind: ClassVar[str] = "growth"
    calls = Memory()

    def delta(self, view):
        view.memory.calls.add_(1)
        return view.outer(view.g)


class Fading(Rule):
    """Δ = -(Σ g) w."""

    kind: ClassVar[str] = "fading"
    hint: ClassVar[str] = "feed it less"

    def delta(self, view):
        return -view.decay(view.g)


class Rewarded(Rule):
    """Δ = Σ reward g x."""

    kind: ClassVar[str] = "rewarded"
    uses: ClassVar[set[str]] = {"pre", "post", "reward"}

    def delta(self, view):
        return view.outer(view.g * view.signals["reward"][:, None])


class AsItStands(Scaling):
    """Δ."""

    kind: ClassVar[str] = "as_it_stands"

    def scale(self, delta, view):
        return delta


class Refusing(Scaling):
    """Finds every change not finite."""

    kind: ClassVar[str] = "refusing"

    def scale(self, delta, view):
        raise NotFiniteError("change not finite")


class Fixed(Rate):
    """η."""

    kind: ClassVar[str] = "fixed"
    eta: float = 1.0

    def at(self, view, progress):
        return self.eta


class OfTheStep(Rate):
    """η_i = step + i, for each neuron."""

    kind: ClassVar[str] = "of_the_step"

    def at(self, view, progress):
        return torch.arange(len(view.w), dtype=view.w.dtype) + progress.step


class Adding(Step):
    """w += η Δ; counts its calls."""

    kind: ClassVar[str] = "adding"
    calls = Memory()

    def apply(self, w, delta, eta, memory):
        memory.calls.add_(1)
        w.add_((delta * eta).tensor())


class Below(Constraint):
    """w ≤ bound; counts its calls."""

    kind: ClassVar[str] = "below"
    bound: float = 1.0
    calls = Memory()

    def enforce(self, w, context):
        context.memory.calls.add_(1)
        above = w > self.bound
        w.clamp_(max=self.bound)
        return above.sum()


class Answer(Population):
    """y = v."""

    kind: ClassVar[str] = "answer"

    def respond(self, v, g):
        return v


class Chosen(Population):
    """y = g."""

    kind: ClassVar[str] = "chosen"
    reads_g: ClassVar[bool] = True

    def respond(self, v, g):
        return g


class Signed(Population):
    """y = v, of neurons with signs +1, -1, +1, ..."""

    kind: ClassVar[str] = "signed"

    def respond(self, v, g):
        return v

    def signs(self, n_post):
        return [1 if i % 2 == 0 else -1 for i in range(n_post)]


class Whole(Pool):
    """y."""

    kind: ClassVar[str] = "whole"

    def pool(self, y):
        return y

    def output_shape(self, shape):
        return shape


class Total(Pool):
    """The sum over neurons, as one feature."""

    kind: ClassVar[str] = "total"

    def pool(self, y):
        return y.sum(1, keepdim=True)

    def output_shape(self, shape):
        return (1, *shape[1:])


class Correct(Signal):
    """1 where the first neuron answers more than `label`, else -1."""

    kind: ClassVar[str] = "correct"

    def signal(self, labels, response):
        return torch.where(response[:, 0] > labels, 1.0, -1.0)


def spec(neurons=2, **entries):
    """A layer of doubles that learns by Growth at rate 1, with any entries given instead."""
    return LayerSpec(**{**common(neurons), **neural(), **entries})


def common(neurons=2):
    """What a layer and a projection both have."""
    return {
        "normalisation": AsGiven(),
        "synapse": Matrix(neurons=neurons),
        "initialisation": Drawn(),
        "effective": Itself(),
        "similarity": Straight(),
        "rule": Growth(),
        "scaling": AsItStands(),
        "rate": (Fixed(),),
        "step": Adding(),
    }


def neural():
    """What only a layer has."""
    return {"competition": Everyone(), "population": Answer(), "pool": Whole()}


def joining(**entries):
    """A layer without a synapse."""
    plain = {k: v for k, v in common().items() if k not in ("synapse", "rule", "scaling", "rate")}
    return LayerSpec(**{**plain, **neural(), **entries})
