"""Plugin manners: what fails is told, keeps its reason, and takes nothing else down."""

import json
import shlex
import subprocess
import sys

import pytest
from support.installed import install, rule

BROKEN = {
    "absent": "import a_module_that_nobody_has\n",
    "misspelt": rule("misspelt_rule").replace("def rules()", "def ruls()"),
    "leaver": "import sys\n\nsys.exit(0)\n",
}
"""Three plugins that fail, each in its own way."""


def plugins(cli, *words):
    """`plugins list --json` by name."""
    answer = cli("plugins", "list", "--json", *words)
    assert answer.code == 0
    return {p["name"]: p for p in json.loads(answer.out)}


def reason(plugin):
    (failure,) = plugin["failures"]
    return failure["reason"]


@pytest.fixture
def one_good_three_broken(plugin):
    plugin("good", rule("good_rule"))
    for name, source in BROKEN.items():
        plugin(name, source)


# Broken plugins beside a good one


def test_the_good_one_and_the_built_in_ones_work(cli, one_good_three_broken):
    names = json.loads(cli("list", "--json").out)["rule"]
    assert "good_rule" in names
    assert "oja" in names


def test_each_failure_is_one_line_on_stderr(cli, one_good_three_broken):
    answer = cli("list", "rules")
    assert answer.code == 0
    lines = answer.err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [f"plugin {n}" for n in sorted(BROKEN)]
    assert all(f"see: neuroplast plugins info {n}" in "".join(lines) for n in BROKEN)


def test_load_gives_each_reason_and_afterwards_the_record_does(cli, one_good_three_broken):
    before = plugins(cli)
    assert {p["status"] for p in before.values()} == {"not loaded yet"}
    loaded = plugins(cli, "--load")
    assert loaded["good"]["status"] == "loaded"
    assert loaded["good"]["provides"] == {"rule": ["good_rule"]}
    assert {loaded[n]["status"] for n in BROKEN} == {"failed"}
    assert "No module named 'a_module_that_nobody_has'" in reason(loaded["absent"])
    assert "'ruls' is no hook; did you mean 'rules'?" in reason(loaded["misspelt"])
    assert "called sys.exit(0)" in reason(loaded["leaver"])
    assert plugins(cli) == loaded
    text = cli("plugins", "list").out
    assert all(reason(loaded[n]) in text for n in BROKEN)


def test_info_has_the_traceback(cli, one_good_three_broken):
    """Loaded first, where that has not been done."""
    for answer in (cli("plugins", "info", "abs"), cli("plugins", "info", "absent")):
        assert answer.code == 0
        assert "status: failed" in answer.out
        assert "Traceback" in answer.out
        assert "absent.py" in answer.out


def test_a_plugin_that_changed_says_so(cli, plugin):
    file = plugin("good", rule("good_rule"))
    plugins(cli, "--load")
    file.write_text(file.read_text() + "# mended\n")
    assert plugins(cli)["good"]["status"] == "changed"
    assert "plugins list --load" in cli("plugins", "list").out
    plugin("good", file.read_text(), version="2.0")
    plugins(cli, "--load")
    assert plugins(cli)["good"]["status"] == "loaded"


@pytest.mark.slow
def test_listing_takes_no_torch_and_runs_no_plugin(site, tmp_path):
    """In a new process, before and after a load."""
    ran = tmp_path / "ran"
    install(site, "marker", f"open({str(ran)!r}, 'w').close()\n" + rule("marked"))
    install(site, "absent", BROKEN["absent"])
    program = (
        "import sys\nfrom neuroplast.cli import main\nassert main(sys.argv[1:]) == 0\n"
        "print('torch' in sys.modules, 'neuroplast.registry' in sys.modules)"
    )

    def listed(*words):
        answer = subprocess.run(
            [sys.executable, "-c", program, "plugins", "list", *words],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": str(site), "NEUROPLAST_CACHE": str(tmp_path / "c")},
        )
        return answer.stdout

    assert listed().endswith("False False\n")
    assert not ran.exists()
    assert listed("--load").endswith("True True\n")
    assert ran.exists()
    ran.unlink()
    after = listed()
    assert after.endswith("False False\n")
    assert "No module named 'a_module_that_nobody_has'" in after
    assert not ran.exists()


