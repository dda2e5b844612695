"""Effective weights that are broken on purpose, and the checks that must catch them."""

import pytest
from support.asking import catch, hold, skip
from support.sound import sound

from neuroplast import Effective
from neuroplast.testing import EffectiveClaims, Example

FORMULA = "equals its formula, looped"
HAND = "gives the numbers worked by hand"
ITSELF = "gives w itself, or a new tensor"


class Share(Effective):
    """|w| over the neuron's sum of |w|."""

    kind = "share"
    keeps_signs = False

    def effective(self, w):
        size = w.abs()
        return size / size.flatten(1).sum(1).view(-1, *[1] * (w.dim() - 1))


class ShareClaims(EffectiveClaims):
    of = "share"
    examples = (Example({"w": [[1.0, -3.0], [2.0, 2.0]]}, [[0.25, 0.75], [0.5, 0.5]]),)

    def effective(self, effective, w):
        return [[abs(v) / sum(map(abs, row)) for v in row] for row in w]


class Untouched(Effective):
    """w."""

    kind = "untouched"

    def effective(self, w):
        return w


def test_sound_effectives_pass():
    sound(Share(), "effectives", ShareClaims())
    sound(Untouched(), "effectives", but=(FORMULA, HAND))
    assert "no claims say what untouched does" in skip(Untouched(), FORMULA)


class OverInputs(Share):
    """The shares of an input among neurons."""

    def effective(self, w):
        return w.abs() / w.abs().sum(0)


class Signed(Share):
    def effective(self, w):
        return w / w.abs().flatten(1).sum(1).view(-1, *[1] * (w.dim() - 1))


@pytest.mark.parametrize("part", [OverInputs(), Signed()])
@pytest.mark.parametrize("name", [FORMULA, HAND])
def test_another_form_is_caught(part, name):
    assert "off by" in catch(part, name, ShareClaims())


class Copy(Untouched):
    def effective(self, w):
        return w.clone()


class Alias(Untouched):
    def effective(self, w):
        return w.detach()


class Rectified(Untouched):
    def effective(self, w):
        return w.clamp_(min=0)


def test_copies_aliases_and_work_in_place_are_caught():
    assert "always equal to it" in catch(Copy(), ITSELF)
    assert "on the memory of w" in catch(Alias(), ITSELF)
    assert "changed w" in catch(Rectified(), "changes nothing it is handed")


def test_signs_that_are_lost_are_found_unless_declared():
    name = "keeps the signs of weights, or says that it does not"
    sizes = type("Sizes", (Effective,), {"kind": "sizes", "effective": lambda self, w: w.abs()})
    assert "declare keeps_signs = False" in catch(sizes(), name)
    hold(type("Honest", (sizes,), {"keeps_signs": False})(), name)
