"""Examples worked by hand that cannot be read: each fault, told with what would do."""

from typing import Any, ClassVar

import pytest
import torch

from neuroplast import Competition, Memory, Rule, registry
from neuroplast.testing import Example
from neuroplast.testing.examples import faults_of
from neuroplast.testing.forms import form


class Modulated(Rule):
    """Δw = reward · g x - θ, of which this says only what it reads."""

    kind: ClassVar[str] = "modulated"
    uses: ClassVar[set[str]] = {"pre", "post", "reward"}
    theta = Memory("post")
    trace = Memory("weights")
    count = Memory("scalar")

    def delta(self, view):
        return view.outer(view.g)


def default(family, kind):
    return registry.current().get(family, kind).part()


def found(part, given: dict[str, Any], expected: Any) -> list[str]:
    return list(faults_of(Example(given, expected), form(part.family), part))


WHOLE = {
    "w": [[1.0, 2.0]],
    "x": [[1.0, 2.0], [3.0, 4.0]],
    "g": [[1.0], [2.0]],
    "signals": {"reward": [1.0, -1.0]},
    "memory": {"theta": [0.5], "trace": [[0.1, 0.2]], "count": 3},
}
EXPECTED = [[0.0, 1.0]]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"u": [[1.0], [2.0]], "w_e": [[0.0, 0.0]]},
        {"signals": {"reward": [[1.0], [2.0]]}},
        {"w": ((1, 2),), "x": torch.ones(2, 2)},
        {"memory": {"theta": 0.5}},
    ],
    ids=str,
)
def test_what_can_be_read_has_no_fault(given):
    assert found(Modulated(), {**WHOLE, **given}, EXPECTED) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"X": 0}, "gives 'X', which nothing reads; known: g, memory, signals, u, v, w, w_e, x"),
        ({"memry": {}}, "gives 'memry', which nothing reads; did you mean 'memory'?"),
        ({"x": None}, "x has None; give numbers, as nested lists"),
        ({"x": [["1", 2.0]] * 2}, "x has '1'; give numbers, as nested lists"),
        ({"x": [[True, 2.0]] * 2}, "x has True; give numbers, as nested lists"),
        ({"x": [[float("nan"), 2.0]] * 2}, "x has nan; give finite numbers"),
        ({"x": [1.0, 2.0]}, "x has shape (2,); give (batch, pre)"),
        ({"x": 1.0}, "x has one number; give (batch, pre)"),
        ({"x": [[1.0], [1.0, 2.0]]}, "x is ragged: [[1.0], [1.0, 2.0]]"),
        ({"x": [1.0, [1.0, 2.0]]}, "x is ragged"),
        ({"x": [[], []]}, "x has an empty list; give numbers"),
        ({"x": [[1.0, 2.0, 3.0]] * 2}, "x has 3 pre where w has 2"),
        ({"g": [[1.0]]}, "g has 1 batch where x has 2"),
        ({"v": [[1.0, 2.0]] * 2}, "v has 2 post where w has 1"),
        ({"signals": {}}, "gives no signal 'reward', which modulated reads; give (batch)"),
        ({"signals": {"reward": [1.0]}}, "signal reward has 1 batch where x has 2"),
        ({"signals": {"reward": [1, 1], "rewrd": 1}}, "signal 'rewrd' is not read by modulated"),
        ({"signals": [1.0]}, "signals is [1.0]; make it a table"),
        ({"memory": [1.0]}, "memory is [1.0]; make it a table"),
        ({"memory": {"tehta": [1.0]}}, "memory 'tehta' is none of modulated; did you mean 'theta'"),
        ({"memory": {"theta": [1.0, 2.0]}}, "memory theta has shape (2,); it needs shape (1,)"),
        ({"memory": {"trace": [1.0]}}, "memory trace has shape (1,); it needs shape (1, 2)"),
        ({"memory": {"count": "1"}}, "memory count has '1'; give numbers"),
    ],
    ids=str,
)
def test_each_fault_of_what_is_given_is_told(given, told):
    (fault,) = found(Modulated(), {**WHOLE, **given}, EXPECTED)
    assert told in fault


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ([[0.0, 1.0, 2.0]], "expected has 3 pre where w has 2"),
        ([0.0, 1.0], "expected has shape (2,); give (post, pre)"),
        (None, "expected has None; give numbers, as nested lists"),
    ],
)
def test_each_fault_of_what_is_expected_is_told(expected, told):
    (fault,) = found(Modulated(), WHOLE, expected)
    assert told in fault


