"""One net whose three layers use three rules, competitions and rates, from the command line alone, on real images."""

import pytest

from neuroplast import cli, discovery, registry
from neuroplast.recording.reader import open_run

SETS = [
    *("presentations=60", "readouts=[]"),
    *("layer1.rule=hebb", "layer1.scaling=mean", "layer1.constraints=unit_norm"),
    *("layer1.competition.kind=k_wta", "layer1.competition.k=3"),
    *("layer1.rate={kind = 'constant', eta = 0.1}", "layer1.initialisation.radius=1"),
    *("layer2.rule=instar", "layer2.scaling=mean", "layer2.initialisation.radius=1"),
    *("layer2.competition={kind = 'hard_wta'}", "layer2.rate={kind = 'linear', eta = 0.5}"),
]


@pytest.fixture(autouse=True)
def own_registry():
    """The command line chooses plugins for the whole process."""
    yield
    registry.use(None)
    discovery.choose()


def test_three_rules_in_one_net(tmp_path, capsys):
    words = ["run", "quickstart", "--condition", "learned", "--seed", "0", "--device", "cpu"]
    words += ["--threads", "1", "--out", str(tmp_path / "out")]
    code = cli.main([*words, *(w for entry in SETS for w in ("--set", entry))])
    told = capsys.readouterr()
    assert (code, told.err) == (0, "")
    with open_run(tmp_path / "out") as recording:
        assert (recording.state, recording.steps_done) == ("complete", 6)
        assert recording.data["name"] == "fashion_mnist_small"
        layers = recording.scenario["layers"]
        attributes = [recording.layers[f"layer{i}"].attributes for i in (1, 2, 3)]
        before, after = recording.snapshot(0), recording.final_state()
        parts = set(recording.parts)
    assert [a["rule"] for a in attributes] == ["hebb", "instar", "softhebb"]
    assert [a["competition"] for a in attributes] == ["k_wta", "hard_wta", "soft_wta"]
    rates = [[rate["kind"] for rate in layer["rate"]] for layer in layers]
    assert rates == [["constant"], ["linear"], ["weight_norm", "linear"]]
    assert layers[0]["competition"]["k"] == 3
    named = {part.partition("==")[0] for part in parts}
    assert {"rule:hebb", "rule:instar", "rule:softhebb", "constraint:unit_norm"} <= named
    for name in before:
        assert not before[name]["w"].equal(after[name]["w"])
        assert after[name]["w"].isfinite().all()
    length = after["layer1"]["w"].flatten(1).norm(dim=1)
    assert float((length - 1).abs().max()) < 1e-4
