"""What happens on a GPU, seen without one: devices are not mixed, the host waits for few parts, steps are replayed."""

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
from neuroplast.replay import AS_IT_IS
from neuroplast.replayed_steps import Steps
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
STEPS = AS_IT_IS + 4

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
        name: t.held if isinstance(t, OnGpu) else t
        for name, t in made.layers["layer1"].state.items()
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
        for made in (there, replayed):
            assert_close(values(made), values(here), rtol=1e-4, atol=1e-5)
    assert any(waited[1:]) == ((family, kind) in WAITS)  # the first step may prepare what it keeps
    assert bool(told) == ((family, kind) in DECIDES), told


# Read-outs


def sources(device):
    """Features there, in both precisions; here, where there is no room there; and not kept."""
    rng = torch.Generator().manual_seed(0)
    features, labels = torch.rand(30, 8, generator=rng), torch.arange(30, device=device) % 3
    there = features.to(device)
    yield "there", KeptFeatures(there, labels)
    yield "there in 16 bits", KeptFeatures(there.bfloat16(), labels)
    yield "here", KeptFeatures(features, labels)
    yield "not kept", ComputedFeatures(lambda index: there[index], labels, 8)


@pytest.mark.parametrize("schedule", ["halving", "constant"])
def test_a_linear_read_out_is_fitted_there_and_by_replays(schedule):
    """Nothing is left out, since what is left out is drawn there."""
    part = Linear(epochs=20, batch=8, eta=0.01, dropout=0, schedule=schedule)
    here = dict(sources("cpu"))
    with pretend_gpu() as gpu:
        for name, source in sources("cuda"):
            fitted = part.fit(source, 3, torch.Generator().manual_seed(1), lambda share: None)
            expected = part.fit(here[name], 3, torch.Generator().manual_seed(1), lambda share: None)
            assert_close(fitted.weight.held, expected.weight, rtol=1e-4, atol=1e-5)
            batches = 20 * 4  # one in four is shorter, and captured by itself
            assert gpu.replays == (0 if name == "here" else batches - 2 * AS_IT_IS), name
            gpu.replays = 0


def test_features_of_a_network_stay_there():
    scenario = load_scenario("softhebb_cifar10", condition="simultaneous")
    split = Split(torch.zeros(6, 3, 32, 32, dtype=torch.uint8), torch.zeros(6, dtype=torch.int64))
    with pretend_gpu():
        device = torch.device("cuda")
        parts = Parts(split).on(device)
        assert parts.train.x.device.type == parts.train.y.device.type == "cuda"
        made = Network(scenario.layers, (3, 32, 32), device=device)
        prepare = Preparation(scenario, parts.train, 0, device)
        source = Evaluation(made, parts, prepare, 0).features(parts.train, None, "any", device)
        assert source.rows(torch.arange(3)).device == source.labels.device == parts.train.x.device


def test_stimuli_stay_here_where_there_is_no_room_there():
    split = Split(torch.zeros(2**10, 2**10 + 1, dtype=torch.uint8))
    with pretend_gpu(memory=2**21):
        assert Parts(split).on(torch.device("cuda")).train.x.device.type == "cpu"


# Itself


def test_operations_that_mix_devices_are_refused():
    """So that the tests above can fail."""
    with pretend_gpu(), pytest.raises(RuntimeError, match="same device"):
        torch.ones(3).to("cuda") + torch.ones(3)
