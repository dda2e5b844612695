"""What every read-out is held to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from neuroplast.parts.readout import Classifier, FeatureSource
from neuroplast.testing.asking import Violation, check
from neuroplast.testing.numbers import hold_near, in_words, normal
from neuroplast.testing.subject import Subject
from neuroplast.testing.watch import all_same, same_bits, watched

CLASSES = 4
"""Classes there are, one more than are ever shown."""


class Given(FeatureSource):
    """Features in memory."""

    def __init__(self, features: Tensor, labels: Tensor) -> None:
        self.features, self.labels, self.size = features, labels, features.shape[1]

    def rows(self, index: Tensor) -> Tensor:
        """Those of the stimuli `index`."""
        return self.features[index]


def source(size: int = 100, count: int = 240, seed: int = 0) -> Given:
    """Three classes far apart: a prototype of ±1 for each, and noise a tenth as large."""
    prototypes = normal(3, size, seed=1).sign()
    labels = torch.arange(count) % 3
    features = prototypes[labels] + 0.1 * normal(count, size, seed=2 + seed)
    return Given(features.float(), labels)


@dataclass(frozen=True)
class Fit:
    """A fitted classifier, and the shares of work that it told of."""

    classifier: Classifier
    told: list[float]


def fit(subject: Subject, given: Given, seed: int = 0) -> Fit:
    """The read-out fitted with a stream of one seed."""
    told: list[float] = []
    rng = torch.Generator().manual_seed(seed)
    call = partial(subject.part.fit, given, CLASSES, rng, told.append)
    found: Classifier = watched("fit", call, features=given.features, labels=given.labels)
    if not isinstance(found, Classifier):
        raise Violation(f"fit: gave {type(found).__name__}, not a Classifier; return one")
    return Fit(found, told)


@check("readout", "tells apart what is far apart")
def separates(subject: Subject) -> None:
    """Every stimulus of three distant clusters is told apart, also such as were not fitted."""
    classifier = fit(subject, source()).classifier
    for what, given in (("fitted", source()), ("other", source(seed=9))):
        wrong = classifier.scores(given.features).argmax(1) != given.labels
        if wrong.any():
            raise Violation(
                f"fit: {int(wrong.sum())} of {len(given)} {what} stimuli are taken for another class "
                "though the classes are far apart"
            )


@check("readout", "gives a score per class to each stimulus by itself")
def gives_scores(subject: Subject) -> None:
    """(batch, classes) in floats, for classes that were never shown too; the other stimuli do not matter."""
    for size, count in ((100, 240), (40, 30)):  # more stimuli than features, and fewer
        given = source(size, count)
        classifier = fit(subject, given).classifier
        scores = watched(
            "scores", partial(classifier.scores, given.features), features=given.features
        )
        if tuple(scores.shape) != (count, CLASSES) or not scores.is_floating_point():
            raise Violation(
                f"scores: gave {scores.dtype} of shape {tuple(scores.shape)} for {count} stimuli and "
                f"{CLASSES} classes, of which one has no stimulus"
            )
        if not scores.isfinite().all():
            raise Violation("scores: gave a value that is not finite", in_words(scores=scores[:3]))
        few = classifier.scores(given.features[3:5])
        hold_near("scores of two stimuli by themselves", few, scores[3:5].double(), 1e-4)


@check("readout", "fits the same from the same stream, and changes nothing")
def is_reproducible(subject: Subject) -> None:
    """The features, labels and torch's generator stay; a read-out is repeated from the run's seed."""
    given = source(40, 60)
    one, two = fit(subject, given).classifier, fit(subject, given).classifier
    if not same_bits(one.scores(given.features), two.scores(given.features)):
        raise Violation("fit: other scores the second time; draw from rng alone")
    if not all_same(one.tensors(), two.tensors()):
        raise Violation("fit: other tensors the second time; draw from rng alone")


@check("readout", "tells how far it has come")
def tells_its_progress(subject: Subject) -> None:
    """Shares from 0 to 1 that do not fall, for the progress bar."""
    told = fit(subject, source(40, 60)).told
    if any(not 0 <= share <= 1 for share in told) or told != sorted(told):
        raise Violation(f"fit: told advance {told}; tell the share done, from 0 to 1")
