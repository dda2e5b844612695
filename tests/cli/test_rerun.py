"""`rerun`: exit codes, and what is said."""

import json

import h5py
import pytest

PLUGIN = '''
from neuroplast import Rate, hookimpl


class Own(Rate):
    """η = 0.01."""

    kind = "own_rate"

    def at(self, view, progress):
        return 0.01


@hookimpl
def rates():
    return [Own]
'''


@pytest.fixture
def run(cli, scenario, tmp_path):
    assert cli("run", scenario(), "--out", "here", "--threads", "1").code == 0
    return tmp_path / "here"


def test_the_same_is_0(cli, run):
    answer = cli("rerun", "here")
    assert (answer.code, answer.err) == (0, "")
    with h5py.File(run / "run.h5") as file:
        digest = file["provenance"].attrs["content_sha256"].decode()
    assert answer.out == f"here/run.h5: the same came out, to the bit; content_sha256 {digest}\n"


def test_the_new_run_is_kept_where_asked(cli, run, tmp_path):
    answer = cli("rerun", "here/run.h5", "--out", "again")
    assert answer.out.endswith("written: again\n")
    assert (tmp_path / "again" / "run.h5").read_bytes()
    answer = cli("rerun", "here", "--out", "again")
    assert answer.code == 2
    assert "exists and is not empty" in answer.err


def test_something_else_is_1_and_says_where(cli, plugin, scenario, tmp_path):
    """η is read from the surroundings, which the record does not know."""
    source = PLUGIN.replace("return 0.01", "return float(__import__('os').environ['ETA'])")
    plugin("own", source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETA", "0.01")
        words = ("run", scenario(rate='rate = "own_rate"'), "--set", "record.every=2")
        assert cli(*words, "--out", "here").code == 0
        patch.setenv("ETA", "0.02")
        answer = cli("rerun", "here")
        told = cli("rerun", "here", "--json", "--threads", "2")
    assert answer.code == told.code == 1
    lines = answer.out.splitlines()
    assert lines[0] == "here/run.h5: something else came out"
    assert lines[1].startswith("  step 2, layer layer1, series ")
    assert " recorded, " in lines[1]
    assert "values differ, by " in lines[1]
    found = json.loads(told.out)
    assert found["identical"] is False
    assert found["first"]["step"] == 2
    assert found["first"]["recorded"] != found["first"]["again"]
    assert found["first"] == found["differences"][0]


def test_as_json(cli, run):
    found = json.loads(cli("rerun", "here", "--json").out)
    assert (found["identical"], found["first"], found["differences"]) == (True, None, [])
    assert found["recorded_sha256"] == found["again_sha256"]


def test_a_plugin_of_the_record_asks_for_trust(cli, scenario, tmp_path):
    (tmp_path / "own.py").write_text(PLUGIN)
    words = ("run", scenario(rate='rate = "own_rate"'), "--out", "here")
    assert cli("--plugin", "own.py", *words).code == 0
    (tmp_path / "own.py").rename(tmp_path / "moved.py")
    answer = cli("rerun", "here")
    assert answer.code == 2
    assert "holds local plugin files (own.py)" in answer.err
    answer = cli("rerun", "here", "--trust-plugins")
    assert answer.code == 0
    assert "executes the code of own.py from the record" in answer.err
    answer = cli("--plugin", "moved.py", "rerun", "here")
    assert (answer.code, answer.err) == (0, "")


def test_what_is_no_run(cli):
    answer = cli("rerun", "nowhere")
    assert answer.code == 1
    assert "nowhere: does not exist" in answer.err
