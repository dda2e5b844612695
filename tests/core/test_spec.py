"""A layer as data: its sentence, its forms, its names."""

import pytest
from support import doubles
from support.doubles import joining, spec

from neuroplast import Competition, ConfigurationError, Rate, Recipe, Rule, Signal
from neuroplast.spec import LayerSpec, ProjectionSpec, part_fields, with_names


def test_the_sentence_of_a_layer_fills_in_every_part():
    sentence = spec(
        normalisation=doubles.AsGiven(gain=2),
        dynamics=(doubles.Shift(by=1), doubles.Tally()),
        rate=(doubles.Fixed(eta=0.25), doubles.OfTheStep()),
        constraints=(doubles.Below(bound=3), doubles.Below(bound=4)),
        rule=doubles.Fading(),
    ).sentence()
    order = [
        "as_given(gain=2.0)",
        "drawn",
        "itself",
        "straight(gain=1.0)",
        "matrix(neurons=2)",
        "fading",
        "as_it_stands",
        "fixed(eta=0.25) × of_the_step",
        "adding",
        "below(bound=3.0) and below(bound=4.0)",
        "shift(factor=1.0, by=1.0) → tally",
        "everyone(gain=1.0)",
        "whole",
        "answer",
    ]
    places = [sentence.find(part) for part in order]
    assert -1 not in places, sentence
    assert places == sorted(places), sentence


def test_a_layer_that_does_not_learn_says_so():
    assert "no learning" in spec(rule=None).sentence()
    assert "growth" not in spec(rule=None).sentence()


def test_every_projection_has_its_sentence():
    two = tuple(ProjectionSpec(**doubles.common(n)) for n in (3, 4))
    sentence = joining(projections=two).sentence()
    assert sentence.index("neurons=3") < sentence.index("neurons=4") < sentence.index("everyone")


def test_both_forms_are_one():
    short = spec()
    assert short.all_projections() == (short,)
    assert joining().all_projections() == ()


def test_the_entries_that_hold_parts_are_known():
    fields = part_fields(LayerSpec)
    assert fields["rule"] is Rule
    assert fields["rate"] is Rate  # a list of them
    assert fields["signals"] is Signal  # a table of them
    assert fields["competition"] is Competition
    assert fields["use"] is Recipe
    assert not {"name", "about", "input", "join", "projections"} & set(fields)


def test_layers_get_names_by_their_place():
    named = with_names([spec(), spec(name="mine"), spec()])
    assert [s.name for s in named] == ["layer1", "mine", "layer3"]


def test_a_name_by_place_is_a_name_like_any_other():
    with pytest.raises(ConfigurationError, match="'layer1' is taken"):
        with_names([spec(), spec(name="layer1")])


def test_a_layer_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        spec().rule = None
