"""Whole layers with a part that moves what is frozen, hides what lasts, or does otherwise than a part may."""

from typing import ClassVar

import pytest
import torch
from support import doubles
from support.asking import catch, hold, skip

from neuroplast import (
    Competition,
    Constraint,
    Dynamics,
    Initialisation,
    Memory,
    Normalisation,
    Population,
    Recipe,
    Refusal,
    Rule,
    Signal,
    Synapse,
    registry,
)
from neuroplast.layer import Layer
from neuroplast.registry import Registry
from neuroplast.testing import Subject, SynapseClaims, Violation
from neuroplast.testing.asking import all_checks
from neuroplast.testing.checks.learning import hold_on
from neuroplast.testing.devices import NO_GPU
from neuroplast.testing.trial import PLACES, trial

FREEZE = "moves only what adapts"
STILL = "is still and draws nothing when frozen"
LEAVE = "learns without touching stimuli or global randomness"
DECLARED = "keeps nothing but its declared memory"
GO_ON = "goes on from a saved state as if never interrupted"
SINGLE = "learns in float32 as in float64"
GPU = "learns on a GPU as on the CPU"
ALL = (FREEZE, STILL, LEAVE, DECLARED, GO_ON, SINGLE)


class CountsWhenAsked(Dynamics):
    """A threshold that rises whenever it is asked."""

    kind: ClassVar[str] = "counts_when_asked"
    asked = Memory()

    def integrate(self, u, memory):
        memory.asked.add_(0.1)
        return u - memory.asked


class AlwaysRemembers(Normalisation):
    """Follows its input, frozen or not."""

    kind: ClassVar[str] = "always_remembers"
    mean = Memory("pre")

    def normalise(self, x, memory, adapting):
        memory.mean.lerp_(x.mean([d for d in range(x.dim()) if d != 1]), 0.1)
        return x


class Reaching(Competition):
    """Scales the weights when it should adapt its own memory."""

    kind: ClassVar[str] = "reaching"

    def compete(self, v, memory):
        return v.clone()

    def adapt(self, view):
        view.w.mul_(0.9)


class Leaking(Dynamics):
    """Has a meaning only where the layer settles."""

    kind: ClassVar[str] = "leaking"
    leaks: ClassVar[bool] = True

    def settle(self, u, before, memory):
        return before + 0.5 * (u - before)


class Patient(Dynamics):
    """A threshold that follows the drive while neurons adapt."""

    kind: ClassVar[str] = "patient"
    theta = Memory("post")

    def integrate(self, u, memory):
        return u - memory.theta.view(-1, *[1] * (u.dim() - 2))

    def adapt(self, view):
        view.memory.theta.lerp_(view.u.transpose(0, 1).flatten(1).mean(1), 0.1)


class Follows(Normalisation):
    """x̂ = x - mean of the channel, the batch's while adapting, the remembered one when frozen."""

    kind: ClassVar[str] = "follows"
    mean = Memory("pre")

    def normalise(self, x, memory, adapting):
        if adapting:
            memory.mean.lerp_(x.mean([d for d in range(x.dim()) if d != 1]), 0.5)
        return x - memory.mean.view(-1, *[1] * (x.dim() - 2))


class Rewarded(Rule):
    """Δ = Σ reward g x."""

    kind: ClassVar[str] = "rewarded"
    uses: ClassVar[set[str]] = {"pre", "post", "reward"}

    def delta(self, view):
        return view.outer(view.g * view.signals["reward"].view(-1, *[1] * (view.g.dim() - 1)))


class Agreeing(Signal):
    """1 where the mean answer is above the label, else -1."""

    kind: ClassVar[str] = "agreeing"

    def signal(self, labels, response):
        return (response.flatten(1).mean(1) - labels).sign()


class FromInputs(Initialisation):
    """The first values of the inputs, whatever their shape."""

    kind: ClassVar[str] = "from_inputs"

    def draw(self, shape, fan_in, rng, inputs):
        return inputs().flatten()[: torch.Size(shape).numel()].view(shape)


