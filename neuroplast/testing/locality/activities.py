"""Experiments on parts that make one activity of another: from the input to what a layer answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import torch
from torch import Tensor

from neuroplast.component import NO_STATE, State
from neuroplast.errors import ConfigurationError
from neuroplast.fit import Fit
from neuroplast.parts.competition import Competition
from neuroplast.parts.dynamics import Dynamics
from neuroplast.parts.normalisation import Normalisation
from neuroplast.parts.pool import Pool
from neuroplast.parts.population import Population
from neuroplast.parts.signal import Signal
from neuroplast.parts.similarity import Similarity
from neuroplast.parts.synapse import Synapse
from neuroplast.shapes import Shape
from neuroplast.testing.bench import Plain, Setting
from neuroplast.testing.locality.experiment import NEURON, OWN, Experiment, Given, Values
from neuroplast.testing.locality.rules import EARLIER
from neuroplast.testing.locality.shapes import fitting_input
from neuroplast.testing.locality.wiring import relations, wiring
from neuroplast.testing.numbers import normal
from neuroplast.view import View

_MAP: Shape = (2, 2)
_BATCH = 3
_NEURONS = (4, 8, 16, 32, 64)


def competitions(part: Competition, seed: int) -> Iterator[Experiment]:
    """The plasticity activity, from the drives; and from the presentation before, where it adapts."""
    yield _on_a_map(lambda p: _of_neurons(part, part.compete, "vg", (_enough(part, p), *p), seed))


def dynamics(part: Dynamics, seed: int) -> Iterator[Experiment]:
    """The drive after it, from that before it; and from the presentation before, where it adapts."""
    yield _on_a_map(lambda p: _of_neurons(part, part.integrate, "uv", (4, *p), seed))


def populations(part: Population, seed: int) -> Iterator[Experiment]:
    """The response, from v and g."""
    shape = (_BATCH, 4, *_MAP)
    givens = [_activity(name, normal(*shape, seed=10 * seed + n)) for n, name in enumerate("vg")]

    def run(values: Values) -> Tensor:
        return part.respond(values["v"], values["g"]).flatten()

    yield Experiment(run, givens, "y", shape)


def pools(part: Pool, seed: int) -> Iterator[Experiment]:
    """The pooled response, from the response; a window is the pooled neuron's own."""
    response = next(s for s in ((2, n, n) for n in range(2, 40)) if _pooled(part, s) is not None)
    pooled = _pooled(part, response) or response
    y = normal(_BATCH, *response, seed=10 * seed)
    before, after = ((_BATCH, 2, prod(shape[1:])) for shape in (response, pooled))
    relation = relations(before, after, position=OWN)
    given = Given("y", y, "post", relation)

    def run(values: Values) -> Tensor:
        return part.pool(values["y"]).flatten()

    yield Experiment(run, [given], "pooled y", (_BATCH, *pooled), limit=40)


def normalisations(part: Normalisation, seed: int) -> Iterator[Experiment]:
    """The normalised input, from the input, while statistics adapt; an input's own are its entries at one position."""

    def asked(positions: Shape) -> Experiment:
        setting = Setting(Plain(neurons=2), (3, *positions), _BATCH)
        x = normal(_BATCH, 3, *positions, seed=10 * seed)
        size = (_BATCH, 3, prod(positions))

        def run(values: Values) -> Tensor:
            return part.normalise(values["x"], setting.memory(part), True).flatten()

        given = Given("x", x, "pre", relations(size, size, channel=NEURON))
        return Experiment(run, [given], "x̂", tuple(x.shape))

    yield _on_a_map(asked)


def similarities(part: Similarity, seed: int) -> Iterator[Experiment]:
    """The drive, from inputs and effective weights."""
    setting = Setting(Plain(neurons=3), (4, 2), _BATCH)
    wires = wiring(setting.synapse, setting.shape)
    givens = [
        wires.inputs_of_drive("x", setting.x(seed=10 * seed)),
        wires.weights_of_drive("w_e", setting.w(seed=10 * seed + 1), _BATCH),
    ]

    def run(values: Values) -> Tensor:
        return part.drive(setting.synapse, values["x"], values["w_e"]).flatten()

    yield Experiment(run, givens, "u", (_BATCH, 3, 2))


