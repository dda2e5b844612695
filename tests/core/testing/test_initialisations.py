from math import sqrt
from typing import ClassVar

import numpy as np
import pytest
import torch
from support.asking import catch, hold, hold_all, skip

from neuroplast import ConfigurationError, Initialisation
from neuroplast.testing import InitialisationClaims

FORM = "draws float32 weights of the shape asked for, on the CPU"
CHANCE = "takes chance from its own stream only"
OTHER = "draws other weights from another stream"
MOMENTS = "has the mean, the variance and the bounds claimed"


class Double(Initialisation):
    """An initialisation."""

    kind: ClassVar[str] = "double"

    def draw(self, shape, fan_in, rng, inputs):
        raise NotImplementedError


class Gauss(Double):
    """N(0, 1 / N)."""

    def draw(self, shape, fan_in, rng, inputs):
        return torch.randn(shape, generator=rng) / sqrt(fan_in)


class GaussClaims(InitialisationClaims):
    of = "double"

    def moments(self, initialisation, fan_in):
        return 0.0, 1 / fan_in


class Positive(Double):
    """U(0, 2)."""

    def draw(self, shape, fan_in, rng, inputs):
        return 2 * torch.rand(shape, generator=rng)


class PositiveClaims(InitialisationClaims):
    """Mean 1, variance 4 / 12."""

    of = "double"

    def moments(self, initialisation, fan_in):
        return 1.0, 1 / 3

    def bounds(self, initialisation, fan_in):
        return 0.0, 2.0


class FromInputs(Double):
    """Random stimuli, cut to the shape of the weights."""

    def draw(self, shape, fan_in, rng, inputs):
        if inputs is None:
            raise ConfigurationError("from_inputs: needs stimuli; give the layer some")
        x = inputs()
        chosen = x[torch.randint(len(x), shape[:1], generator=rng)]
        return chosen[tuple(slice(n) for n in shape)].clone()


class Same(Double):
    """All weights 1."""

    def draw(self, shape, fan_in, rng, inputs):
        return torch.ones(shape)


class SameClaims(InitialisationClaims):
    of = "double"

    def moments(self, initialisation, fan_in):
        return 1.0, 0.0


def drawing(draw):
    return type("Broken", (Double,), {"draw": lambda self, *given: draw(*given)})()


@pytest.mark.parametrize(
    ("part", "claims"), [(Gauss(), GaussClaims()), (Positive(), PositiveClaims())]
)
def test_sound_initialisations_pass_everything(part, claims):
    hold_all(part, "initialisations", claims)


def test_one_that_needs_inputs_gets_them():
    hold_all(FromInputs(), "initialisations", but=(MOMENTS,))


def test_one_without_chance_is_not_asked_for_it():
    hold_all(Same(), "initialisations", SameClaims(), but=(OTHER,))
    assert "draws nothing" in skip(Same(), OTHER, SameClaims())
    assert "draws nothing" in skip(Same(), OTHER)


FORMS = {
    "float64": (lambda s, n, rng, i: torch.randn(s, generator=rng, dtype=torch.float64), "dtype"),
    "transposed": (lambda s, n, rng, i: torch.randn(s[::-1], generator=rng), "shape"),
    "flat": (lambda s, n, rng, i: torch.randn(s[0], n, generator=rng), "shape"),
    "infinite": (lambda s, n, rng, i: torch.full(s, float("inf")), "finite"),
    "an array": (lambda s, n, rng, i: np.ones(s), "not a tensor"),
}


@pytest.mark.parametrize(("draw", "said"), FORMS.values(), ids=FORMS.keys())
def test_what_is_no_weight_tensor_is_caught(draw, said):
    assert said in catch(drawing(draw), FORM)


def test_the_global_generator_is_caught():
    assert "global generator" in catch(drawing(lambda s, n, rng, i: torch.randn(s)), CHANCE)


def test_the_generator_of_another_library_is_caught():
    hidden = np.random.default_rng(0)
    draw = drawing(lambda s, n, rng, i: torch.tensor(hidden.normal(size=s)).float())
    assert "another result" in catch(draw, CHANCE)


def seeded_anew(shape, fan_in, rng, inputs):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0)) / sqrt(fan_in)


def one_row_for_all(shape, fan_in, rng, inputs):
    return torch.randn(shape[1:], generator=rng).expand(shape).clone()


def test_a_seed_of_its_own_is_caught():
    hold(drawing(seeded_anew), CHANCE)
    assert "another stream" in catch(drawing(seeded_anew), OTHER, GaussClaims())


def test_neurons_that_start_alike_are_caught():
    assert "two neurons" in catch(drawing(one_row_for_all), OTHER, GaussClaims())


MOMENT = {
    "not divided by the fan-in": (lambda s, n, rng, i: torch.randn(s, generator=rng), "variance"),
    "divided by the fan-in": (lambda s, n, rng, i: torch.randn(s, generator=rng) / n, "variance"),
    "by the neurons": (lambda s, n, rng, i: torch.randn(s, generator=rng) / sqrt(s[0]), "variance"),
    "five hundredths more": (
        lambda s, n, rng, i: 1.05 * torch.randn(s, generator=rng) / sqrt(n),
        "variance",
    ),
    "shifted": (
        lambda s, n, rng, i: (torch.randn(s, generator=rng) + 0.05) / sqrt(n),
        "the first moment",
    ),
}


@pytest.mark.parametrize(("draw", "said"), MOMENT.values(), ids=MOMENT.keys())
def test_other_moments_are_caught(draw, said):
    assert said in catch(drawing(draw), MOMENTS, GaussClaims())


def test_weights_beyond_the_bounds_are_caught():
    """A normal distribution with the mean and the variance of the uniform one."""
    draw = drawing(lambda s, n, rng, i: 1 + torch.randn(s, generator=rng) / sqrt(3))
    assert "weights from" in catch(draw, MOMENTS, PositiveClaims())