# Ways to fail


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def f(:\n", "SyntaxError: invalid syntax"),
        ("raise SystemExit('no licence')\n", "called sys.exit('no licence')"),
        ("raise ValueError('first\\nsecond')\n", "odd: ValueError: first"),
        (
            "HOOK_VERSION = 99\n" + rule("r"),
            "hook specifications 99, this neuroplast has 1; update neuroplast",
        ),
        (
            "HOOK_VERSION = 0\n" + rule("r"),
            "hook specifications 0, this neuroplast has 1; update the plugin",
        ),
        (rule("oja"), "rule 'oja' of package odd-package is taken by package neuroplast"),
        (rule("r") + "\n\nrules()[0].aliases = 'oja'", "aliases is a string; make it a tuple"),
        (rule("r").replace("return [Mine]", "return Mine"), "; return a list"),
        (rule("r").replace("[Mine]", "[int]"), "is no subclass of Rule"),
        (rule("r").replace("[Mine]", "[Mine, Mine]"), "taken by package odd-package"),
        (rule("r").replace("def delta", "def dellta"), "Mine lacks what every rule has: delta"),
        (rule("r").replace("    kind", "    kin"), "Mine has no kind"),
        (rule("r").replace("return [Mine]", "1 / 0"), "ZeroDivisionError"),
        (
            rule("r").replace("@hookimpl", ""),
            "odd: has no hooks; mark functions with neuroplast.hookimpl",
        ),
        (
            "from neuroplast import hookimpl\n\n@hookimpl\ndef interval(run, raport): ...\n",
            "raport",
        ),
    ],
    ids=lambda value: value[:30] if value.isprintable() else "",
)
def test_what_can_be_wrong_is_said(cli, plugin, source, told):
    plugin("odd", source)
    found = plugins(cli, "--load")
    assert found["odd"]["status"] == "failed"
    assert found["odd"]["provides"] == {}
    assert told in reason(found["odd"])
    assert "\n" not in reason(found["odd"])
    assert found["builtin"]["status"] == "loaded"


def test_built_in_names_cannot_be_taken_by_a_plugin_that_sorts_before(cli, plugin):
    plugin("aaa", rule("oja"))
    found = plugins(cli, "--load")
    assert found["aaa"]["status"] == "failed"
    assert found["builtin"]["status"] == "loaded"


def test_two_plugins_that_clash_are_both_named(cli, plugin):
    plugin("first", rule("same"))
    plugin("second", rule("same"))
    told = reason(plugins(cli, "--load")["second"])
    assert "first-package" in told
    assert "second-package" in told


def test_a_package_keeps_what_works(cli, site, plugin):
    """Each module on its own; its program is not started."""
    plugin("parts", "", target="parts_folder")
    folder = site / "parts_folder"
    folder.mkdir()
    for name, source in {
        "__init__": "",
        "__main__": "raise SystemExit('started')",
        "sound": rule("sound_rule"),
        "broken": BROKEN["absent"],
        "other": BROKEN["misspelt"],
    }.items():
        (folder / f"{name}.py").write_text(source)
    answer = cli("list", "rules")
    assert "sound_rule" in answer.out
    (line,) = answer.err.splitlines()
    assert line.startswith("plugin parts: parts_folder.broken: ")
    assert "(and 1 more)" in line
    assert plugins(cli)["parts"]["status"] == "partly"


def test_an_entry_point_that_names_nothing(cli, plugin):
    plugin("lost", "", target="not a module!!")
    assert plugins(cli, "--load")["lost"]["status"] == "failed"


def test_ctrl_c_while_plugins_load_still_interrupts(cli, plugin):
    plugin("slow", "raise KeyboardInterrupt\n")
    assert cli("list").code == 130


def test_what_a_plugin_prints_does_not_spoil_an_answer(cli, plugin):
    plugin("chatty", "print('hello')\n" + rule("chatty_rule"))
    answer = cli("list", "rules", "--json")
    assert "chatty_rule" in [part["name"] for part in json.loads(answer.out)]
    assert "hello" in answer.err


# A scenario that needs what is not there


@pytest.mark.parametrize("words", [("run", "{}"), ("validate", "{}"), ("show", "{}")])
def test_a_scenario_that_needs_a_broken_plugin_stops_with_its_error(cli, plugin, scenario, words):
    plugin("needed", rule("needed_rule") + BROKEN["absent"])
    answer = cli(words[0], scenario(rule='rule = "needed_rule"'))
    assert answer.code == 2
    assert (
        "layer1.rule: rule 'needed_rule' comes from plugin needed (package needed-package), "
        "which failed: needed: ModuleNotFoundError: No module named 'a_module_that_nobody_has'"
    ) in answer.err
    assert "unknown rule" not in answer.err


def test_a_scenario_that_needs_a_disabled_plugin_says_so(cli, plugin, scenario):
    plugin("needed", rule("needed_rule"))
    file = scenario(rule='rule = "needed_rule"')
    assert cli("validate", file).code == 0
    answer = cli("validate", file, "--no-plugins=needed")
    assert answer.code == 2
    assert "comes from plugin needed (package needed-package), which is disabled" in answer.err


def test_a_scenario_that_does_not_need_it_runs(cli, one_good_three_broken, scenario):
    assert cli("run", scenario(rule='rule = "good_rule"'), "--dry-run").code == 0


# Choosing


