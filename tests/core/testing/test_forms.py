"""What claims of each family consist of, against the claims' interfaces."""

import inspect

import pytest

from neuroplast import testing
from neuroplast.kinds import KINDS
from neuroplast.testing import Claims
from neuroplast.testing.forms import form

BASES = [
    base
    for name in testing.__all__
    if name.endswith("Claims") and (base := getattr(testing, name)) is not Claims
]
OPTIONAL = {"moments", "settle"}
"""Not stated where the entries of an initialisation are not alike; where a mechanism does not leak."""


def test_every_family_has_its_claims():
    assert {base.family for base in BASES} == set(KINDS)


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.family)
def test_the_formulas_are_the_methods_that_state_nothing_of_their_own(base):
    bare = {
        name
        for name, method in vars(base).items()
        if inspect.isfunction(method) and "NotImplementedError" in inspect.getsource(method)
    }
    assert set(form(base.family).formulas) == bare - OPTIONAL


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.family)
def test_what_examples_are_given_is_what_the_claims_say(base):
    given = form(base.family).given
    assert bool(given) == hasattr(base, "examples")
    for name in given:
        assert name in base.__doc__.partition("Examples: given")[2]
