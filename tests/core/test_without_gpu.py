"""What happens on a GPU, seen without one: devices are not mixed, the host waits for few parts, steps are replayed."""

from collections import defaultdict

import pytest
import torch
from support.pretend_gpu import OnGpu, pretend_gpu
from torch.testing import assert_close

from neuroplast import ConfigurationError, registry
from neuroplast.build import layer_spec
from neuroplast.drafts import load_scenario
from neuroplast.evaluation import Evaluation
from neuroplast.features import ComputedFeatures, KeptFeatures
from neuroplast.layer import PLASTIC
from neuroplast.network import Network
from neuroplast.parts.stimuli import Split
from neuroplast.preparation import Parts, Preparation
from neuroplast.progress import Progress
from neuroplast.replay import AS_THEY_ARE, Steps
from neuroplast.spec import STIMULI
from neuroplast_plugins.readouts.linear import Linear

LISTS = ("dynamics", "constraint", "signal")
ENTRIES = {"constraint": "constraints", "recipe": "use", "signal": "signals"}
FAMILIES = (
    *("rule", "competition", "dynamics", "scaling", "constraint", "population"),
    *("normalisation", "effective", "similarity", "rate", "step", "pool", "recipe", "signal"),
    "synapse",
)
SLOW = {"rate": {"kind": "constant", "eta": 1e-3}}
FORMS = {
    "dense": ({"synapse": {"kind": "dense", "neurons": 12}}, (20,)),
    "conv": ({"synapse": {"kind": "conv2d", "neurons": 12, "kernel": 3}}, (4, 6, 6)),
}
PARTS = [(family, kind) for family in FAMILIES for kind in registry.current().kinds()[family]]
STEPS = AS_THEY_ARE + 4

WAITS = {("constraint", "revival"), ("constraint", "prune_regrow")}
"""The one asks whether a neuron is dead, since what follows costs as much as learning; the other draws on the host."""

DECIDES = {
    *WAITS,
    ("constraint", "grow_active"),
    ("competition", "temporal"),
    ("competition", "temporal_squared"),
    ("recipe", "nimmo_temporal"),
}
"""What the host decides in a step, so that it cannot be replayed; most count steps there."""


def entries(family, kind, form):
    named = [kind] if family in LISTS else {"kind": kind}
    entry = kind if family == "recipe" else named
    own = {} if family in ("rate", "recipe") else SLOW
    return {"use": "softhebb", **form, **own, ENTRIES.get(family, family): entry}


def network(given, shape, device):
    sampled = torch.rand(7, *shape, generator=torch.Generator().manual_seed(1))
    made = Network([layer_spec(**given)], shape, device=device, sample=lambda: sampled)
    made.adapt(dict.fromkeys(made.layers, PLASTIC))
    return made


def batches(shape):
    rng = torch.Generator().manual_seed(0)
    for step in range(STEPS):
        x, labels = torch.rand(5, *shape, generator=rng), torch.randint(3, (5,), generator=rng)
        yield x, labels, Progress(step, STEPS, 0, 1)


def values(made):
    return {
        name: t.held if isinstance(t, OnGpu) else t for name, t in made.layers["layer1"].state.items()
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("family", "kind"), PARTS)
def test_a_part_learns_on_a_gpu_as_it_does_here_and_replayed(family, kind, form):
    synapse, shape = FORMS[form]
    given, told = entries(family, kind, synapse), []
    try:
        here = network(given, shape, "cpu")
    except ConfigurationError as error:
        pytest.skip(str(error))
    with pretend_gpu() as gpu:
        there, replayed = (network(given, shape, "cuda") for _ in range(2))
        steps = Steps(
            replayed, lambda batch, *rest: replayed.learn(batch[STIMULI], *rest), told.append
        )
        waited = []
        for x, labels, progress in batches(shape):
            x_there, labels_there = x.to("cuda"), labels.to("cuda")
            here.learn(x, labels, progress)
            gpu.waits = 0
            there.learn(x_there, labels_there, progress)
            waited.append(gpu.waits)
            steps({STIMULI: x_there}, labels_there, progress)
        for name, expected in values(here).items():
            assert_close(values(there)[name], expected, rtol=1e-4, atol=1e-5, msg=lambda m: f"{name}: {m}")
            assert_close(values(replayed)[name], expected, rtol=1e-4, atol=1e-5)
    assert any(waited[1:]) == ((family, kind) in WAITS)  # the first step may prepare what it keeps
    assert bool(told) == ((family, kind) in DECIDES), told
