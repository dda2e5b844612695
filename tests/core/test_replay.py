"""Work on a GPU captured once and replayed, on a GPU that is not there."""

import random
from typing import ClassVar

import pytest
import torch
from support import doubles
from support.pretend_gpu import pretend_gpu
from torch.testing import assert_close

import neuroplast
from neuroplast import Memory, Network, Progress, Rate, Rule, hookimpl
from neuroplast.functional import generator_on, leave_out_
from neuroplast.layer import PLASTIC
from neuroplast.recording.reader import open_run
from neuroplast.replay import AS_IT_IS, Captures, Replayed
from neuroplast.replayed_steps import Steps, capture
from neuroplast.spec import STIMULI

SIZE, STEPS = 3, AS_IT_IS + 4


# Any work


def test_work_is_done_with_what_is_given_each_time():
    with pretend_gpu() as gpu:
        total = torch.zeros(2).to("cuda")
        adding = Replayed(lambda x: total.add_(x), total.device)
        for n in range(STEPS):
            adding(torch.full((2,), float(n)).to("cuda"))
        assert gpu.replays == STEPS - AS_IT_IS
        assert total.held.tolist() == [sum(range(STEPS))] * 2


def test_each_shape_is_captured_by_itself():
    with pretend_gpu() as gpu:
        total = torch.zeros(()).to("cuda")
        adding = Replayed(lambda x: total.add_(x.sum()), total.device)
        for _ in range(STEPS):
            adding(torch.ones(2).to("cuda"))
            adding(torch.ones(3).to("cuda"))
        assert gpu.replays == 2 * (STEPS - AS_IT_IS)
        assert total.held.item() == 5 * STEPS


def test_work_that_cannot_be_captured_is_done_as_it_is():
    with pretend_gpu() as gpu:
        total = torch.zeros(()).to("cuda")
        adding = Replayed(lambda x: total.add_(float(x)), total.device)
        for _ in range(STEPS):
            adding(torch.tensor(1.0).to("cuda"))
        assert gpu.replays == 0
        assert total.held.item() == STEPS


def test_on_the_cpu_work_is_done_as_it_is():
    total = torch.zeros(())
    adding = Replayed(lambda x: total.add_(float(x)), total.device)
    for _ in range(STEPS):
        adding(torch.tensor(1.0))
    assert total == STEPS


def test_what_is_drawn_on_the_gpu_is_drawn_anew_in_each_replay():
    with pretend_gpu() as gpu:
        ones = torch.ones(64).to("cuda")
        kept, found = ones.clone(), []
        rng = generator_on(ones.device, torch.Generator().manual_seed(0))

        def draw(x):
            kept.copy_(leave_out_(x.clone(), 0.5, rng))

        drawing = Replayed(draw, ones.device, [rng])
        for _ in range(STEPS):
            drawing(ones)
            found.append(tuple(kept.held.tolist()))
        assert gpu.replays == STEPS - AS_IT_IS
    assert len(set(found)) == STEPS


def test_a_generator_on_the_cpu_is_the_one_that_is_given():
    rng = torch.Generator()
    assert generator_on(torch.device("cpu"), rng) is rng


def test_after_a_failure_nothing_is_captured_any_more():
    told = []

    def fail():
        raise ValueError("cannot be\ntold in one line")

    captures = Captures(told.append)
    found = [captures.of("good", object) for _ in range(AS_IT_IS + 1)]
    assert found[AS_IT_IS] is not None
    assert [captures.of("bad", fail) for _ in range(AS_IT_IS + 2)] == [None] * (AS_IT_IS + 2)
    assert captures.of("good", object) is None
    assert told == ["cannot be"]


# Steps


class Falling(Rate):
    """η = 1 / (t + 1), a number."""

    kind: ClassVar[str] = "falling"

    def at(self, view, progress):
        return 1 / (progress.step + 1)


class FallingTensor(Rate):
    """The same for each neuron, as a tensor."""

    kind: ClassVar[str] = "falling_tensor"

    def at(self, view, progress):
        return torch.full_like(view.w[:, 0], 1 / (progress.step + 1))


class ByNorm(Rate):
    """η_i = |w_i|."""

    kind: ClassVar[str] = "by_norm"

    def at(self, view, progress):
        return view.w.norm(dim=1)


class Chance(Rule):
    """Δ = r Σ g x, r drawn by Python."""

    kind: ClassVar[str] = "chance"

    def delta(self, view):
        return view.outer(view.g) * random.random()


class Counting(Rule):
    """Δ = n Σ g x, n counted on the host."""

    kind: ClassVar[str] = "counting"
    steps = Memory(on_host=True)

    def delta(self, view):
        view.memory.steps.add_(1)
        return view.outer(view.g) * float(view.memory.steps)


class Sum:
    """An observer that sums what is presented, after the step where it does not look inside."""

    def __init__(self, looks_inside):
        self.looks_inside, self.total, self.applications = looks_inside, 0.0, 0

    def presented(self, layer, views):
        self.total = self.total + views[0].v.sum()

    def applied(self, layer, projection):
        self.applications += 1

    def changed(self, layer):
        pass


def stepped(device, told=None, observer=None, **parts):
    """A layer of doubles after its steps; replayed, where `told` hears why not."""
    made = Network([doubles.spec(**parts)], (SIZE,), device=device)
    made.adapt(dict.fromkeys(made.layers, PLASTIC))
    layer = made.layers["layer1"]
    layer.observer = observer
    rng, random_before = torch.Generator().manual_seed(0), random.getstate()
    random.seed(0)

    def work(batch, *rest):
        made.learn(batch[STIMULI], *rest)

    do = work if told is None else Steps(made, work, told.append)
    for step in range(STEPS):
        x = torch.rand(4, SIZE, generator=rng) / 10
        do({STIMULI: x.to(device)}, None, Progress(step, STEPS, 0, 1))
    random.setstate(random_before)
    return layer.w


