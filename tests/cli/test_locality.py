"""`show` tells measured locality: of a part, and of each layer with the parts that bring it."""

import json

import pytest


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rule", "oja"), "Locality: tier A ("),
        (("scaling", "largest"), "couples_batch, couples_neurons; measured with largest"),
        (("rate", "weight-norm"), "Locality: tier N ("),
    ],
    ids=" ".join,
)
def test_of_a_part(cli, words, told):
    assert told in cli("show", *words).out


def test_as_json(cli):
    told = json.loads(cli("show", "competition", "soft-wta", "--json").out)["locality"]
    assert (told["tier"], told["couples_neurons"]) == ("B", False)
    assert told["depends_on"] == ["layer", "post"]
    assert json.loads(cli("show", "readout", "linear", "--json").out)["locality"] is None


def test_of_the_layers_of_a_scenario(cli, scenario):
    assert "layer1 locality, measured: tier A\n" in cli("show", scenario()).out
    told = cli("show", scenario(), "--set", "layer1.scaling=largest").out
    assert "layer1 locality, measured: tier B from scaling largest; couples_batch" in told


def test_of_layers_that_no_rule_changes(cli, scenario):
    random = cli("show", scenario(), "--set", 'phases=[{adapt = ["statistics"]}]').out
    assert "layer1 locality, measured: learns nothing" in random
    backprop = cli("show", scenario(), "--set", 'phases=[{learning = "gradient"}]').out
    assert "layer1 locality, measured: tier D from backprop" in backprop


def test_a_part_that_cannot_be_measured_is_shown_all_the_same(cli, tmp_path):
    file = tmp_path / "broken.py"
    file.write_text(
        '''
from neuroplast import Rule, hookimpl

class Broken(Rule):
    """Raises."""

    kind = "broken"

    def delta(self, view):
        raise ZeroDivisionError("no reason")

@hookimpl
def rules():
    return [Broken]
'''
    )
    answer = cli("--plugin", str(file), "show", "rule", "broken")
    assert answer.code == 0
    assert "Locality: not measured (ZeroDivisionError: no reason)" in answer.out
