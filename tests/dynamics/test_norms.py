"""Along which weight vectors grow and shrink: Krotov-Hopfield, SoftHebb and Oja, step by step and at the end."""

import pytest
from support.numbers import normal
from support.precise import in_float64

from neuroplast import Layer, Progress
from neuroplast.build import layer_spec

RULES = {
    "krotov_hopfield": (2.0, {"use": "krotov_hopfield"}),
    "krotov_hopfield, p = 3": (3.0, {"use": "krotov_hopfield", "similarity": {"p": 3.0}}),
    "krotov_hopfield, p = 1.5": (1.5, {"use": "krotov_hopfield", "similarity": {"p": 1.5}}),
    "softhebb": (2.0, {"use": "softhebb"}),
    "softhebb, no losers": (2.0, {"use": "softhebb", "competition": {"anti_hebbian": False}}),
    "oja": (
        2.0,
        {"rule": "oja", "competition": "none", "scaling": "largest", "initialisation": "normal"},
    ),
}
GEOMETRIES = {
    "dense": ((12,), {"kind": "dense", "neurons": 6}),
    "conv2d": ((2, 6, 6), {"kind": "conv2d", "neurons": 6, "kernel": 3}),
}
STEPS = 400


class Growth:
    """Looks at a layer before each of its steps; keeps how far growth along w is from S(gI) (1 - Σ|w|^p).

    The change is that of the rule, before it is scaled. All sums are made here, without a function of the program.
    """

    def __init__(self, p):
        self.p, self.worst, self.pull = p, [], []

    def presented(self, layer: Layer, views):
        (view,) = views
        (projection,) = layer.projections
        w, g, current = view.w.flatten(1), by_neuron(view.g), by_neuron(view.v)
        dw = projection.spec.rule.delta(view).tensor().flatten(1)
        growth = (w.sign() * w.abs() ** (self.p - 1) * dw).sum(1)
        pull, length = (g * current).sum(1), (w.abs() ** self.p).sum(1)
        size = 1 + (g * current).abs().sum(1) * (1 + length)
        self.worst.append(float(((growth - pull * (1 - length)).abs() / size).max()))
        self.pull.append(pull)

    def changed(self, layer):
        pass


def by_neuron(post):
    """(neurons, stimuli times positions)."""
    return post.movedim(1, 0).flatten(1)


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("rule", RULES)
def test_growth_along_w_is_known_at_every_step(rule, geometry):
    """Σ sign(w) |w|^(p-1) Δw = S(gI) (1 - Σ |w|^p), to 1e-10 of the sums that it is made of."""
    p, entries = RULES[rule]
    shape, synapse = GEOMETRIES[geometry]
    rate = [{"kind": "constant", "eta": 0.05}, {"kind": "linear"}]
    layer = in_float64(
        Layer(layer_spec(**{**entries, "synapse": synapse, "rate": rate}), shape, seed=0)
    )
    layer.observer = growth = Growth(p)
    start = layer.w.clone()
    for step in range(STEPS):
        layer.learn(normal(10, *shape, seed=step), progress=Progress(step, STEPS))
    assert len(growth.worst) == STEPS
    assert max(growth.worst) < 1e-10
    assert float((layer.w - start).abs().max()) > 0.1