def test_all_faults_are_told_at_once():
    faults = found(Modulated(), {"w": [[1.0], [2.0, 3.0]], "X": 1}, 3.0)
    beginnings = [fault.split(";")[0] for fault in faults]
    assert beginnings == [
        "gives 'X', which nothing reads",
        "w is ragged: [[1.0], [2.0, 3.0]]",
        "gives no x",
        "gives no g",
        "expected has one number",
        "gives no signal 'reward', which modulated reads",
    ]


def test_given_must_be_a_table():
    (fault,) = found(Modulated(), [1.0], EXPECTED)
    assert fault == "given is [1.0]; make it a table of the arguments by name"


@pytest.mark.parametrize(
    ("family", "kind", "given", "expected", "told"),
    [
        ("competition", "hard_wta", {"v": [1.0, 2.0]}, [1.0], "expected has 1 competitors where v"),
        ("scaling", "sum", {"dw": [[1.0]]}, [[1.0]], "gives no count; give it: a whole number"),
        ("scaling", "sum", {"dw": [[1.0]], "count": 1.5}, [[1.0]], "count is 1.5; give a whole"),
        ("scaling", "sum", {"dw": [[1.0]], "count": -1}, [[1.0]], "count is -1; give a whole"),
        (
            *("scaling", "sum", {"dw": [[1.0]], "count": 2, "g": [[1.0]]}, [[1.0]]),
            "g has 1 events where count is 2",
        ),
        ("rate", "linear", {"step": 3}, 0.1, "step is 3 where steps is 1; the last step is 0"),
        (
            *("rate", "linear", {"epoch": 4, "epochs": 4}, 0.1),
            "epoch is 4 where epochs is 4; the last epoch is 3",
        ),
        ("rate", "linear", {"w": [1.0]}, [0.1], "expected has shape (1,); give a number"),
        ("step", "plain", {"w": 1.0, "dw": 2.0}, 1.5, "gives no eta; give it: a number"),
        (
            *("constraint", "unit_norm", {"w": [[1.0]], "signs": [0]}, [[1.0]]),
            "signs is [0]; each is 1 or -1",
        ),
        ("population", "winners", {"v": [1.0]}, [1.0], "gives no g; give it: (post)"),
        ("pool", "none", {"y": [1.0]}, [[1.0]], "y has shape (1,); give (rows, columns)"),
        (
            *("normalisation", "none", {"x": [[1.0]], "adapting": 1}, [[1.0]]),
            "adapting is 1; make it True or False",
        ),
        (
            *("normalisation", "none", {"x": [[[1.0, 2.0]]]}, [[[1.0]]]),
            "expected has 1 position 1 where x has 2",
        ),
        ("similarity", "dot", {"x": [1.0], "w": [1.0, 2.0]}, 1.0, "w has 2 synapses where x has 1"),
        ("recipe", "softhebb", {"w": [[1.0]], "x": [[1.0]]}, [[1.0]], "make it a table with some"),
        ("recipe", "softhebb", {"w": [[1.0]], "x": [[1.0]]}, {}, "make it a table with some"),
        (
            *("recipe", "softhebb", {"w": [[1.0]], "x": [[1.0]]}, {"v": [[1.0]], "y": [[1.0]]}),
            "expects 'v', which nothing gives",
        ),
        (
            *("recipe", "softhebb", {"w": [[1.0]], "x": [[1.0]]}, {"y": [[1.0]] * 2}),
            "expected y has 2 batch where x has 1",
        ),
    ],
)
def test_each_family_says_what_it_is_given(family, kind, given, expected, told):
    part = registry.current().get(family, kind).part
    made = part(**({"eta": 0.1} if family == "rate" else {}))
    (fault,) = found(made, given, expected)
    assert told in fault


class Habituated(Competition):
    """Remembers a value of each neuron, and one of each place."""

    kind: ClassVar[str] = "habituated"
    axis: str = "channels"
    tired = Memory("post")
    worn = Memory("positions")

    def compete(self, v, memory):
        return v


@pytest.mark.parametrize(("axis", "neurons", "places"), [("channels", 3, 1), ("space", 1, 3)])
def test_competitors_are_neurons_or_the_places_of_one(axis, neurons, places):
    part = Habituated(axis=axis)
    given = {"v": [1.0, 2.0, 3.0], "memory": {"tired": [0.0] * neurons, "worn": [0.0] * places}}
    assert found(part, given, [1.0, 2.0, 3.0]) == []
    for name in given["memory"]:
        (fault,) = found(part, {**given, "memory": {name: [0.0] * 2}}, [1.0, 2.0, 3.0])
        assert f"memory {name} has shape (2,)" in fault


def test_a_population_that_does_not_read_g_needs_none():
    assert found(default("population", "relu"), {"v": [1.0]}, [1.0]) == []
