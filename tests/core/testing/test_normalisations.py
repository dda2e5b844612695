"""Normalisations that are broken on purpose, and the checks that must catch them."""

from math import sqrt
from typing import ClassVar

import pytest
from support.asking import catch, hold, skip
from support.sound import sound

from neuroplast import ConfigurationError, Memory, Normalisation
from neuroplast.testing import Example, NormalisationClaims

USES = "changes and reads the memory that it declares"
FORMULA = "equals its formula, looped"
HAND = "gives the numbers worked by hand"
FROZEN = "treats each stimulus alone when frozen"
COUPLES = "declares truly whether it couples the batch"
SIGNED = "declares truly whether it is signed"
FINITE = "stays finite on constant input"
ALONE = "changes nothing it is handed"
AGAIN = "gives the same bits when asked again"


class Batch(Normalisation):
    """x̂ = (x - mean) / sqrt(variance + 0.1), of the batch or running; the running ones move by a quarter."""

    kind = "by_batch"
    signed: ClassVar[bool] = True
    couples_batch: ClassVar[bool] = True
    mean = Memory("pre")
    variance = Memory("pre", init=1.0)

    biased: ClassVar[tuple[int, int]] = (0, 1)
    """What is taken off n for the variance that divides, and for the one that is remembered."""

    def normalise(self, x, memory, adapting):
        if not adapting:
            return self.by(x, memory.mean, memory.variance)
        axes = [d for d in range(x.dim()) if d != 1]
        n = x.numel() // x.shape[1]
        if n == 1:
            raise ConfigurationError("one number has no variance")
        mean = x.mean(axes)
        spread = (x - self.wide(mean, x)).square().sum(axes)
        self.remember(memory.mean, mean)
        self.remember(memory.variance, spread / (n - self.biased[1]))
        return self.by(x, mean, spread / (n - self.biased[0]))

    def remember(self, running, value):
        running.lerp_(value, 0.25)

    def by(self, x, mean, variance):
        return (x - self.wide(mean, x)) / (self.wide(variance, x) + 0.1).sqrt()

    def wide(self, value, x):
        return value.view(-1, *[1] * (x.dim() - 2))


class BatchClaims(NormalisationClaims):
    of = "by_batch"
    examples = (
        Example(
            {"x": [[[1.0, 3.0]]], "memory": {"mean": [2.0], "variance": [0.9]}},
            [[[-1.0, 1.0]]],
            note="not yet flat: (1 - 2) / sqrt(0.9 + 0.1)",
        ),
    )

    def normalise(self, normalisation, x, memory, adapting):
        channels = range(len(x[0]))
        after = {"mean": [], "variance": []}
        by = []
        for c in channels:
            values = [v for stimulus in x for v in stimulus[c]]
            n = len(values)
            mean = sum(values) / n
            squares = sum((v - mean) ** 2 for v in values)
            old = memory["mean"][c], memory["variance"][c]
            by.append((mean, squares / n) if adapting else old)
            after["mean"].append(0.75 * old[0] + 0.25 * mean if adapting else old[0])
            new = squares / (n - 1) if adapting else 0.0
            after["variance"].append(0.75 * old[1] + 0.25 * new if adapting else old[1])
        normalised = [
            [[(v - by[c][0]) / sqrt(by[c][1] + 0.1) for v in stimulus[c]] for c in channels]
            for stimulus in x
        ]
        return normalised, after


class Half(Normalisation):
    """x / 2."""

    kind = "half"

    def normalise(self, x, memory, adapting):
        return x / 2


class HalfClaims(NormalisationClaims):
    of = "half"
    examples = (Example({"x": [[1.0, 3.0]], "adapting": True}, [[0.5, 1.5]]),)

    def normalise(self, normalisation, x, memory, adapting):
        return [[[v / 2 for v in row] for row in stimulus] for stimulus in x], {}


def test_sound_normalisations_pass():
    sound(Batch(), "normalisations", BatchClaims())
    sound(Half(), "normalisations", HalfClaims(), but=(USES,))
    assert "no claims say what half does" in skip(Half(), FORMULA)


class Swapped(Batch):
    biased: ClassVar[tuple[int, int]] = (1, 0)


class Unbiased(Batch):
    biased: ClassVar[tuple[int, int]] = (1, 1)


class Reversed(Batch):
    def remember(self, running, value):
        running.lerp_(value, 0.75)


class Forgetful(Batch):
    def remember(self, running, value):
        """Learns nothing."""


class OutsideTheRoot(Batch):
    def by(self, x, mean, variance):
        return (x - self.wide(mean, x)) / (self.wide(variance, x).sqrt() + 0.1)


