"""Bad manners, one a double, and the checks that must catch them in every family."""

from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip

from neuroplast import Competition, Effective, Pool, Population, Signal
from neuroplast.testing.devices import NO_GPU

FORM = "keeps shape, dtype and device"
ALONE = "changes nothing it is handed"
AGAIN = "gives the same bits when asked again"
BETWEEN = "keeps nothing between calls"
LAYOUT = "does not depend on the order in memory"
SINGLE = "gives in float32 what it gives in float64"
GPU = "gives on a GPU what it gives on the CPU"
SIGNATURE = "takes the arguments of its interface"
ALL = (FORM, ALONE, AGAIN, BETWEEN, LAYOUT, SINGLE, SIGNATURE)


class Double(Population):
    """y = v."""

    kind = "double"
    signed = True

    def respond(self, v, g):
        return v


class Wide(Double):
    def respond(self, v, g):
        return v.sum(1, keepdim=True)


class Precise(Double):
    def respond(self, v, g):
        return v.double()


class Logarithm(Double):
    def respond(self, v, g):
        return v.log()


class AsList(Double):
    def respond(self, v, g):
        return v.tolist()


class InPlace(Double):
    def respond(self, v, g):
        return v.clamp_(min=0)


class InPlaceWhereItIsAView(Double):
    """Works in place on channels last alone."""

    def respond(self, v, g):
        return v if v.is_contiguous() else v.mul_(2).div(2)


class Noisy(Double):
    def respond(self, v, g):
        return v + torch.rand_like(v)


class OwnNoise(Double):
    rng: ClassVar = torch.Generator().manual_seed(0)

    def respond(self, v, g):
        return v + torch.rand(v.shape, generator=self.rng, dtype=torch.float64).to(v)


class Tired(Double):
    calls: ClassVar = [0]

    def respond(self, v, g):
        self.calls[0] += 1
        if self.calls[0] == 3:
            raise RuntimeError("tired")
        return v


class Hidden(Double):
    """Divides by the largest drive that it ever saw."""

    largest: ClassVar = [0.0]

    def respond(self, v, g):
        self.largest[0] = max(self.largest[0], float(v.abs().max()))
        return v / self.largest[0]


class RawMemory(Double):
    """Reads its drives as they stand in memory."""

    def respond(self, v, g):
        return v.as_strided(v.shape, torch.empty(v.shape).stride())


class Cancelling(Double):
    def respond(self, v, g):
        return (v + 1e6) - 1e6


class WithoutG(Double):
    def respond(self, v):
        return v


class WithMore(Double):
    def respond(self, v, g, w):
        return v


@pytest.mark.parametrize("name", ALL)
def test_good_manners_pass(name):
    hold(Double(), name)


@pytest.mark.parametrize(
    ("part", "name", "told"),
    [
        (Wide(), FORM, "gave shape (1, 1), expected (1, 2)"),
        (Precise(), FORM, "gave dtype torch.float64, expected torch.float32"),
        (Logarithm(), FORM, "not finite"),
        (AsList(), FORM, "gave list"),
        (InPlace(), ALONE, "changed v"),
        (InPlaceWhereItIsAView(), ALONE, "changed v"),
        (Noisy(), ALONE, "global generator"),
        (Noisy(), AGAIN, "gave another result"),
        (OwnNoise(), AGAIN, "call 2 with the same arguments"),
        (Tired(), AGAIN, "raised RuntimeError on call 3: tired"),
        (Hidden(), BETWEEN, "after calls with other arguments"),
        (RawMemory(), LAYOUT, "in memory"),
        (Cancelling(), SINGLE, "in float32"),
        (WithoutG(), SIGNATURE, "respond(self, v) cannot be called as respond(self, v, g)"),
        (WithMore(), SIGNATURE, "give it the parameters of Population.respond"),
    ],
)
def test_bad_manners_are_caught(part, name, told):
    assert told in catch(part, name)


def test_the_smallest_size_that_shows_it_is_the_example():
    """One neuron is its own sum; of two, the sum is one number too few."""
    assert catch(Wide(), FORM).count(",") < 12
    assert "found = 1" not in catch(Wide(), FORM)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_the_check_says_so():
    assert skip(Double(), GPU) == NO_GPU


class OnTheCpu(Double):
    def respond(self, v, g):
        return v.cpu()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_results_must_stay_there():
    hold(Double(), GPU)
    assert "device" in catch(OnTheCpu(), GPU)


# The same in other families


class HeatedUp(Competition):
    kind = "heated_up"

    def compete(self, v, memory):
        return v.sub_(v.mean())


class Shrinking(Effective):
    kind = "shrinking"

    def effective(self, w):
        return w.mul_(0.9)


class Flooring(Pool):
    kind = "flooring"

    def pool(self, y):
        return y.floor_()

    def output_shape(self, shape):
        return shape


class Scoring(Signal):
    kind = "scoring"

    def signal(self, labels, response):
        labels.add_(1)
        return response.flatten(1).sum(1)


@pytest.mark.parametrize(
    ("part", "changed"),
    [(HeatedUp(), "v"), (Shrinking(), "w"), (Flooring(), "y"), (Scoring(), "labels")],
)
def test_work_in_place_is_caught_in_every_family(part, changed):
    assert f"changed {changed}, which it was handed" in catch(part, ALONE)