@pytest.mark.parametrize("rates", [(Falling(),), (ByNorm(),), (ByNorm(), Falling(), Falling())])
def test_rates_follow_the_phase_through_replays(rates):
    expected, told = stepped("cpu", rate=rates), []
    with pretend_gpu() as gpu:
        found = stepped("cuda", told, rate=rates)
        assert gpu.replays == STEPS - AS_IT_IS
    assert_close(found.held, expected)
    assert told == []


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        (
            {"rate": (FallingTensor(),)},
            "rate 'falling_tensor': makes a tensor of how far the phase is",
        ),
        ({"rule": Chance()}, "the random stream of python moves on the host"),
        ({"rule": Counting()}, "layer1's rule.steps moves on the host"),
    ],
)
def test_what_a_replay_would_repeat_is_run_as_it_is(parts, why):
    """And what was done on the host for the capture that failed is undone."""
    expected, told = stepped("cpu", **parts), []
    with pretend_gpu() as gpu:
        found = stepped("cuda", told, **parts)
        assert gpu.replays == 0
    assert_close(found.held, expected)
    assert len(told) == 1
    assert why in told[0]


def test_a_capture_changes_nothing():
    with pretend_gpu():
        made = Network([doubles.spec()], (SIZE,), device="cuda")
        made.adapt(dict.fromkeys(made.layers, PLASTIC))
        before = made.layers["layer1"].w.held.clone()
        batch = {STIMULI: torch.ones(4, SIZE).to("cuda")}
        captured = capture(
            made, lambda b, *rest: made.learn(b[STIMULI], *rest), batch, None, Progress()
        )
        assert torch.equal(made.layers["layer1"].w.held, before)
        captured.replay(batch, None, Progress())
        assert not torch.equal(made.layers["layer1"].w.held, before)


@pytest.mark.parametrize("looks_inside", [False, True])
def test_observers_are_told_of_every_step(looks_inside):
    expected, seen = Sum(looks_inside), Sum(looks_inside)
    stepped("cpu", observer=expected)
    with pretend_gpu() as gpu:
        stepped("cuda", [], observer=seen)
        assert gpu.replays == (0 if looks_inside else STEPS - AS_IT_IS)
        assert_close(seen.total.held, expected.total)
    assert seen.applications == (STEPS if looks_inside else AS_IT_IS)


def test_what_is_remembered_of_weights_does_not_outlive_a_replay():
    with pretend_gpu():
        made = Network([doubles.spec()], (SIZE,), device="cuda")
        made.adapt(dict.fromkeys(made.layers, PLASTIC))
        steps = Steps(made, lambda batch, *rest: made.learn(batch[STIMULI], *rest), print)
        versions = []
        for step in range(STEPS):
            steps({STIMULI: torch.ones(4, SIZE).to("cuda")}, None, Progress(step, STEPS))
            versions.append(made.layers["layer1"].w._version)
        assert len(set(versions)) == STEPS


# Whole runs

SMALL = (
    "phases.learn.presentations=600",
    "layer1.synapse.neurons=6",
    "layer2.synapse.neurons=7",
    "layer3.synapse.neurons=8",
)


@pytest.mark.slow
@pytest.mark.parametrize("condition", ["learned", "random"])
def test_a_run_records_the_same_whether_steps_are_replayed_or_not(tmp_path, condition):
    digests, replays = [], []
    for eager in (False, True):
        out = tmp_path / str(eager)
        with pretend_gpu() as gpu:
            neuroplast.run(
                "quickstart", sets=SMALL, condition=condition, out=out, device="cuda", eager=eager
            )
            replays.append(gpu.replays)
        with open_run(out) as recording:
            digests.append(recording.provenance["content_sha256"])
            assert "eager" not in {event.kind for event in recording.events}
    assert digests[0] == digests[1]
    assert replays == [60 - 6 - AS_IT_IS, 0]  # one in ten is sampled


class Stop:
    """Stops a run."""

    @hookimpl
    def checkpoint(self, step):
        if step:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_to_the_same(tmp_path):
    short = ("phases.learn.presentations=200", "layer1.constraints=['unit_norm']")
    sets = (*SMALL, *short, "record.commit=0")
    how = {"sets": sets, "condition": "learned", "device": "cuda"}
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    with pretend_gpu() as gpu:
        neuroplast.run("quickstart", **how, out=whole)
        with pytest.raises(KeyboardInterrupt):
            neuroplast.run("quickstart", **how, out=stopped, listeners=[Stop()])
        gpu.replays = 0
        neuroplast.resume(stopped, tell=lambda line: None)
        assert gpu.replays > 0
    with open_run(whole) as one, open_run(stopped) as other:
        assert one.provenance["content_sha256"] == other.provenance["content_sha256"]


@pytest.mark.slow
def test_a_run_says_why_its_steps_are_not_replayed(tmp_path):
    parts = ("layer1.competition=temporal",)
    with pretend_gpu():
        neuroplast.run("quickstart", sets=(*SMALL, *parts), out=tmp_path / "run", device="cuda")
    with open_run(tmp_path / "run") as recording:
        (event,) = [event for event in recording.events if event.kind == "eager"]
    assert event.step == AS_IT_IS
    assert event.message == (
        "steps are not replayed: layer1's competition.seen moves on the host in every step"
    )
