"""`plugins check`: which parts are meant, what is told, and what no bad plugin gets past it."""

import json
import sys

import pytest
from support.installed import rule

from neuroplast.testing import Violation, all_checks, check

RULE = '''
from typing import ClassVar

import torch

from neuroplast import Rule, hookimpl
from neuroplast.testing import RuleClaims

calls = []


class Tried(Rule):
    """Δw = g x - g² w.

    Source:
        A test.
    """

    kind: ClassVar[str] = "tried_rule"

    def delta(self, view):
        return view.outer(view.g) - view.decay(view.g * view.g)


class TriedClaims(RuleClaims):
    of = "tried_rule"

    def change(self, rule, s):
        return s.g * s.x - s.g * s.g * s.w_e


@hookimpl
def rules():
    return [Tried]


@hookimpl
def claims():
    return [TriedClaims]
'''
DELTA = "return view.outer(view.g) - view.decay(view.g * view.g)"

COMPETITION = '''
from typing import ClassVar

import torch

from neuroplast import Competition, hookimpl
from neuroplast.testing import CompetitionClaims

calls = []


class Tried(Competition):
    """g = v."""

    kind: ClassVar[str] = "tried_competition"

    def compete(self, v, memory):
        return v.clone()


class TriedClaims(CompetitionClaims):
    of = "tried_competition"

    def compete(self, competition, v):
        return v


@hookimpl
def competitions():
    return [Tried]


@hookimpl
def claims():
    return [TriedClaims]
'''
COMPETE = "return v.clone()"


@pytest.fixture
def tried(tmp_path):
    """Write a local file with this source: tried(source) is its path."""

    def write(source, name="tried.py"):
        path = tmp_path / name
        path.write_text(source)
        return path

    return write


def raised_at(source, line):
    """How a traceback names the place of this line."""
    number = next(i for i, text in enumerate(source.splitlines(), 1) if line in text)
    return f'tried.py", line {number}, in '


def results(answer):
    """The check's results by name, from --json."""
    return {o["check"]: o["result"] for o in json.loads(answer.out)["outcomes"]}


# Which parts are meant

FORMULA = ("--only", "equals its formula, looped", "--json")


def parts(answer):
    return {(o["family"], o["part"]) for o in json.loads(answer.out)["outcomes"]}


