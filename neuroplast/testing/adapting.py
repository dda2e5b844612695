"""What parts whose memory adapts after the weights are held to: dynamics and competitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.bench import TENSORS, Setting
from neuroplast.testing.claims import Neuron
from neuroplast.testing.numbers import float64, in_words
from neuroplast.testing.responses import memory_of, responses
from neuroplast.testing.stated import own_memory
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import all_same, watched
from neuroplast.view import View


def adapted(part: Any, setting: Setting) -> dict[str, torch.Tensor]:
    """A part's memory after two steps, by name, in float64."""
    memory = memory_of(part, setting)
    for seed in range(2):
        part.adapt(setting.view(seed=20 * seed).remembering(State(memory)))
    return memory


def remembered(
    claims: Any, part: Any, view: View, memory: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """The memory of all neurons after a step, by the claimed `remember`, from the memory before it."""
    own = {k: t for k, t in memory.items() if t.shape == view.w.shape[:1]}
    after: dict[str, list[float]] = {}
    for i in range(len(view.w)):
        w = view.w[i].flatten().tolist()
        g, v, u = (t[:, i].flatten().tolist() for t in (view.g, view.v, view.u))
        known = {k: float(t[i]) for k, t in own.items()}
        neuron = Neuron(w, g, v, u, memory=known, stimuli=len(view.u))
        claimed = own_memory(part, "remember", claims.remember(part, neuron))
        for name, value in claimed.items():
            after.setdefault(name, []).append(value)
    return {name: float64(values) for name, values in after.items()}


def adapting(family: str) -> None:
    """Make the checks of `adapt` for one family."""
    check(family, "adapts its own memory and nothing else")(adapts_memory_alone)
    check(family, "adapts in the same way when asked again")(adapts_again)


def adapts_memory_alone(subject: Subject) -> None:
    """What `adapt` sees belongs to others; only declared memory may change, and stays finite."""
    for setting in _settings(subject):
        for dtype in (torch.float64, torch.float32):
            view = setting.view(dtype=dtype)
            memory = {k: t.to(dtype) for k, t in memory_of(subject.part, setting).items()}
            shown = {name: getattr(view, name) for name in TENSORS}
            remembering = view.remembering(State(memory))
            watched("adapt(view)", lambda v=remembering: subject.part.adapt(v), **shown)  # type: ignore[misc]
            for name, tensor in memory.items():
                if not tensor.isfinite().all():
                    raise Violation(
                        f"adapt(view): memory {name} is not finite after one step",
                        in_words(**shown, **{name: tensor}),
                    )


def adapts_again(subject: Subject) -> None:
    """Equal steps from equal memory give equal memory; other layers' steps in between make no difference."""
    settings = list(_settings(subject))
    first = [adapted(subject.part, setting) for setting in settings]
    for setting, before in reversed(list(zip(settings, first, strict=True))):
        if not all_same(before, after := adapted(subject.part, setting)):
            raise Violation(
                "adapt(view): equal steps from equal memory gave other memory; keep nothing but declared memory",
                in_words(before=before, after=after),
            )


def _settings(subject: Subject) -> Iterator[Setting]:
    """Sizes that the part can have; NotApplicable where it does not adapt."""
    interface = next(c for c in type(subject.part).__mro__ if "adapt" in vars(c))
    if interface.__module__.startswith("neuroplast.parts."):
        raise NotApplicable(f"{subject.kind} does not adapt")
    yield from responses()