class Hidden(Rule):
    """Grows faster with every call, in a count that nothing saves."""

    kind: ClassVar[str] = "hidden"
    calls: ClassVar[list] = []

    def delta(self, view):
        self.calls.append(None)
        return view.outer(view.g) * (1.0 + len(self.calls))


class Tired(Population):
    """Answers less with every call."""

    kind: ClassVar[str] = "tired"
    calls: ClassVar[list] = []

    def respond(self, v, g):
        self.calls.append(None)
        return v / (1 + len(self.calls))


class Stashed(Population):
    """Declares a memory that no layer keeps for its family."""

    kind: ClassVar[str] = "stashed"
    theta = Memory("post")

    def respond(self, v, g):
        return v


class Editing(Normalisation):
    """Centres the stimuli themselves."""

    kind: ClassVar[str] = "editing"

    def normalise(self, x, memory, adapting):
        return x.sub_(x.mean())


class Noisy(Competition):
    """Adds noise from the generator of the process."""

    kind: ClassVar[str] = "noisy"

    def compete(self, v, memory):
        return v + 0.01 * torch.randn_like(v)


class NoisyAnswer(Population):
    """The same, in what it answers."""

    kind: ClassVar[str] = "noisy_answer"

    def respond(self, v, g):
        return v + 0.01 * torch.randn_like(v)


class Jittering(Constraint):
    """Moves each weight a little by chance."""

    kind: ClassVar[str] = "jittering"

    def jitter(self, w, rng):
        w.add_(torch.rand(w.shape, generator=rng, dtype=w.dtype), alpha=0.01)
        return torch.tensor(w.numel())

    def enforce(self, w, context):
        return self.jitter(w, context.rng)


class JitteringByItself(Jittering):
    """The same, from a stream of its own that nothing saves."""

    kind: ClassVar[str] = "jittering_by_itself"
    own: ClassVar = torch.Generator().manual_seed(0)

    def enforce(self, w, context):
        return self.jitter(w, self.own)


class Cancelling(Competition):
    """Loses most digits in float32."""

    kind: ClassVar[str] = "cancelling"

    def compete(self, v, memory):
        return (v + 1e6) - 1e6


class Bundle(Recipe):
    """Parts for a layer, of the built-in ones."""

    kind: ClassVar[str] = "bundle"

    def parts(self):
        return {
            "normalisation": {"kind": "batch_norm"},
            "rule": "hebb",
            "constraints": ["unit_norm"],
        }


class OneByOne(Synapse):
    """Each neuron sees one input."""

    kind: ClassVar[str] = "one_by_one"

    def weight_shape(self, input_shape):
        return input_shape[0], 1

    def output_shape(self, input_shape):
        return input_shape

    def prepare(self, x):
        return x

    def drive(self, x, w):
        return x * w[:, 0]

    def outer(self, post, pre, w):
        return (post * pre).sum(0)[:, None]

    def patches(self, x):
        return x[:, None, :, None]

    def positions(self, x, w):
        return ()


class OneByOneClaims(SynapseClaims):
    of = "one_by_one"
    shapes = ((6,),)


SOUND = [
    *(doubles.AsGiven(gain=2.0), Follows(), doubles.Drawn(), FromInputs()),
    *(doubles.Magnitude(), doubles.Straight(gain=2.0), doubles.Tally(), doubles.Everyone()),
    *(doubles.Growth(), Rewarded(), doubles.AsItStands(), doubles.Fixed(eta=0.1)),
    *(doubles.OfTheStep(), doubles.Adding(), doubles.Below(), doubles.Answer(), doubles.Chosen()),
    *(doubles.Whole(), doubles.Total(), Agreeing(), Patient(), Leaking(), Bundle()),
]


@pytest.fixture(autouse=True)
def known():
    """What lasts in the doubles above is as at the start."""
    Hidden.calls.clear()
    Tired.calls.clear()
    return registry.current()


def test_a_sound_double_of_every_family():
    assert {part.family for part in SOUND} | {"synapse"} == set(PLACES)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("part", SOUND, ids=str)
def test_sound_parts_pass(part, name, known):
    hold(part, name, registry=known)


@pytest.mark.parametrize("name", ALL)
def test_a_synapse_is_tried_on_the_shape_that_is_claimed(name, known):
    hold(OneByOne(), name, OneByOneClaims(), registry=known)
    assert skip(OneByOne(), name, registry=known).startswith("no claims say on what inputs")