def synapses(part: Synapse, seed: int) -> Iterator[Experiment]:
    """The drive from inputs and weights, and the sum of post times pre from these two."""
    shape = fitting_input(part)
    setting = Setting(part, shape, _BATCH)
    wires, response = wiring(part, shape), part.output_shape(shape)
    raw = normal(_BATCH, *shape, seed=10 * seed)
    w = setting.w(seed=10 * seed + 1)
    givens = [
        wires.inputs_of_drive("x", raw),
        wires.weights_of_drive("w", w, _BATCH),
    ]

    def drive(values: Values) -> Tensor:
        u = part.drive(part.prepare(values["x"]), part.arrange(values["w"]))
        return (part.events(u).T if unshared else u).flatten()

    unshared = wires.neurons != response[0]
    outputs = (wires.neurons,) if unshared else response
    yield Experiment(drive, givens, "u", (_BATCH, *outputs), limit=30)
    post = setting.post(seed=10 * seed + 2)
    if unshared:  # a neuron for each position, position by position
        post = part.events(post).T

    def outer(values: Values) -> Tensor:
        activity = values["post"]
        if unshared:
            by_place = activity.view(len(activity), -1, response[0])
            activity = by_place.mT.reshape(len(activity), *response)
        return part.outer(activity, part.prepare(values["x"]), w).flatten()

    givens = [wires.inputs("x", raw), wires.activities("post", post, "post")]
    outputs = wires.neurons, wires.synapses
    yield Experiment(
        outer, givens, "dw", outputs, sums=True, plain_sum=True, geometry=True, limit=30
    )


def signals(part: Signal, seed: int) -> Iterator[Experiment]:
    """The factor that each neuron gets, from labels and responses."""
    y = normal(_BATCH, 4, 2, seed=10 * seed)
    factors = (_BATCH, 4, 1)
    givens = [
        Given("y", y, "post", relations((_BATCH, 4, 2), factors, position=OWN)),
        Given(
            "labels",
            torch.tensor([0, 1, 2]),
            "labels",
            relations((_BATCH, 1, 1), factors, channel=OWN),
            tier="D",
        ),
    ]

    def run(values: Values) -> Tensor:
        factor = part.signal(values["labels"].long(), values["y"]).double()
        wide = factor if factor.dim() > 1 else factor[:, None].expand(_BATCH, 4)
        return wide.flatten()

    yield Experiment(run, givens, "signal", (_BATCH, 4))


# -- neurons that adapt ------------------------------------------------------------------------------------------------


def _of_neurons(
    part: Competition | Dynamics,
    call: Callable[[Tensor, State], Tensor],
    names: str,
    response: Shape,
    seed: int,
) -> Experiment:
    """One activity of neurons from another, with a presentation before it where the part has memory."""
    setting = Setting(Plain(neurons=response[0]), (3, *response[1:]), _BATCH)
    shape, name, made = (_BATCH, *response), names[0], names[1]
    past = _past(setting, seed) if part.memories() else []

    def run(values: Values) -> Tensor:
        memory = setting.memory(part) if past else NO_STATE
        if past:
            call(values[f"{EARLIER}{name}"], memory)
            x, w, u, v, g = (values[f"{EARLIER}{n}"] for n in ("x", "w", *"uvg"))
            part.adapt(View(setting.synapse, x, w, w, u, v, g, memory=memory))
        return call(values[name], memory).flatten()

    givens = [_activity(name, normal(*shape, seed=10 * seed)), *past]
    return Experiment(run, givens, made, shape, limit=60)


def _past(setting: Setting, seed: int) -> list[Given]:
    """The presentation before: a neuron may know of its own activities, and of its inputs and weights."""
    view = setting.view(seed=10 * seed + 50)
    neurons, positions = len(view.w), prod(setting.shape[1:])
    own = relations((1, neurons, 1), (1, neurons, positions), position=OWN).repeat(1, _BATCH)
    activity = own.repeat_interleave(positions, 0).repeat(_BATCH, 1)
    weights = torch.where(own == OWN, NEURON, own).repeat_interleave(view.w.shape[1], 0)
    inputs = torch.full((view.x.numel(), own.shape[1]), NEURON)
    return [
        *(Given(f"{EARLIER}{n}", getattr(view, n), "post", activity) for n in "uvg"),
        Given(f"{EARLIER}x", view.x, "pre", inputs),
        Given(f"{EARLIER}w", view.w, "weight", weights, synaptic=True),
    ]


def _activity(name: str, value: Tensor) -> Given:
    """Activity of neurons, each its own at one stimulus and position."""
    size = (value.shape[0], value.shape[1], prod(value.shape[2:]))
    return Given(name, value, "post", relations(size, size))


def _on_a_map(asked: Callable[[Shape], Experiment]) -> Experiment:
    """The experiment with positions, or without where the part takes none."""
    experiment = asked(_MAP)
    try:
        experiment.run(experiment.values)
    except (ConfigurationError, RuntimeError):
        return asked(())
    return experiment


def _enough(part: Competition, positions: Shape) -> int:
    """How many neurons it takes to compete like this."""
    return next((n for n in _NEURONS if _competes(part, (n, *positions))), _NEURONS[-1])


def _competes(part: Competition, response: Shape) -> bool:
    try:
        part.check(Fit(response))
    except ConfigurationError:
        return False
    return True


def _pooled(part: Pool, response: Shape) -> Shape | None:
    try:
        return part.output_shape(response)
    except ConfigurationError:
        return None
