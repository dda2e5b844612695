"""Every part that stands in a layer is held to the manners of a layer: what moves when, and what comes of a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import product

import torch
from torch import Tensor

from neuroplast.layer import FROZEN, Adapts, Layer
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.devices import need_gpu
from neuroplast.testing.numbers import FLOAT32, FLOAT64, hold_near, in_words
from neuroplast.testing.subject import Subject
from neuroplast.testing.trial import PLACES, FitsNowhere, Trial, entry, trial
from neuroplast.testing.watch import same_bits, watched

_GROUPS = {
    "w": "weights",
    "rule": "weights",
    "step": "weights",
    "constraints": "weights",
    "dynamics": "neurons",
    "competition": "neurons",
    "rate": "weights",
    "normalisation": "statistics",
}
"""The group with which each part's memory adapts."""


def in_layers(name: str) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """Make a function a check of every family that can stand in a layer."""

    def register(ask: Callable[[Subject], None]) -> Callable[[Subject], None]:
        for family in PLACES:
            check(family, name)(ask)
        return ask

    return register


@in_layers("fits a layer")
def fits_a_layer(subject: Subject) -> None:
    """A part that refuses every layer would pass, since whatever needs one is skipped then."""
    try:
        trial(subject)
    except FitsNowhere as error:
        raise Violation(f"{error}; let `check` refuse only what has no meaning") from None


@in_layers("moves only what adapts")
def moves_only_what_adapts(subject: Subject) -> None:
    """Weights, neurons and statistics are frozen one by one, and what is frozen keeps every bit, memory included."""
    tried = trial(subject)
    for groups in product((False, True), repeat=3):
        layer = tried.layer()
        tried.learn(layer, range(2))
        layer.adapts = Adapts(*groups)
        before, corrected = _copied(layer.state), _corrected(layer)
        tried.learn(layer, range(2, 4))
        moved = [n for n, t in layer.state.items() if not same_bits(t, before[n])]
        wrong = [n for n in moved if not getattr(layer.adapts, _GROUPS[entry(n).partition(".")[0]])]
        if not layer.adapts.weights and _corrected(layer) != corrected:
            wrong.append("the count of corrections")
        if wrong:
            raise Violation(
                f"{subject.kind}: {', '.join(wrong)} changed with {layer.adapts}; change memory "
                "only in `delta` (a rule), `adapt` (of neurons) or while `adapting` (statistics)",
                in_words(layer=_sentence(tried), before=before.get(wrong[0], corrected)),
            )


@in_layers("is still and draws nothing when frozen")
def is_still_when_frozen(subject: Subject) -> None:
    """A frozen layer answers the same stimuli with the same bits, however often, and draws from no random stream."""
    tried = trial(subject)
    layer = tried.layer()
    tried.learn(layer, range(2))
    layer.adapts = FROZEN
    x = tried.stimuli(2)
    first = watched(f"{subject.kind} in a frozen layer", lambda: layer.learn(x, tried.labels), x=x)
    for call in range(2, 5):
        if not same_bits(again := layer.respond(x), first):
            raise Violation(
                f"{subject.kind}: a frozen layer gave another response to the same stimuli on call {call}",
                in_words(first=first, again=again),
            )


@in_layers("learns without touching stimuli or global randomness")
def leaves_alone_what_it_is_shown(subject: Subject) -> None:
    """Stimuli are presented again later, and randomness comes from named streams alone."""
    tried = trial(subject)
    layer = tried.layer()
    for x in map(tried.stimuli, range(3)):
        present = partial(layer.learn, x, tried.labels)
        watched(f"{subject.kind} in a layer that learns", present, x=x)


@in_layers("keeps nothing but its declared memory")
def keeps_nothing_else(subject: Subject) -> None:
    """All that evolves belongs to the layer: a second layer made of the same part starts from the beginning."""
    tried = trial(subject)
    states = []
    for _ in range(2):
        layer = tried.layer()
        responses = tried.learn(layer, range(3))
        states.append({**_copied(layer.state), "response": responses[-1]})
    for name in subject.part.memories():
        if not any(
            entry(n).startswith(PLACES[subject.family]) and n.endswith(f".{name}")
            for n in states[0]
        ):
            raise Violation(
                f"{subject.kind}: declares memory {name}, but a layer keeps none for a {subject.family}; "
                "leave it out, or make it a part that adapts"
            )
    _hold_same(subject, tried, "a second layer made of the same part", *states)


