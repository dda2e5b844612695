"""What a part gives that nothing can be done with is told at once, under the name of that part."""

from typing import ClassVar

import pytest
import torch
from support import doubles
from support.doubles import spec
from support.numbers import normal

from neuroplast import (
    Competition,
    Constraint,
    Dynamics,
    Effective,
    Initialisation,
    Layer,
    Normalisation,
    Pool,
    Population,
    Rate,
    Rule,
    Scaling,
    Signal,
    Similarity,
)
from neuroplast.errors import PartError

X = normal(4, 3, dtype=torch.float32)


def part(base, **members):
    """A part of a family with these methods."""
    named = {"__module__": __name__, "__annotations__": {"kind": ClassVar[str]}, "kind": "odd"}
    return type("Odd", (base,), {**named, **members})()


def learned(**entries):
    """One step of a layer with these parts."""
    return Layer(spec(**entries), (3,)).learn(X, torch.arange(4) % 2)


def told(**entries):
    with pytest.raises(PartError) as caught:
        learned(**entries)
    assert caught.value.part.kind == "odd"
    return str(caught.value)


class Answering(Rule):
    """Asks for a signal."""

    kind: ClassVar[str] = "answering"
    uses: ClassVar[set[str]] = {"pre", "post", "reward"}

    def delta(self, view):
        return view.outer(view.g)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (lambda v: None, "compete gave None; give a tensor of shape (4, 2)"),
        (lambda v: v.tolist(), "compete gave list [["),
        (lambda v: v.numpy(), "compete gave ndarray array(["),
        (lambda v: v.sum(1), "compete gave a tensor of shape (4,); give it (4, 2)"),
        (
            lambda v: v.double(),
            "compete gave torch.float64 on cpu; give torch.float32 on cpu, as it is handed",
        ),
        (lambda v: v.to("meta"), "compete gave torch.float32 on meta; give torch.float32 on cpu"),
    ],
)
def test_what_is_no_tensor_like_the_one_handed_over(found, words):
    odd = part(Competition, compete=lambda self, v, memory: found(v))
    assert told(competition=odd).startswith(f"competition 'odd': {words}")


def test_long_answers_are_cut_short():
    odd = part(Competition, compete=lambda self, v, memory: list(range(1000)))
    assert "16, 1...; give" in told(competition=odd)


@pytest.mark.parametrize(
    ("entry", "base", "method", "arguments"),
    [
        ("normalisation", Normalisation, "normalise", "x, memory, adapting"),
        ("initialisation", Initialisation, "draw", "shape, fan_in, rng, inputs"),
        ("effective", Effective, "effective", "w"),
        ("similarity", Similarity, "drive", "geometry, x, w_e"),
        ("response_similarity", Similarity, "drive", "geometry, x, w_e"),
        ("dynamics", Dynamics, "integrate", "u, memory"),
        ("competition", Competition, "compete", "v, memory"),
        ("population", Population, "respond", "v, g"),
        ("pool", Pool, "pool", "y"),
        ("rule", Rule, "delta", "view"),
        ("scaling", Scaling, "scale", "delta, view"),
        ("rate", Rate, "at", "view, progress"),
        ("constraints", Constraint, "enforce", "w, context"),
    ],
)
def test_a_part_that_returns_nothing_is_named(entry, base, method, arguments):
    nothing = eval(f"lambda self, {arguments}: None")
    more = {"output_shape": lambda self, shape: shape} if base is Pool else {}
    more |= {"start": lambda self, w, context: None} if base is Constraint else {}
    odd = part(base, **{method: nothing}, **more)
    many = entry in ("dynamics", "rate", "constraints")
    words = told(**{entry: (odd,) if many else odd})
    assert words.startswith(f"{base.family} 'odd': {method} gave None; give ")


def test_a_signal_gives_one_value_for_each_stimulus_or_neuron():
    for found, words in (
        (None, "signal gave None; give a tensor of shape (4,)"),
        (torch.zeros(3), "signal gave a tensor of shape (3,); give it (4,)"),
        (torch.zeros(4, 3), "signal gave a tensor of shape (4, 3); give it (4, 2)"),
    ):
        odd = part(Signal, signal=lambda self, labels, response, found=found: found)
        assert words in told(rule=Answering(), signals={"reward": odd})
    for shape in ((4,), (4, 2)):
        fit = part(Signal, signal=lambda self, labels, response, s=shape: torch.zeros(s))
        learned(rule=Answering(), signals={"reward": fit})


def test_a_rate_of_a_shape_that_no_neurons_have():
    odd = part(Rate, at=lambda self, view, progress: torch.ones(5))
    assert "at gave a tensor of shape (5,); give a number, or shape (2,)" in told(rate=(odd,))
    odd = part(Rate, at=lambda self, view, progress: "0.1")
    assert "at gave str '0.1'; give a number" in told(rate=(odd,))


@pytest.mark.parametrize("found", [2, torch.tensor(2), torch.tensor([2])])
def test_a_count_is_one_whole_number(found):
    odd = part(Constraint, enforce=lambda self, w, context: found)
    layer = Layer(spec(constraints=(odd,)), (3,))
    layer.learn(X)
    assert int(layer.projections[0].corrected) == 2


@pytest.mark.parametrize("found", [torch.tensor(0.5), torch.zeros(2, dtype=torch.int64), "two"])
def test_a_count_that_is_none_is_told(found):
    odd = part(Constraint, enforce=lambda self, w, context: found)
    assert "give the count of what it corrected, a scalar tensor" in told(constraints=(odd,))


def test_a_geometry_that_gives_another_drive_than_it_says_is_named_not_the_similarity():
    class Odd(doubles.Matrix):
        kind: ClassVar[str] = "odd"

        def drive(self, x, w):
            return super().drive(x, w)[:, :1]

    words = told(synapse=Odd())
    assert words == "synapse 'odd': drive gave a tensor of shape (4, 1); give it (4, 2)"


def test_what_fits_is_learned_from():
    assert learned().shape == (4, 2)