# What is caught


@pytest.mark.parametrize(
    ("part", "moved"),
    [
        (CountsWhenAsked(), "dynamics.0.asked changed with Adapts(weights=False, neurons=False"),
        (AlwaysRemembers(), "normalisation.mean changed with Adapts(weights=False, neurons=False"),
        (Reaching(), "w changed with Adapts(weights=False, neurons=True, statistics=False)"),
    ],
    ids=str,
)
def test_what_moves_while_frozen_is_caught(part, moved, known):
    assert moved in catch(part, FREEZE, registry=known)


def test_corrections_are_not_counted_while_weights_are_frozen(known, monkeypatch):
    """A layer that enforces constraints whether weights adapt or not."""
    from neuroplast import layer

    def enforcing(self, x, *given, **named):
        for projection in self.projections:
            projection.corrected += 1
        return learn(self, x, *given, **named)

    learn = layer.Layer.learn
    monkeypatch.setattr(layer.Layer, "learn", enforcing)
    assert "the count of corrections changed" in catch(doubles.Below(), FREEZE, registry=known)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (CountsWhenAsked(), "another response to the same stimuli on call 2"),
        (Tired(), "another response to the same stimuli on call 2"),
        (NoisyAnswer(), "drew from torch's global generator"),
        (Editing(), "changed x, which it was handed, in place"),
    ],
    ids=str,
)
def test_frozen_layers_that_are_not_still_are_caught(part, told, known):
    assert told in catch(part, STILL, registry=known)


@pytest.mark.parametrize(
    ("part", "told"), [(Noisy(), "global generator"), (Editing(), "changed x")], ids=str
)
def test_learning_that_touches_what_is_not_its_own_is_caught(part, told, known):
    assert told in catch(part, LEAVE, registry=known)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (Hidden(), "made of the same part has another w;"),
        (Tired(), "made of the same part has another response;"),
        (JitteringByItself(), "made of the same part has another w;"),
        (Stashed(), "declares memory theta, but a layer keeps none for a population"),
    ],
    ids=str,
)
def test_what_lasts_outside_the_layer_is_caught(part, told, known):
    assert told in catch(part, DECLARED, registry=known)


@pytest.mark.parametrize("part", [Hidden(), Tired(), JitteringByItself()], ids=str)
def test_what_is_not_saved_is_caught(part, known):
    assert "a layer that was loaded has another" in catch(part, GO_ON, registry=known)


def test_chance_from_the_part_s_own_stream_goes_on(known):
    for name in (FREEZE, STILL, LEAVE, DECLARED, GO_ON):
        hold(Jittering(), name, registry=known)
    assert "draws while learning" in skip(Jittering(), SINGLE, registry=known)


def test_digits_lost_in_float32_are_caught(known):
    assert "w after learning in float32: off by" in catch(Cancelling(), SINGLE, registry=known)


def test_neurons_that_start_alike_are_not_compared(known):
    told = skip(doubles.Ones(), SINGLE, registry=known)
    assert told == "ones: neurons start alike, so rounding decides who wins"


# Devices