@pytest.mark.parametrize(
    "words",
    [("oja",), ("rule:oja",), ("rule", "oja"), ("rules", "oj"), ("Rules:OJA",), ("ru:oja",)],
)
def test_one_part_by_any_of_its_names(cli, words):
    answer = cli("plugins", "check", *words, *FORMULA)
    assert answer.code == 0
    assert parts(answer) == {("rule", "oja")}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("oja", "hebb"), {("rule", "oja"), ("rule", "hebb")}),
        (("rule", "oja", "hebb", "rule:oja"), {("rule", "oja"), ("rule", "hebb")}),
        (("comp", "hard", "rules", "oj"), {("competition", "hard_wta"), ("rule", "oja")}),
        (("oja", "population:linear"), {("rule", "oja"), ("population", "linear")}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_several_names_are_several_parts_each_once(cli, words, meant):
    answer = cli("plugins", "check", *words, "--only", "says what it does", "--json")
    assert answer.code == 0
    assert parts(answer) == meant
    assert len(json.loads(answer.out)["outcomes"]) == sum(
        len(cases(cli, *part)) for part in sorted(meant)
    )


def cases(cli, kind, name):
    """The outcomes of one check of a part by itself, one for each of its cases."""
    answer = cli("plugins", "check", f"{kind}:{name}", "--only", "says what it does", "--json")
    return json.loads(answer.out)["outcomes"]


def test_a_plugin_with_the_name_of_a_kind_is_meant_where_no_word_follows(cli, plugin):
    plugin("rule", RULE)
    answer = cli("plugins", "check", "hebb", "rule", *FORMULA)
    assert parts(answer) == {("rule", "hebb"), ("rule", "tried_rule")}


def test_a_beginning_that_a_part_has_too_is_no_kind(cli, plugin):
    plugin("two", rule("ruler"))
    answer = cli("plugins", "check", "rul", "oja", "--only", "says what it does", "--json")
    assert parts(answer) == {("rule", "ruler"), ("rule", "oja")}


def test_an_alias_with_hyphen(cli):
    answer = cli("plugins", "check", "excitatory-only", "--only", "says what it does", "--json")
    assert parts(answer) == {("constraint", "non_negative")}


def test_a_plugin_is_all_its_parts(cli, plugin):
    plugin("two", RULE)
    answer = cli("plugins", "check", "tw", *FORMULA)
    assert parts(answer) == {("rule", "tried_rule")}


def test_a_plugin_goes_before_a_part_of_its_name(cli, plugin):
    another = 'class Another(Tried):\n    kind: ClassVar[str] = "another"\n\n\n@hookimpl\ndef rules'
    source = RULE.replace("@hookimpl\ndef rules", another).replace("[Tried]", "[Tried, Another]")
    plugin("tried_rule", source)
    answer = cli("plugins", "check", "tried-rule", "--only", "has names", "--json")
    assert parts(answer) == {("rule", "tried_rule"), ("rule", "another")}


def test_all(cli, plugin):
    plugin("one", RULE)
    plugin("two", COMPETITION)
    words = ("--only", "equals its formula, looped", "--json", "--no-plugins=builtin")
    answer = cli("plugins", "check", "all", *words)
    assert parts(answer) == {("rule", "tried_rule"), ("competition", "tried_competition")}


@pytest.mark.parametrize("words", [(), ("--plugin", "tried.py")])
def test_a_local_file_is_loaded_once(cli, tried, words):
    tried(RULE)
    answer = cli("plugins", "check", "tried.py", *FORMULA, *words)
    assert answer.code == 0
    assert parts(answer) == {("rule", "tried_rule")}
    assert answer.err == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("oya",), "no plugin or part 'oya'; did you mean 'oja'?"),
        (("rule", "oya"), "unknown rule 'oya'; did you mean oja?"),
        (("rool:oja",), "unknown kind 'rool'"),
        (("hard_wta",), "write one of: plugins check competition:hard_wta, plugins check recipe:h"),
        (("rule", "linear"), "unknown rule 'linear'; found of another kind: population linear, ra"),
        (("quickstart",), "quickstart is a scenario, which is checked by: neuroplast validate qui"),
        (("scenario", "quickstart"), "quickstart is a scenario, which is checked by: neuroplast"),
        (("oja", "rule"), "'rule' is a kind; name a part of it too: plugins check rule NAME"),
        (("oja", "oya"), "no plugin or part 'oya'; did you mean 'oja'?"),
        (("",), "no plugin or part ''; see what there is: neuroplast list"),
        (("absent.py",), "absent.py: no such file"),
        (("oja", "--only", "nothing like it"), "--only 'nothing like it': no check has this"),
        (("builtin", "--no-plugins=builtin"), "plugin builtin is disabled; leave out --no-plugins"),
    ],
)
def test_what_is_not_there_is_wrong_usage(cli, words, told):
    answer = cli("plugins", "check", *words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_plugin_that_does_not_load_is_a_failure(cli, plugin, words):
    plugin("absent", "import a_module_that_nobody_has\n")
    answer = cli("plugins", "check", "absent", *words)
    assert answer.code == 1
    assert "plugin absent (package absent-package) failed to load" in answer.out
    assert answer.out.count("No module named 'a_module_that_nobody_has'") == 1
    assert "see: neuroplast plugins info absent" in answer.out
    assert answer.err == ""
    assert "\n\n\n" not in answer.out
    assert not answer.out.startswith("\n")


def test_another_plugin_that_does_not_load_is_told_beside_the_answer(cli, plugin):
    plugin("absent", "import a_module_that_nobody_has\n")
    for words, code in ((("oja", *FORMULA), 0), (("nobody",), 2)):
        answer = cli("plugins", "check", *words)
        assert answer.code == code
        assert answer.err.startswith("plugin absent: absent: ModuleNotFoundError")
        assert "a_module_that_nobody_has" not in answer.out


def test_a_file_that_does_not_load_is_a_failure(cli, tried):
    answer = cli("plugins", "check", tried("1 / 0\n"))
    assert answer.code == 1
    assert "ZeroDivisionError" in answer.out


CLAIMS = """
from neuroplast import hookimpl
from neuroplast.testing import {base}


class Claimed({base}):
    of = "{of}"
    change = compete = lambda self, part, given: 0.0


@hookimpl
def claims():
    return [{provided}]
"""


@pytest.mark.parametrize(
    ("base", "of", "provided", "told"),
    [
        ("RuleClaims", "mine", "1 / 0", "failed to load: claims.py: ZeroDivisionError"),
        ("RuleClaims", "mine", "Claimed, Claimed", "rule 'mine' is claimed of twice: by Claimed"),
        ("RuleClaims", "mien", "Claimed", "unknown rule 'mien'; did you mean mine?"),
        ("CompetitionClaims", "mine", "Claimed", "it is a rule; make them RuleClaims"),
    ],
)
def test_claims_in_a_file_that_come_to_nothing_are_a_failure(cli, tried, base, of, provided, told):
    part = tried(rule("mine"))
    file = tried(CLAIMS.format(base=base, of=of, provided=provided), "claims.py")
    for words in ((part,), ("rule:mine", f"--plugin={part}")):
        answer = cli("plugins", "check", *words, f"--plugin={file}", "--only", "has names")
        assert answer.code == 1
        assert "plugin claims (package local file)" in answer.out
        assert told in answer.out


def test_claims_in_a_plugin_that_is_not_checked_do_not_matter(cli, tried, plugin):
    plugin("another", CLAIMS.format(base="RuleClaims", of="nobody", provided="Claimed"))
    assert cli("plugins", "check", tried(rule("mine")), "--only", "has names").code == 0
    answer = cli("plugins", "check", "another")
    assert answer.code == 1
    assert (
        "plugin another (package another-package): Claimed claims of a rule 'nobody'" in answer.out
    )


# What is told


def test_the_table_and_the_totals_agree(cli, tried):
    answer = cli("plugins", "check", tried(RULE))
    assert answer.code == 0, answer.out
    head, row, *_ = answer.out.splitlines()
    assert head.split() == ["PART", "CHECKS", "PASSED", "FAILED", "SKIPPED", "EXCEPTED"]
    name, checks, passed, failed, skipped, excepted = row.split()
    assert name == "rule:tried_rule"
    assert int(checks) == int(passed) + int(skipped) > 20
    assert (failed, excepted) == ("0", "0")
    last = answer.out.splitlines()[-1]
    assert last.startswith(f"1 part, {checks} checks: {passed} passed, 0 failed, {skipped} skipped")
    reasons = answer.out.partition("skipped:\n")[2].partition("\n\n")[0].splitlines()
    assert sum(int(line.split(" × ")[0]) for line in reasons) == int(skipped)
    assert any("× declares no memory" in line for line in reasons)
    assert answer.err == ""


def test_json_has_every_outcome(cli, tried):
    answer = cli("plugins", "check", tried(RULE.replace("- view", "+ view")), "--json")
    assert answer.code == 1
    data = json.loads(answer.out)
    assert data["passed"] is False
    assert sum(data["counts"].values()) == len(data["outcomes"])
    assert {o["plugin"] for o in data["outcomes"]} == {"tried"}
    failure = next(o for o in data["outcomes"] if o["check"] == "equals its formula, looped")
    assert failure["result"] == "failed"
    assert "off by" in failure["message"]
    assert "x = [[[" in failure["example"]


def test_what_a_part_prints_does_not_spoil_the_answer(cli, tried):
    answer = cli(
        "plugins", "check", tried(RULE.replace(DELTA, f"print('hi')\n        {DELTA}")), *FORMULA
    )
    assert results(answer) == {"equals its formula, looped": "passed"}
    assert "hi" in answer.err


def test_a_known_exception_does_not_fail_and_is_told(cli, tried):
    known = 'of = "tried_rule"\n    exceptions = {"equals its formula, looped": "grows on purpose"}'
    source = RULE.replace('of = "tried_rule"', known)
    words = ("--only", "equals its formula, looped")
    answer = cli("plugins", "check", tried(source.replace("- view", "+ view")), *words)
    assert answer.code == 0
    assert "known exceptions:\n  rule:tried_rule: equals its formula, looped: grows" in answer.out
    assert answer.out.splitlines()[-1].startswith(
        "1 part, 1 check: 0 passed, 0 failed, 0 skipped, 1 "
    )
    answer = cli("plugins", "check", tried(source), *words)
    assert answer.code == 1
    assert "was expected to fail (grows on purpose), and passes" in answer.out


def test_an_unexpected_error_shows_where_the_plugin_raised(cli, tried):
    answer = cli("plugins", "check", tried(RULE.replace(DELTA, "return 1 / 0")))
    assert answer.code == 1
    assert "raised ZeroDivisionError: division by zero" in answer.out
    assert raised_at(RULE, DELTA) in answer.out
    assert "neuroplast/testing" not in answer.out
    assert answer.out.count("ZeroDivisionError: division by zero") < 12  # not once for each check


def test_a_part_that_cannot_be_made_is_told(cli, tried):
    needs = 'kind: ClassVar[str] = "tried_rule"\n    rate: float'
    source = RULE.replace('kind: ClassVar[str] = "tried_rule"', needs)
    answer = cli("plugins", "check", tried(source))
    assert answer.code == 1
    assert "has claims that can be read\n  case 1, {}: rate: is missing; add it" in answer.out
    bare = (
        source.partition("class TriedClaims")[0] + "@hookimpl\ndef rules():\n    return [Tried]\n"
    )
    answer = cli("plugins", "check", tried(bare))
    assert answer.code == 0
    assert "1 × cannot be made without parameters; name some as `cases`" in answer.out


def test_without_claims_what_needs_them_is_skipped(cli, plugin):
    plugin("bare", rule("bare_rule"))
    answer = cli("plugins", "check", "bare", "--only", "equals its formula, looped")
    assert answer.code == 0
    assert "no claims say what bare_rule does" in answer.out


def test_a_check_that_cannot_list_its_settings_fails(cli, tried, monkeypatch):
    def broken(subject):
        raise Violation("no settings")

    module = sys.modules["neuroplast.testing.asking"]
    monkeypatch.setattr(module, "_checks", all_checks())
    check("rule", "breaks", broken)(lambda subject, setting: None)
    answer = cli("plugins", "check", tried(RULE), "--only", "breaks")
    assert answer.code == 1
    assert "rule:tried_rule of plugin tried: breaks\n  no settings" in answer.out


# Bad plugins: what is wrong with each, and the check that must tell it

BAD_RULES = {
    "wrong signature": (
        ("def delta(self, view)", "def delta(self, view, rate)"),
        ["takes the arguments of its interface", "delta(self, view, rate) cannot be called as"],
    ),
    "wrong shape": (
        (DELTA, "return 0 * view.outer(view.g[:, :1])"),
        ["raised ValueError: outer: postsynaptic activity of shape", "g = [[["],
    ),
    "no change at all": (
        (DELTA, "return 0.5"),
        ["gives a change like the weights", "float"],
    ),
    "wrong dtype": (
        (DELTA, "return view.outer(view.g.float())"),
        ["raised RuntimeError", "g = [[["],
    ),
    "not a number": (
        ("return view.outer(view.g)", "return view.outer(view.g / view.g * view.g)"),
        ["takes zeros as its formula does", "not finite", "g = [[[0.0]]]", "found = [[nan]]"],
    ),
    "in place": (
        (DELTA, "view.x.mul_(2)\n        " + DELTA),
        ["changes nothing that it is handed", "x before = [[[", "x after = [[["],
    ),
    "a hidden global": (
        (DELTA, "calls.append(1)\n        return view.outer(view.g * len(calls))"),
        ["keeps nothing between calls", "keep nothing between calls but declared memory", "first ="],
    ),
    "chance": (
        (DELTA, "torch.rand(1)\n        " + DELTA),
        ["changes nothing that it is handed", "drew from torch's global generator"],
    ),
    "the third call": (
        (DELTA, "calls.append(1)\n        if len(calls) == 3:\n            raise OSError('no')\n        " + DELTA),
        ["raised OSError: no", "smallest example found", "raise OSError('no')"],
    ),
    "another equation": (
        ("- view", "+ view"),
        ["equals its formula, looped", "dw: off by", "found = [[", "expected = [["],
    ),
}  # fmt: skip

BAD_COMPETITIONS = {
    "wrong signature": (
        ("def compete(self, v, memory)", "def compete(self, v)"),
        ["takes the arguments of its interface", "compete(self, v) cannot be called as"],
    ),
    "wrong shape": (
        (COMPETE, "return v[:, :1].clone()"),
        ["keeps shape, dtype and device", "expected (1, 2)", "v = [["],
    ),
    "wrong dtype": (
        (COMPETE, "return v.float()"),
        ["keeps shape, dtype and device", "dtype torch.float32, expected torch.float64", "v = [["],
    ),
    "wrong device": (
        (COMPETE, "return v.to('meta')"),
        ["keeps shape, dtype and device", "device meta, expected cpu", "v = [["],
    ),
    "not a number": (
        (COMPETE, "return v / v * v"),
        ["equals its formula, looped, with drives [tied]", "not finite", "nan"],
    ),
    "in place": (
        (COMPETE, "return v.mul_(2) / 2"),
        ["changes nothing it is handed", "changed v, which it was handed, in place", "v after = [["],
    ),
    "a hidden global": (
        (COMPETE, "calls.append(1)\n        return v * len(calls)"),
        ["keeps nothing between calls", "keep nothing between calls but declared memory"],
    ),
    "chance": (
        (COMPETE, "return v + torch.randn(v.shape, dtype=v.dtype)"),
        ["changes nothing it is handed", "drew from torch's global generator"],
    ),
    "the third call": (
        (COMPETE, "calls.append(1)\n        if len(calls) == 3:\n            raise OSError('no')\n        " + COMPETE),
        ["raised OSError: no", "smallest example found", "v = [[", "raise OSError('no')"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_RULES)
def test_a_bad_rule_is_told_with_check_plugin_value_and_example(cli, tried, bad):
    (good, broken), told = BAD_RULES[bad]
    answer = cli("plugins", "check", tried(RULE.replace(good, broken)))
    _hold(answer, "rule:tried_rule of plugin tried", told)


@pytest.mark.parametrize("bad", BAD_COMPETITIONS)
def test_a_bad_competition_is_told_with_check_plugin_value_and_example(cli, tried, bad):
    (good, broken), told = BAD_COMPETITIONS[bad]
    answer = cli("plugins", "check", tried(COMPETITION.replace(good, broken)))
    _hold(answer, "competition:tried_competition of plugin tried", told)


def _hold(answer, who, told):
    assert answer.code == 1
    assert f"FAILED {who}" in answer.out
    missing = [words for words in told if words not in answer.out]
    assert not missing, f"{missing}\n{answer.out}"
    assert "internal error" not in answer.err


def test_the_sound_ones_pass(cli, tried):
    for source in (RULE, COMPETITION):
        answer = cli("plugins", "check", tried(source))
        assert answer.code == 0, answer.out
