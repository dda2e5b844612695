from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, hold_all

from neuroplast import Classifier, Readout

APART = "tells apart what is far apart"
SCORES = "gives a score per class to each stimulus by itself"
SAME = "fits the same from the same stream, and changes nothing"
PROGRESS = "tells how far it has come"


class Means(Readout):
    """scores = - distance to the mean of each class; of a class without stimuli, to a far point."""

    kind: ClassVar[str] = "means"

    def fit(self, source, classes, rng, advance):
        (block,) = source.blocks()
        features, labels = block
        means = torch.full((classes, source.size), 100.0)
        for k in labels.unique().tolist():
            means[k] = features[labels == k].mean(0)
            advance((k + 1) / classes)
        return ToMeans(means)


class ToMeans(Classifier):
    def __init__(self, means):
        self.means = means

    def scores(self, features):
        return -torch.cdist(features, self.means.float())

    def tensors(self):
        return {"means": self.means}


def classifying(scores=None, **methods):
    """Means whose classifier scores otherwise, or that fits otherwise."""
    if scores is not None:
        other = type("Scored", (ToMeans,), {"scores": scores})
        methods["fit"] = lambda self, *given: other(Means().fit(*given).means)
    return type("Broken", (Means,), methods)()


def test_a_sound_read_out_passes_everything():
    hold_all(Means(), "readouts")


def shifted(self, source, classes, rng, advance):
    """Labels off by one."""
    return ToMeans(Means().fit(source, classes, rng, advance).means.roll(1, 0))


def first_half(self, source, classes, rng, advance):
    """Misses a class."""
    found = Means().fit(source, classes, rng, advance).means
    found[2] = 100.0
    return ToMeans(found)


@pytest.mark.parametrize("fit", [shifted, first_half])
def test_classes_that_are_confused_are_caught(fit):
    assert "another class" in catch(classifying(fit=fit), APART)


def test_nearest_of_farthest_is_caught():
    part = classifying(lambda self, f: torch.cdist(f, self.means))
    assert "another class" in catch(part, APART)


def test_fitting_without_features_is_caught():
    def fit(self, source, classes, rng, advance):
        return ToMeans(torch.randn(classes, source.size, generator=rng))

    assert "another class" in catch(classifying(fit=fit), APART)


def classes_shown(self, features):
    """Scores for the classes that had stimuli."""
    return ToMeans.scores(self, features)[:, :3]


def over_the_batch(self, features):
    return ToMeans.scores(self, features - features.mean(0))


def not_finite(self, features):
    return ToMeans.scores(self, features) / 0


def in_classes(self, features):
    return ToMeans.scores(self, features).argmax(1)


@pytest.mark.parametrize("scores", [classes_shown, over_the_batch, not_finite, in_classes])
def test_scores_that_are_none_are_caught(scores):
    catch(classifying(scores), SCORES)


def test_scores_of_the_batch_tell_no_class_wrong_and_are_caught():
    """Such a read-out passes for a sound one where only the fitted batch is asked about."""
    assert "by themselves" in catch(classifying(over_the_batch), SCORES)


def test_a_class_in_place_of_a_classifier_is_caught():
    assert "not a Classifier" in catch(classifying(fit=lambda *given: ToMeans), SAME)


def test_chance_from_elsewhere_is_caught():
    def fit(self, source, classes, rng, advance):
        return ToMeans(Means().fit(source, classes, rng, advance).means + torch.rand(()))

    assert "global generator" in catch(classifying(fit=fit), SAME)
    own = torch.Generator().manual_seed(0)

    def hidden(self, source, classes, rng, advance):
        noise = torch.rand(classes, source.size, generator=own)
        return ToMeans(Means().fit(source, classes, rng, advance).means + 0.1 * noise)

    hold(classifying(fit=hidden), APART)
    assert "the second time" in catch(classifying(fit=hidden), SAME)


def test_changing_the_features_is_caught():
    def fit(self, source, classes, rng, advance):
        source.features.sub_(source.features.mean(0))
        return Means().fit(source, classes, rng, advance)

    assert "changed features" in catch(classifying(fit=fit), SAME)


@pytest.mark.parametrize("shares", [(0.5, 0.4), (0.5, 1.5), (-0.1,), (50.0, 100.0)])
def test_progress_out_of_order_is_caught(shares):
    def fit(self, source, classes, rng, advance):
        for share in shares:
            advance(share)
        return Means().fit(source, classes, rng, lambda share: None)

    assert "told advance" in catch(classifying(fit=fit), PROGRESS)
