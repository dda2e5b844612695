"""Similarities that are broken on purpose, and the checks that must catch them."""

import pytest
from support.asking import catch, hold, skip
from support.sound import sound

from neuroplast import Similarity, registry
from neuroplast.functional import per_neuron
from neuroplast.testing import Example, SimilarityClaims

FORMULA = "equals its formula, looped"
HAND = "gives the numbers worked by hand"
REFERENCE = "gives on the reference lowering what it gives on the fast one"
APART = "drives each stimulus, position and neuron alone"
FINITE = "stays finite without input and without weights"


class Nearness(Similarity):
    """u = w·x - ½ |w|²."""

    kind = "nearness"

    def drive(self, geometry, x, w_e):
        u = geometry.drive(x, w_e)
        return u - per_neuron(w_e.flatten(1).square().sum(1) / 2, u[0])


class NearnessClaims(SimilarityClaims):
    of = "nearness"
    examples = (Example({"x": [1.0, 2.0], "w": [3.0, 1.0]}, 0.0),)

    def drive(self, similarity, x, w):
        return sum(a * b for a, b in zip(x, w, strict=True)) - sum(b * b for b in w) / 2


@pytest.fixture(scope="module")
def geometries():
    """Every geometry that the built-in claims name."""
    known = registry.current()
    assert known.claims("synapse", "conv2d") is not None
    return known


def test_a_sound_similarity_passes(geometries):
    sound(Nearness(), "similarities", NearnessClaims(), registry=geometries)
    assert "no claims say what nearness does" in skip(Nearness(), FORMULA)


class Dot(Nearness):
    def drive(self, geometry, x, w_e):
        return geometry.drive(x, w_e)


class WholeNorm(Nearness):
    """|w|² over all neurons."""

    def drive(self, geometry, x, w_e):
        return geometry.drive(x, w_e) - w_e.square().sum() / 2


class OwnProduct(Nearness):
    """Multiplies by itself where it can, wrongly."""

    def drive(self, geometry, x, w_e):
        if x.dim() == 2 and not hasattr(geometry, "synapse"):
            return x @ w_e.T * 1.01
        return geometry.drive(x, w_e)


class Centred(Nearness):
    def drive(self, geometry, x, w_e):
        return geometry.drive(x - x.mean(0, keepdim=True), w_e)


class Blurred(Nearness):
    def drive(self, geometry, x, w_e):
        u = geometry.drive(x, w_e)
        return u - u.mean(-1, keepdim=True) if u.dim() > 2 else u


class Cosine(Nearness):
    def drive(self, geometry, x, w_e):
        u = geometry.drive(x, w_e)
        return u / per_neuron(w_e.flatten(1).norm(dim=1), u[0])


@pytest.mark.parametrize(
    ("part", "name", "told"),
    [
        (Dot(), FORMULA, "off by"),
        (Dot(), HAND, "expected = 0.0"),
        (WholeNorm(), FORMULA, "off by"),
        (WholeNorm(), APART, "neuron 0 with other weights"),
        (OwnProduct(), REFERENCE, "off by 0.01"),
        (Centred(), APART, "stimulus 0 alone"),
        (Blurred(), APART, "position (0,)"),
        (Cosine(), FINITE, "where all of w_e is zero"),
    ],
)
def test_another_drive_is_caught(part, name, told):
    assert told in catch(part, name, NearnessClaims())


class OnMaps(Nearness):
    """Right but on maps of a strided geometry, whose output is smaller than its input."""

    def drive(self, geometry, x, w_e):
        u = super().drive(geometry, x, w_e)
        return u if w_e.dim() < 4 or u.shape[2:] == x.shape[2:] else u * 1.5


def test_every_geometry_is_asked(geometries):
    hold(OnMaps(), FORMULA, NearnessClaims())
    assert "off by" in catch(OnMaps(), FORMULA, NearnessClaims(), registry=geometries)
