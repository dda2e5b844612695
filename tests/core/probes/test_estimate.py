"""The size of a record is told before the run, and too large a one refused."""

import pytest
from support.doubles import spec

from neuroplast import runs
from neuroplast.errors import ScenarioError
from neuroplast.layer import PLASTIC
from neuroplast.network import Network
from neuroplast.probes.estimate import estimate, find_excess, readable
from neuroplast.probes.schedule import Stretch
from neuroplast.probes.spec import RecordSpec

STRETCHES = [Stretch(0, 100, 50, ("layer1", "layer2"))]


def sized(*probes, **record):
    """Of two layers of doubles: 4 neurons of 3 inputs, 2 of 4."""
    network = Network([spec(4), spec(2)], (3,), seed=0)
    network.adapt(dict.fromkeys(network.layers, PLASTIC))
    asked = RecordSpec(probes=probes, **record)
    return asked, estimate(asked, network.layers, STRETCHES)


def test_sizes_by_hand():
    probe = {"name": "w", "variables": ["w", "ltp", "win_count"], "every": 25, "layers": "layer1"}
    histogram = {"name": "h", "variables": "dw", "log": 1, "reduce": "histogram", "bins": 5}
    _, found = sized(probe, {**histogram, "range": [0, 1], "neurons": [1]}, every=10)
    # 12 + 8 weights, and the three counters of the doubles in each layer, all in float32, twice
    assert found.state == 2 * 4 * (12 + 8 + 6)
    # 10 rows: the step; of 4 or 2 neurons activity and five numbers in float32 and wins in float64; four numbers
    assert found.series == 10 * (2 * 4 + (4 + 2) * (6 * 4 + 8) + 2 * 4 * 8)
    assert found.probes == {
        "w": 4 * (4 + 12 * 4 + 4 * 4 + 4 * 8),
        "h": 2 * (4 + 7 * 8),
    }
    assert found.total == found.state + found.series + sum(found.probes.values())


def test_without_defaults_there_are_no_series():
    assert sized(defaults=False)[1].series == 0


WHOLE = {"name": "whole", "variables": "w", "every": 2}
SMALL = {"name": "small", "variables": "w_norm", "every": 50}


def test_what_fits_is_not_refused():
    asked, found = sized(WHOLE, budget=1.0)
    assert find_excess(asked, found) == []


def test_the_probe_that_breaks_the_budget_is_named_with_what_to_change():
    asked, found = sized(SMALL, WHOLE, budget=5e-6)
    (problem,) = find_excess(asked, found)
    assert problem.path == "record.whole"
    assert f"its samples would take {readable(found.probes['whole'])}" in problem.found
    assert f"the record would take {readable(found.total)} of a budget of 5e-06 GB" in problem.found
    left = 5000 - (found.total - found.probes["whole"])
    assert left > 0
    every = 2 * -(-found.probes["whole"] // left)
    assert f"set every = {every}, choose neurons, take norms" in problem.remedy
    assert find_excess(*sized(SMALL, {**WHOLE, "every": every}, budget=5e-6)) == []


def test_a_budget_that_is_broken_without_probes():
    asked, found = sized(SMALL, budget=1e-6)
    (problem,) = find_excess(asked, found)
    assert problem.path == "record.budget"
    assert "even without probes; raise record.every (10)" in str(problem)


def test_a_run_is_refused_before_it_starts(tmp_path):
    tables = {
        "stimuli": {"kind": "gaussian", "inputs": 5, "train": 1000},
        "layers": [
            {
                "use": "softhebb",
                "synapse": {"kind": "dense", "neurons": 4},
                "rate": {"kind": "constant", "eta": 0.01},
            }
        ],
        "record": {"probes": [WHOLE], "budget": 4e-6},
    }
    for start in (runs.plan, lambda given: runs.run(given, out=tmp_path / "out", device="cpu")):
        with pytest.raises(ScenarioError, match=r"record\.whole: its samples would take") as caught:
            start(tables)
        assert caught.value.exit_code == 2
    assert not (tmp_path / "out" / "run.h5").exists()
    tables["record"]["budget"] = 1
    lines = runs.plan(tables).lines()
    assert "probe whole 4.2 kB" in lines[-1]  # 50 rows of a step and 4 x 5 weights


@pytest.mark.parametrize(
    ("size", "text"),
    [(12, "12 B"), (1500, "1.5 kB"), (2e6, "2.0 MB"), (3.25e9, "3.2 GB")],
)
def test_readable(size, text):
    assert readable(size) == text
