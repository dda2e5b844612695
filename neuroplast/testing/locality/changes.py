"""Experiments on what makes a change of weights out of a rule's, each part by itself with its inputs given."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from neuroplast.delta import Computed, Delta
from neuroplast.parts.constraint import Constraint, ConstraintContext
from neuroplast.parts.effective import Effective
from neuroplast.parts.rate import Rate
from neuroplast.parts.scaling import Scaling
from neuroplast.parts.step import Step
from neuroplast.testing.locality.experiment import LARGE, MIDWAY, Experiment, Given, Values
from neuroplast.testing.locality.rules import EARLIER
from neuroplast.testing.locality.wiring import Wiring, wiring
from neuroplast.testing.numbers import normal
from neuroplast.view import View


def scalings(scaling: Scaling, seed: int) -> Iterator[Experiment]:
    """The scaled change, from each stimulus's change and all that a view shows."""
    givens, wires = _learning(seed)

    def run(values: Values) -> Tensor:
        view = _view(values)
        return scaling.scale(_delta(values, view), view).tensor().flatten()

    yield Experiment(run, givens, "dw", (wires.neurons, wires.synapses), sums=True)


def rates(rate: Rate, seed: int) -> Iterator[Experiment]:
    """The rate times the change, from each stimulus's change and all that a view shows.

    What the rate remembers, it remembers of the same stimuli, as if they were presented for the second time.
    """
    givens, wires = _learning(seed)

    def run(values: Values) -> Tensor:
        view = _view(values).remembering(LARGE.memory(rate))
        rate.adapt(view)
        return (_delta(values, view) * rate.at(view, MIDWAY)).tensor().flatten()

    yield Experiment(run, givens, "dw", (wires.neurons, wires.synapses), sums=True)


def steps(step: Step, seed: int) -> Iterator[Experiment]:
    """The change of w, from w, each stimulus's scaled change, and each neuron's rate."""
    view, wires = LARGE.view(seed=10 * seed), _wires()
    earlier = wires.weights(f"{EARLIER}change", LARGE.w(seed=10 * seed + 40), "change")
    givens = [
        wires.weights("w", view.w, "weight"),
        _changes(wires, seed),
        wires.neuronal("rate", normal(wires.neurons, seed=10 * seed + 30).abs(), "rate"),
        *([earlier] if step.memories() else []),
    ]

    def run(values: Values) -> Tensor:
        memory, eta = LARGE.memory(step), values["rate"]
        for change in (values.get(earlier.name), values["change"].sum(0)):
            w = values["w"].clone()
            if change is not None:
                step.apply(w, _computed(change, w), eta, memory)
        return (w - values["w"]).flatten()

    yield Experiment(run, givens, "dw", (wires.neurons, wires.synapses), sums=True)


def constraints(constraint: Constraint, seed: int) -> Iterator[Experiment]:
    """The weights after it, from those before; with inputs of either sign, and a stream that begins anew."""
    wires, first = _wires(), LARGE.w(seed=10 * seed + 7)
    signs = torch.tensor([1, -1, 1, -1])

    def run(values: Values) -> Tensor:
        rng = torch.Generator().manual_seed(0)
        context = ConstraintContext(rng, signs, LARGE.memory(constraint))
        constraint.start(first.clone(), context)
        w = values["w"].clone()
        constraint.enforce(w, context)
        return w.flatten()

    for size in (1.0, 0.1):
        givens = [wires.weights("w", LARGE.w(seed=10 * seed) * size, "weight")]
        yield Experiment(run, givens, "w", (wires.neurons, wires.synapses))


def effectives(effective: Effective, seed: int) -> Iterator[Experiment]:
    """The effective weights, from the weights."""
    wires = _wires()
    givens = [wires.weights("w", LARGE.w(seed=10 * seed), "weight")]

    def run(values: Values) -> Tensor:
        return effective.effective(values["w"]).flatten()

    yield Experiment(run, givens, "w_e", (wires.neurons, wires.synapses))


# -- what they are given -----------------------------------------------------------------------------------------------


def _wires() -> Wiring:
    return wiring(LARGE.synapse, LARGE.shape, raw=False)


def _learning(seed: int) -> tuple[list[Given], Wiring]:
    """A view and each stimulus's change."""
    view, wires = LARGE.view(seed=10 * seed), _wires()
    givens = [
        wires.inputs("x", view.x),
        *(wires.activities(name, getattr(view, name), "post") for name in "uvg"),
        wires.weights("w", view.w, "weight"),
        wires.weights("w_e", view.w_e, "weight"),
        _changes(wires, seed),
    ]
    return givens, wires


def _changes(wires: Wiring, seed: int) -> Given:
    drawn = normal(LARGE.batch, wires.neurons, wires.synapses, seed=10 * seed + 20)
    return wires.weights("change", drawn, "change", batched=True)


def _view(values: Values) -> View:
    x, w, w_e, u, v, g = (values[name] for name in ("x", "w", "w_e", *"uvg"))
    return View(LARGE.synapse, x, w, w_e, u, v, g)


def _delta(values: Values, view: View) -> Delta:
    return _computed(values["change"].sum(0), view.w_e)


def _computed(change: Tensor, w_e: Tensor) -> Delta:
    return Delta(LARGE.synapse, w_e, (Computed(lambda: change.clone()),))
