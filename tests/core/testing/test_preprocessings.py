from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, hold_all, skip

from neuroplast import ConfigurationError, Preprocessing

LEARNS = "learns the same from the same training stimuli"
FLOATS = "gives a batch of floats of one shape"
HANDS = "gives the same again, and changes nothing"
TRAINING = "learns from training stimuli only"


class Centring(Preprocessing):
    """x - mean of the training stimuli."""

    kind: ClassVar[str] = "centring"

    def fit(self, x):
        return {"mean": x.mean(0)}

    def apply(self, x, memory, rng):
        return x - memory.mean


class Jitter(Preprocessing):
    """x with noise."""

    kind: ClassVar[str] = "jitter"

    def apply(self, x, memory, rng):
        return x + 0.1 * torch.randn(x.shape, generator=rng)


class OfImages(Centring):
    """Images only."""

    def fit(self, x):
        if x.dim() != 4:
            raise ConfigurationError("of_images: needs images")
        return super().fit(x)


def centring(**methods):
    return type("Broken", (Centring,), methods)()


@pytest.mark.parametrize("part", [Centring(), OfImages()])
def test_sound_ones_pass_everything(part):
    hold_all(part, "preprocessings")


def test_augmentation_is_not_asked_what_stimuli_become_alone():
    hold_all(Jitter(), "preprocessings", but=(TRAINING,))
    assert "by chance" in skip(Jitter(), TRAINING)


def test_one_that_takes_nothing_is_not_asked():
    def refuse(self, x):
        raise ConfigurationError("no")

    assert "takes none" in skip(centring(fit=refuse), FLOATS)


def test_learning_something_else_the_second_time_is_caught():
    times = []

    def fit(self, x):
        times.append(1)
        return {"mean": x.mean(0) * len(times)}

    assert "something else" in catch(centring(fit=fit), LEARNS)
    broken = centring(fit=lambda self, x: {"mean": x.mean(0) / 0})
    assert "finite" in catch(broken, LEARNS)


def test_changing_the_training_stimuli_is_caught():
    assert "changed train" in catch(centring(fit=lambda self, x: {"mean": x.sub_(1)[0]}), LEARNS)


@pytest.mark.parametrize(
    "apply",
    [
        lambda self, x, memory, rng: (x - memory.mean).double(),
        lambda self, x, memory, rng: (x - memory.mean)[:-1] if len(x) > 1 else x,
        lambda self, x, memory, rng: (x - memory.mean).unsqueeze(1),
        lambda self, x, memory, rng: x / 0,
        lambda self, x, memory, rng: x.flatten(1)[:, : len(x)],
    ],
)
def test_what_a_network_cannot_take_is_caught(apply):
    catch(centring(apply=apply), FLOATS)


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (lambda self, x, memory, rng: x.sub_(memory.mean), "changed x"),
        (lambda self, x, memory, rng: x - memory.mean.mul_(0.9), "changed mean"),
        (lambda self, x, memory, rng: x + torch.randn(x.shape), "global generator"),
    ],
)
def test_changing_what_was_handed_is_caught(apply, said):
    assert said in catch(centring(apply=apply), HANDS)


def test_a_hidden_stream_is_caught():
    own = torch.Generator().manual_seed(0)
    part = centring(apply=lambda s, x, memory, rng: x + torch.randn(x.shape, generator=own))
    assert "another result" in catch(part, HANDS)


def test_learning_from_the_batch_is_caught():
    part = centring(apply=lambda self, x, memory, rng: x - x.mean(0))
    assert "one stimulus at a time" in catch(part, TRAINING)


def test_a_batch_of_more_than_one_alone_is_caught():
    """One at a time it does as it should."""
    part = centring(
        apply=lambda self, x, memory, rng: x - (memory.mean if len(x) == 1 else x.mean(0))
    )
    assert "one stimulus" in catch(part, TRAINING)
    hold(part, HANDS)
