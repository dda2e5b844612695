"""What every preprocessing is held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.errors import ConfigurationError, DataError
from neuroplast.testing.asking import NotApplicable, Violation, check
from neuroplast.testing.numbers import hold_near, in_words, normal
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import all_same, same_bits, watched

SHAPES = ((40, 6), (40, 1, 8, 8), (40, 3, 8, 8))
"""Training stimuli: features, grey images, colour images."""


@dataclass(frozen=True)
class Fitted:
    """A preprocessing with what it learned from training stimuli, and a batch of others."""

    part: Any
    learned: dict[str, Tensor]
    train: Tensor
    batch: Tensor

    def apply(self, x: Tensor | None = None, seed: int = 0) -> Tensor:
        """A batch of stimuli, preprocessed with a stream of one seed."""
        rng = torch.Generator().manual_seed(seed)
        found: Tensor = self.part.apply(
            (self.batch if x is None else x).clone(), State(self.learned), rng
        )
        return found


def fitted(subject: Subject) -> Iterator[Fitted]:
    """The part, fitted to every shape of stimuli that it takes; NotApplicable where it takes none."""
    takes = 0
    for n, shape in enumerate(SHAPES):
        train = (normal(*shape, seed=n, dtype=torch.float32) * 0.2 + 0.5).clamp(0, 1)
        batch = (normal(*shape, seed=n + 10, dtype=torch.float32) * 0.2 + 0.5).clamp(0, 1)[:7]
        try:
            learned = watched("fit", partial(subject.part.fit, train), train=train)
            found = Fitted(subject.part, dict(learned), train, batch)
            found.apply()
        except (ConfigurationError, DataError):
            continue
        takes += 1
        yield found
    if not takes:
        raise NotApplicable(f"{subject.kind} takes none of the stimuli {SHAPES}")


@check("preprocessing", "learns the same from the same training stimuli")
def learns_the_same(subject: Subject) -> None:
    """What is learned is tensors of finite numbers by name: they go into the run's file."""
    for case in fitted(subject):
        for name, tensor in case.learned.items():
            if not isinstance(tensor, Tensor) or not tensor.isfinite().all():
                raise Violation(
                    f"fit: {name} is no tensor of finite numbers", in_words(found=tensor)
                )
        again = subject.part.fit(case.train)
        if not all_same(case.learned, again):
            raise Violation(
                "fit: learned something else from the same stimuli; draw nothing in fit"
            )


@check("preprocessing", "gives a batch of floats of one shape")
def gives_floats(subject: Subject) -> None:
    """As many stimuli as there were, each of the same shape whatever the batch, float32 and finite."""
    for case in fitted(subject):
        found, one = case.apply(), case.apply(case.batch[:1])
        what = f"apply on {tuple(case.batch.shape)}"
        if len(found) != len(case.batch) or found.shape[1:] != one.shape[1:]:
            raise Violation(f"{what}: gave {tuple(found.shape)}, and {tuple(one.shape)} for one")
        if found.dtype != torch.float32 or found.dim() not in (2, 4):
            raise Violation(f"{what}: gave {found.dtype} of shape {tuple(found.shape)}")
        if not found.isfinite().all():
            raise Violation(f"{what}: gave a value that is not finite", in_words(x=case.batch))


@check("preprocessing", "gives the same again, and changes nothing")
def keeps_its_hands_off(subject: Subject) -> None:
    """The stimuli, what was learned, and torch's generator stay; chance comes from its own stream."""
    for case in fitted(subject):
        x = case.batch.clone()
        results = []
        for _ in range(3):
            call = partial(
                subject.part.apply, x, State(case.learned), torch.Generator().manual_seed(4)
            )
            results.append(watched("apply", call, x=x, **case.learned))
        if not all(same_bits(results[0], other) for other in results[1:]):
            raise Violation("apply: the same stimuli and stream gave another result; draw from rng")


@check("preprocessing", "learns from training stimuli only")
def learns_from_training_only(subject: Subject) -> None:
    """What becomes of a stimulus does not depend on the others of its batch: everything was learned in `fit`."""
    for case in fitted(subject):
        if not same_bits(case.apply(), case.apply(seed=1)):
            raise NotApplicable(
                f"{subject.kind} draws by chance, so that stimuli differ in any case"
            )
        alone = torch.cat([case.apply(case.batch[i : i + 1]) for i in range(len(case.batch))])
        shown = {"x": case.batch}
        hold_near("apply, one stimulus at a time", alone, case.apply(), 1e-5, **shown)
        other = torch.cat([case.batch[:1], case.batch[1:] * 0.1])
        hold_near("apply beside other stimuli", case.apply(other)[:1], alone[:1], 1e-5, **shown)
