"""Along which weight vectors grow and shrink: Krotov-Hopfield, SoftHebb and Oja, step by step and at the end."""

import pytest
import torch
from support.numbers import normal
from support.precise import in_float64

from neuroplast import Layer, Progress, run_set
from neuroplast.build import layer_spec
from neuroplast.monitor import Monitor
from neuroplast.recording.reader import open_run

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

    def applied(self, layer, projection):
        pass

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


# The shipped scenario

NAME = "norms"
SETTLING = {"krotov_hopfield": 2.0, "krotov_hopfield_p3": 3.0, "softhebb": 2.0, "oja": 2.0}
"""Conditions in which all that is drawn to unit norm comes there, and the norm."""


@pytest.fixture
def pulls(monkeypatch):
    """S(gI) of every step, (neurons,), of each run in turn; each is a list."""
    kept = []

    class Counting(Monitor):
        def __init__(self, layer, recorder, keeps):
            super().__init__(layer, recorder, keeps)
            kept.append([])

        def begin(self, views):
            super().begin(views)
            (view,) = views
            kept[-1].append((by_neuron(view.g) * by_neuron(view.v)).double().sum(1))

    monkeypatch.setattr("neuroplast.probes.selection.Monitor", Counting)
    return kept


def hold(runs, pulls):
    for run, pull in zip(runs, pulls, strict=True):
        told = run.results["weight_norms"]
        with open_run(run.path) as recording:
            w = recording.final_state()["layer1"]["w"].flatten(1).double()
            assert len(pull) == recording.steps_done
        if run.condition in SETTLING:
            last = torch.stack(pull[-(len(pull) // 10) :]).sum(0)
            length = torch.linalg.vector_norm(w, ord=SETTLING[run.condition], dim=1)
            assert (last > 0).any(), run
            assert float((length[last > 0] - 1).abs().max()) < 0.02, run
            assert (told["drawn_near"], told["above"], told["below"]) == (1, 0, 0), run
        elif run.condition == "hebb":
            assert told["shortest"] > 10, run  # 28 at the start
        else:
            assert told["above"] > 0.2, run


def test_norms_settle_and_without_the_decay_they_do_not(tmp_path, pulls):
    """Fewer neurons need less time; the control shows in a tenth of it."""
    shorter = ["layer1.synapse.neurons=15", "phases.learn.epochs=8"]
    for condition, sets in (("krotov_hopfield", shorter), ("hebb", ["phases.learn.epochs=2"])):
        done = run_set(
            NAME,
            sets=["record.every=1", "measures.0.at=['end']", *sets],
            seeds=[0],
            conditions=[condition],
            out=tmp_path / condition,
            device="cpu",
        )
        hold(done.runs, pulls[-1:])


@pytest.mark.dynamics
def test_in_full(tmp_path, pulls):
    done = run_set(NAME, sets=["record.every=1"], out=tmp_path / "out", device="cpu")
    hold(done.runs, pulls)