@pytest.mark.parametrize(
    "option", ["--no-plugins", "--no-plugins=marker", "--no-plugins=marker-package"]
)
def test_a_disabled_plugin_is_listed_and_none_of_its_code_runs(cli, plugin, tmp_path, option):
    ran = tmp_path / "ran"
    plugin("marker", f"open({str(ran)!r}, 'w').close()\n" + rule("marked"))
    answer = cli("list", "rules", option)
    assert answer.code == 0
    assert "marked" not in answer.out
    assert not ran.exists()
    assert plugins(cli, "--load", option)["marker"]["status"] == "disabled"
    assert plugins(cli, option)["marker"]["status"] == "disabled"
    assert not ran.exists()
    assert "marked" in cli("list", "rules").out
    assert ran.exists()


def test_without_built_in_plugins_there_is_nothing(cli):
    assert cli("list", "--no-plugins=builtin", "--quiet").out == ""
    assert set(json.loads(cli("list", "--no-plugins", "--json").out)) > {"rule", "scenario"}
    assert not any(json.loads(cli("list", "--no-plugins", "--json").out).values())
    answer = cli("run", "quickstart", "--no-plugins=builtin")
    assert answer.code == 2
    assert "unknown scenario 'quickstart'; known: none (disabled: builtin)" in answer.err


def test_a_local_file_as_a_plugin(cli, tmp_path):
    file = tmp_path / "tried.py"
    file.write_text(rule("tried_rule"))
    words = ("--plugin", file)
    assert "tried_rule" in cli(*words, "list", "rules").out
    assert plugins(cli, *words)["tried"]["provides"] == {"rule": ["tried_rule"]}
    assert "tried_rule" not in cli("list", "rules").out
    assert "tried" not in plugins(cli)


def test_a_local_file_that_fails_is_told_and_has_its_traceback(cli, tmp_path):
    file = tmp_path / "a folder" / "tried.py"
    file.parent.mkdir()
    file.write_text(rule("tried_rule") + "1 / 0\n")
    words = (f"--plugin={file}", "--quiet")
    answer = cli("list", *words)
    assert answer.code == 0
    assert "plugin tried: tried.py: ZeroDivisionError: division by zero; see" in answer.err
    advised = answer.err.strip().partition("see: neuroplast ")[2]
    assert "Traceback" in cli(*shlex.split(advised)).out


@pytest.mark.parametrize("verb", ["run", "validate"])
def test_a_local_file_that_fails_stops_a_run_that_does_not_need_it(cli, tmp_path, verb):
    file = tmp_path / "tried.py"
    file.write_text("1 / 0\n")
    answer = cli(verb, "quickstart", f"--plugin={file}")
    assert answer.code == 1
    assert f"--plugin {file} failed to load: tried.py: ZeroDivisionError" in answer.err
    assert "mend it, or leave it out" in answer.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("name", ["nobody", ""])
def test_a_plugin_that_is_not_there(cli, name):
    answer = cli("plugins", "info", name)
    assert answer.code == 2
    assert f"unknown plugin '{name}'; known: builtin; for a local file add --plugin" in answer.err


def test_a_local_file_that_fails_is_told_once_by_what_needs_it(cli, tmp_path, plugin, scenario):
    """And an installed one that fails is told of beside it."""
    plugin("absent", BROKEN["absent"])
    file = tmp_path / "tried.py"
    file.write_text("1 / 0\n")
    for words in (("validate", scenario()), ("run", scenario(), "--dry-run")):
        answer = cli(*words, "--plugin", file)
        assert answer.code == 1
        assert answer.err.count("ZeroDivisionError") == 1
        assert answer.err.count("a_module_that_nobody_has") == 1


def test_the_advice_to_load_a_local_file_names_it(cli, tmp_path):
    file = tmp_path / "tried.py"
    file.write_text(rule("tried_rule"))
    advised = cli("plugins", "list", "--plugin", file).out.partition("to load them: neuroplast ")[2]
    assert "1 rule" in cli(*shlex.split(advised)).out


def test_a_file_that_is_no_python(cli, tmp_path):
    file = tmp_path / "tried.txt"
    file.write_text("")
    assert "is no Python file" in cli("list", "--plugin", file).err


# While it runs


def test_an_error_inside_a_part_names_its_plugin(cli, plugin, scenario):
    plugin("fragile", rule("fragile_rule").replace("return view.outer(view.g)", "1 / 0"))
    file = scenario(rule='rule = "fragile_rule"')
    answer = cli("run", file, "--out", "here")
    assert answer.code == 1
    (line,) = answer.err.splitlines()
    assert line.startswith("plugin fragile (package fragile-package 1.0) failed: ZeroDivisionError")
    assert "what was committed is kept; go on with: neuroplast resume here" in line
    assert "in delta" in cli("run", file, "--out", "there", "--debug").err


def test_a_hook_that_raises_is_told_once_and_keeps_its_traceback(cli, plugin, scenario):
    hook = "\n\n@hookimpl\ndef run_started(run):\n    1 / 0\n"
    plugin("hooked", rule("hooked_rule") + hook)
    answer = cli("run", scenario(), "--seeds", "2", "--out", "here")
    assert answer.code == 0
    assert answer.err.count("its hook run_started raised ZeroDivisionError") == 1
    assert "in run_started" in cli("plugins", "info", "hooked").out