def test_without_a_gpu_it_is_said(known, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert skip(doubles.Growth(), GPU, registry=known) == NO_GPU


def test_the_comparison_of_devices(known):
    """With the CPU in place of the other: a sound part is the same, one that learns otherwise there is caught."""
    hold_on(Subject(doubles.Growth(), {}, None, known), "cpu")
    with pytest.raises(Violation, match="w after learning on cpu: off by"):
        hold_on(Subject(Hidden(), {}, None, known), "cpu")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("part", SOUND, ids=str)
def test_sound_parts_learn_on_a_gpu(part, known):
    hold(part, GPU, registry=known)


# The layer that parts are tried in


def test_every_check_is_asked_of_every_family_that_stands_in_a_layer():
    for name in (*ALL, GPU):
        assert {c.family for c in all_checks() if c.name == name} == set(PLACES)


def placed(spec):
    """Every part of a layer, in words."""
    values = [getattr(spec, name) for name in PLACES.values()]
    lists = [
        v.values() if isinstance(v, dict) else v if isinstance(v, tuple) else [v] for v in values
    ]
    return [str(part) for several in lists for part in several]


@pytest.mark.parametrize("part", SOUND, ids=str)
def test_the_part_is_in_the_layer_and_weights_change(part, known):
    tried = trial(Subject(part, {}, None, known))
    assert str(part) in placed(tried.spec) or part.kind == "bundle"
    layer = tried.layer()
    before = layer.w.clone()
    tried.learn(layer, range(3))
    assert not torch.equal(layer.w, before)


def test_a_recipe_stands_for_its_parts(known):
    spec = trial(Subject(Bundle(), {}, None, known)).spec
    assert {"batch_norm", "hebb", "unit_norm"} <= {p.partition("(")[0] for p in placed(spec)}


def test_without_defaults_there_is_no_layer():
    assert "no plugin provides a default" in skip(doubles.Growth(), FREEZE, registry=Registry())


def test_a_part_that_fits_nowhere_is_told_of_once_and_skipped_elsewhere(known):
    class Crowded(Competition):
        kind: ClassVar[str] = "crowded"

        def check(self, fit):
            from neuroplast import ConfigurationError

            raise ConfigurationError("crowded: more neurons are needed")

        def compete(self, v, memory):
            return v

    assert skip(Crowded(), FREEZE, registry=known).startswith("crowded fits none of the layers")
    told = catch(Crowded(), "fits a layer", registry=known)
    assert "the last was refused with: crowded: more neurons are needed" in told


class OfSigns(Constraint):
    """Each weight has its input's sign, or is 0; has no meaning without signs."""

    kind: ClassVar[str] = "of_signs"

    def check(self, fit):
        if fit.pre_signs is None:
            raise Refusal("no_signs", "of_signs: inputs have none")

    def start(self, w, context):
        w.abs_().mul_(self._own(w, context))

    def enforce(self, w, context):
        wrong = w * self._own(w, context) < 0
        w.masked_fill_(wrong, 0.0)
        return wrong.sum()

    def _own(self, w, context):
        return context.pre_signs.to(w.dtype).view(1, -1, *[1] * (w.dim() - 2))


class AmongThemselves(Constraint):
    """Counts the steps of a projection from the layer itself, and takes the diagonal of its weights away."""

    kind: ClassVar[str] = "among_themselves"
    steps = Memory()

    def check(self, fit):
        if not fit.recurrent:
            raise Refusal("of_others", "among_themselves: the projection comes from elsewhere")

    def enforce(self, w, context):
        if context.view is not None:
            context.memory.steps.add_(1)
        w.view(len(w), -1).fill_diagonal_(0.0)
        return torch.tensor(0)


class Bursting(AmongThemselves):
    """Without bound, which shows in the weights of neurons to each other alone."""

    def enforce(self, w, context):
        w.div_(1.0 if context.view is None else 0.0)
        return super().enforce(w, context)


@pytest.mark.parametrize("part", [OfSigns(), AmongThemselves()], ids=str)
def test_constraints_of_signs_and_within_layers_are_tried_where_they_have_a_meaning(part, known):
    for name in ALL:
        hold(part, name, registry=known)
    hold(part, "stays finite for 1000 steps", registry=known)


def test_inputs_with_signs_are_not_negative(known):
    tried = trial(Subject(OfSigns(), {}, None, known))
    assert tried.stimuli(0).min() >= 0
    assert set(tried.signs) == {1, -1}


def test_what_happens_within_a_layer_is_seen(known):
    told = catch(Bursting(), "stays finite for 1000 steps", registry=known)
    assert "inside.w is not finite" in told


def test_what_moves_within_a_frozen_layer_is_seen(known, monkeypatch):
    learn = Layer.learn

    def enforcing(layer, *given, **more):
        for projection in layer.projections:
            for memory in projection._memories.values():
                if "steps" in memory._tensors:
                    memory.steps.add_(1)
        return learn(layer, *given, **more)

    monkeypatch.setattr(Layer, "learn", enforcing)
    assert "inside.constraints.0.steps" in catch(AmongThemselves(), FREEZE, registry=known)
