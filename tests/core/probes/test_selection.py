"""What a scenario asks for is found in the layers, or refused with what was meant."""

import pytest

from neuroplast import runs
from neuroplast.drafts import draft, find_problems
from neuroplast.errors import ScenarioError

LAYER = {
    "use": "softhebb",
    "rate": {"kind": "constant", "eta": 0.01},
}


def tables(*probes, **record):
    dense = [{**LAYER, "synapse": {"kind": "dense", "neurons": n}} for n in (4, 3)]
    dense[1] |= {"rule": "bcm"}
    return {
        "stimuli": {"kind": "gaussian", "inputs": 5, "train": 40},
        "layers": dense,
        "record": {"probes": [*probes], **record},
    }


def probe(**entries):
    return {"name": "mine", "variables": "ltp", "every": 2, **entries}


def told(*probes, **record):
    """What validation says, as lines."""
    given = draft(tables(*probes, **record))
    return [str(problem) for problem in find_problems(given, [""])]


def test_probes_that_can_be_meant_are_valid():
    assert (
        told(probe(), probe(name="theta", variables="rule.theta"), probe(name="e", neurons=[2]))
        == []
    )


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (
            {"variables": ["w", "lpt"]},
            "record.mine.variables: no layer has the variable 'lpt'; did you mean 'ltp'?",
        ),
        (
            {"variables": "rule.theta", "layers": ["layer2", "layer1"]},
            "record.mine.variables: layer1 has no variable 'rule.theta'; known: activity, ",
        ),
        (
            {"layers": "layr2"},
            "names a layer 'layr2' that is not there; did you mean 'layer2'?",
        ),
        (
            {"neurons": [0, 3]},
            "record.mine.neurons: layer2 has 3 neurons, and no neuron 3; choose from 0 to 2, or name other layers",
        ),
        (
            {"variables": ["ltp", "corrected_count"], "neurons": [0], "layers": "layer1"},
            "record.mine.neurons: corrected_count of layer1 is not given neuron by neuron; leave neurons out",
        ),
        ({"reduce": "meen"}, "record.mine.reduce: "),
    ],
)
def test_what_is_not_there_is_told_with_what_is(entries, expected):
    (line,) = told(probe(**entries))
    assert line.partition(expected)[1], line


def test_all_that_is_wrong_is_told_at_once():
    lines = told(probe(variables=["lpt", "duty_cylce"]), probe(name="other", variables="ww"))
    assert [line.partition(":")[0] for line in lines] == [
        "record.mine.variables",
        "record.mine.variables",
        "record.other.variables",
    ]
    assert "did you mean 'duty_cycle'" in lines[1]


def test_a_probe_that_would_see_no_step_is_refused_before_the_run():
    with pytest.raises(
        ScenarioError, match=r"record\.mine: samples no step: it looks every 2 steps from step 9"
    ):
        runs.plan(tables(probe(**{"from": 9}), probe(name="fine")))


def test_an_entry_of_a_probe_can_be_set_by_its_name():
    given = draft(tables(probe()), ["record.probes.mine.every=7"])
    assert given.resolve().record.probes[0].every == 7


def test_a_stored_scenario_gives_the_same_probes():
    first = draft(
        tables(probe(**{"from": 2}, reduce="histogram", bins=3, range=[0, 1]), budget=0.5)
    ).resolve()
    assert draft(first.plain()).resolve() == first