@in_layers("goes on from a saved state as if never interrupted")
def goes_on(subject: Subject) -> None:
    """Learning, saving, loading into a new layer and learning on gives the same bits as learning without a break."""
    tried = trial(subject)
    whole, part = tried.layer(seed=0), tried.layer(seed=1)
    tried.learn(whole, range(3))
    saved, streams = _copied(whole.state), _streams(whole)
    expected = tried.learn(whole, range(3, 6))[-1]
    part.load_state(saved)
    for name, generator in part.generators.items():
        generator.set_state(streams[name])
    found = tried.learn(part, range(3, 6))[-1]
    both = (
        {**_copied(layer.state), "response": y} for layer, y in ((whole, expected), (part, found))
    )
    _hold_same(subject, tried, "a layer that was loaded", *both)


@in_layers("learns in float32 as in float64")
def learns_in_float32(subject: Subject) -> None:
    """Steps in float32, the numbers that runs are made of, come near those in float64."""
    tried = trial(subject)
    layers = [tried.layer(dtype=dtype) for dtype in (torch.float64, torch.float32)]
    if _twins(layers[0]):
        raise NotApplicable(f"{subject.kind}: neurons start alike, so rounding decides who wins")
    streams = _streams(layers[0])
    responses = [tried.learn(layer, [0])[-1] for layer in layers]
    if any(not g.get_state().equal(streams[n]) for n, g in layers[0].generators.items()):
        raise NotApplicable(f"{subject.kind} draws while learning, other numbers for each dtype")
    _hold_alike(subject, tried, layers, responses, "in float32", FLOAT32)


@in_layers("learns on a GPU as on the CPU")
def learns_on_a_gpu(subject: Subject) -> None:
    """Steps in float64, so that nothing but the device differs: the same winners, and nearly the same numbers."""
    need_gpu()
    hold_on(subject, "cuda")


def hold_on(subject: Subject, device: str) -> None:
    """Hold some steps on a device to those on the CPU."""
    tried = trial(subject)
    layers = [tried.layer(dtype=torch.float64, device=where) for where in ("cpu", device)]
    responses = [tried.learn(layer, range(3))[-1] for layer in layers]
    _hold_alike(subject, tried, layers, responses, f"on {device}", 100 * FLOAT64)


# -- comparing layers --------------------------------------------------------------------------------------------------


def _hold_alike(
    subject: Subject,
    tried: Trial,
    layers: list[Layer],
    responses: list[Tensor],
    where: str,
    near: float,
) -> None:
    expected, found = (
        {**layer.state, "response": y} for layer, y in zip(layers, responses, strict=True)
    )
    for name, tensor in expected.items():
        what = f"{subject.kind}: {name} after learning {where}"
        hold_near(what, found[name].cpu(), tensor, near, layer=_sentence(tried))


def _hold_same(
    subject: Subject,
    tried: Trial,
    who: str,
    expected: Mapping[str, Tensor],
    found: Mapping[str, Tensor],
) -> None:
    for name, tensor in expected.items():
        if not same_bits(tensor, found[name]):
            raise Violation(
                f"{subject.kind}: {who} has another {name}; keep whatever lasts in a declared Memory",
                in_words(layer=_sentence(tried), found=found[name], expected=tensor),
            )


def _twins(layer: Layer) -> bool:
    """Whether any two neurons have the same weights."""
    return any(len(torch.unique(p.w.flatten(1), dim=0)) < len(p.w) for p in layer.projections)


def _corrected(layer: Layer) -> int:
    """How many values constraints have corrected."""
    return sum(int(p.corrected) for p in layer.projections)


def _sentence(tried: Trial) -> str:
    return tried.spec.sentence()


def _copied(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in state.items()}


def _streams(layer: Layer) -> dict[str, Tensor]:
    return {name: generator.get_state() for name, generator in layer.generators.items()}