class OwnStatistics(Batch):
    """Uses the running statistics that it has just changed."""

    def normalise(self, x, memory, adapting):
        super().normalise(x, memory, adapting)
        return self.by(x, memory.mean, memory.variance)


class PerStimulus(Batch):
    def normalise(self, x, memory, adapting):
        own = x.flatten(1).mean(1).view(-1, *[1] * (x.dim() - 1))
        return super().normalise(x, memory, adapting) * 0 + x - own


class AlwaysAdapting(Batch):
    def normalise(self, x, memory, adapting):
        return super().normalise(x, memory, adapting or len(x) > 1)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (Swapped(), "x̂ of batch 2, adapting"),
        (Unbiased(), "x̂ of batch 2, adapting"),
        (Reversed(), "memory mean after batch 2, adapting"),
        (Forgetful(), "memory mean after batch 2, adapting"),
        (OutsideTheRoot(), "x̂ of batch 1, frozen"),
        (OwnStatistics(), "x̂ of batch 2, adapting"),
        (PerStimulus(), "x̂ of batch 1, frozen"),
        (AlwaysAdapting(), "x̂ of batch 1, frozen"),
    ],
)
def test_another_normalisation_is_caught(part, told):
    assert told in catch(part, FORMULA, BatchClaims())


def test_epsilon_outside_the_root_is_seen_by_hand():
    assert "off by" in catch(OutsideTheRoot(), HAND, BatchClaims())


class LearnsFrozen(Batch):
    def normalise(self, x, memory, adapting):
        memory.mean.add_(0.1)
        return super().normalise(x, memory, adapting)


class BatchWhenFrozen(Half):
    def normalise(self, x, memory, adapting):
        return x / 2 if adapting else x - x.mean(0)


def test_frozen_a_normalisation_learns_nothing_and_sees_one_stimulus():
    assert "changed memory.mean" in catch(LearnsFrozen(), ALONE)
    assert "changed memory.mean" in catch(AlwaysAdapting(), ALONE)
    assert "stimulus 0 alone" in catch(AlwaysAdapting(), FROZEN)
    assert "stimulus 0 alone" in catch(BatchWhenFrozen(), FROZEN)


class Undeclared(Batch):
    couples_batch: ClassVar[bool] = False


class Boasting(Half):
    couples_batch: ClassVar[bool] = True


def test_coupling_must_be_declared_and_real():
    hold(Batch(), COUPLES)
    assert "stimulus 0 alone" in catch(Undeclared(), COUPLES)
    assert "leave the declaration out" in catch(Boasting(), COUPLES)


class Unsigned(Batch):
    signed: ClassVar[bool] = False


class OverSigned(Half):
    signed: ClassVar[bool] = True


def test_sign_must_be_declared_and_real():
    assert "declare signed = True" in catch(Unsigned(), SIGNED)
    assert "leave signed out" in catch(OverSigned(), SIGNED)


class NoEpsilon(Batch):
    def by(self, x, mean, variance):
        return (x - self.wide(mean, x)) / self.wide(variance, x).sqrt()


class ByTheLargest(Half):
    def normalise(self, x, memory, adapting):
        return x / x.flatten(1).amax(1).view(-1, *[1] * (x.dim() - 1))


def test_constant_input_must_stay_finite():
    assert "every input is 0" in catch(NoEpsilon(), FINITE)
    assert "every input is 0" in catch(ByTheLargest(), FINITE)


class Shifting(Half):
    def normalise(self, x, memory, adapting):
        return x.sub_(1)


class Counting(Half):
    calls: ClassVar = [0]

    def normalise(self, x, memory, adapting):
        self.calls[0] += 1
        return x / self.calls[0]


class ByKeyword(Half):
    def normalise(self, x, memory, adapt):
        return x / 2


def test_manners_of_a_normalisation():
    assert "changed x" in catch(Shifting(), ALONE)
    assert "call 2" in catch(Counting(), AGAIN)
    told = catch(ByKeyword(), "takes the arguments of its interface")
    assert "adapting" in told


def test_memory_that_claims_leave_out_must_stay_unless_they_say_why():
    class Partly(BatchClaims):
        def normalise(self, normalisation, x, memory, adapting):
            found, after = super().normalise(normalisation, x, memory, adapting)
            return found, {"mean": after["mean"]}

    assert "memory variance after batch 2" in catch(Batch(), FORMULA, Partly())
    Partly.unclaimed = {"variance": "of no interest"}
    hold(Batch(), FORMULA, Partly())
