"""Help, options that go anywhere, exit codes, and what is seen of errors."""

import io
import subprocess
import sys

import pytest
import typer

from neuroplast import cli as package
from neuroplast import registry
from neuroplast.cli.everywhere import taken
from neuroplast.errors import PartError
from neuroplast.registry import Registry


def verbs(command, path=()):
    """Every verb, with the verbs inside it."""
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield (*path, name)
            yield from verbs(inner, (*path, name))


VERBS = sorted(verbs(typer.main.get_command(package.app)))


def test_the_verbs_are_those_that_are_documented():
    assert {v[0] for v in VERBS} == {
        *("run", "list", "show", "validate", "schema", "plugins", "inspect", "features", "readout"),
        *("data", "resume", "check", "rerun", "export"),
    }


@pytest.mark.parametrize("verb", [(), *VERBS], ids=" ".join)
def test_every_verb_has_help_with_an_example_that_names_it(cli, verb):
    answer = cli(*verb, "--help")
    assert answer.code == 0
    example = answer.out.partition("Example: ")[2]
    assert " ".join(example.split()).startswith(" ".join(["neuroplast", *verb]))


def test_no_verb_prints_help_and_is_wrong_usage(cli):
    answer = cli()
    assert answer.code == 2
    assert "Usage: neuroplast" in answer.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("lisst",), "No such command 'lisst'"),
        (("list", "--nope"), "No such option: --nope"),
        (("run",), "Missing argument 'SCENARIO'"),
        (("run", "quickstart", "--seed", "-1"), "--seed"),
        (("run", "quickstart", "--seeds", "0"), "--seeds"),
        (("run", "quickstart", "--seed", "1", "--seeds", "2"), "--seed 1 --seeds 2: give one"),
        (("run", "quickstart", "--device", "abacus"), "abacus"),
        (("run", "quickstart", "--threads", "0"), "--threads"),
        (
            ("run", "oja_first_component", "--quiet", "--threads", "9999"),
            "9999: must be from 1 to 1024",
        ),
        (("run", "quickstart", "--set", "seed"), "--set 'seed': found no value"),
        (("run", "quickstart", "--condition", "leaned"), "did you mean 'learned'?"),
        (("show", "a", "b", "c"), "too many words"),
        (("list", "--log"), "--log: found no value"),
        (("list", "--log", "no/such/folder/log"), "no/such/folder/log: cannot be written"),
        (("list", "--plugin", "nope.py"), "--plugin nope.py: no such file"),
        (("list", "--no-plugins=nobody"), "--no-plugins=nobody: no plugin has this name"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_one_message_and_exit_code_2(cli, words, told):
    answer = cli(*words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("where", [0, 1, 2])
def test_options_of_all_verbs_go_before_and_after_the_verb(cli, where):
    words = ["list", "rules"]
    words[where:where] = ["--no-plugins"]
    answer = cli(*words)
    assert (answer.code, answer.out.strip()) == (0, "")


def test_after_two_dashes_nothing_is_an_option():
    given, rest = taken(["show", "--quiet", "--", "--log"])
    assert rest == ["show", "--", "--log"]
    assert (given.quiet, given.log) == (True, None)


def test_version(cli):
    assert cli("--version").out.startswith("neuroplast 0.")


def boom(*_, **__):
    raise ZeroDivisionError("a fault\nof ours")


def test_an_unexpected_error_is_one_line_and_a_traceback_only_if_asked(cli, monkeypatch):
    monkeypatch.setattr(Registry, "kinds", boom)
    answer = cli("list")
    assert answer.code == 1
    assert answer.err == (
        "internal error: ZeroDivisionError: a fault of ours; run again with --debug to see where\n"
    )
    answer = cli("list", "--debug")
    assert answer.code == 1
    assert "in boom" in answer.err


def test_a_part_that_gives_what_cannot_be_used_is_named_with_its_plugin(cli, monkeypatch):
    odd = registry.current().get("rule", "oja").part()

    def gives(*_):
        raise PartError(odd, "delta gave None; give a Delta")

    monkeypatch.setattr(Registry, "kinds", gives)
    answer = cli("list")
    assert answer.code == 1
    assert answer.err.startswith("plugin builtin (package neuroplast ")
    assert answer.err.endswith(") failed: rule 'oja': delta gave None; give a Delta\n")


def test_a_user_error_has_a_traceback_only_if_asked(cli):
    assert "Traceback" not in cli("list", "nope").err
    assert "Traceback" in cli("list", "nope", "--debug").err


def test_sys_exit_from_anywhere_is_no_success(cli, monkeypatch):
    monkeypatch.setattr(Registry, "kinds", lambda _: sys.exit(0))
    answer = cli("list")
    assert (answer.code, "SystemExit" in answer.err) == (1, True)


def test_an_interrupt_is_exit_code_130(cli, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(registry, "current", interrupt)
    answer = cli("list")
    assert (answer.code, answer.err) == (130, "interrupted\n")


def test_the_log_tells_the_command_and_the_traceback(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(Registry, "kinds", boom)
    log = tmp_path / "log.txt"
    cli("list", "--log", log)
    text = log.read_text(encoding="utf-8")
    assert "in boom" in text
    assert "ZeroDivisionError" in text


def test_a_terminal_without_greek(cli, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert cli("show", "rule", "oja").code == 0
    assert b"?w_ij" in written.getvalue()


@pytest.mark.slow
def test_a_reader_who_leaves_is_no_error():
    """`neuroplast schema | head -1`: more than a pipe holds, and nobody who reads it."""
    program = [sys.executable, "-m", "neuroplast", "schema"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""


def test_help_and_version_import_neither_torch_nor_rich():
    for words in (["--help"], ["run", "--help"], ["--version"]):
        assert not imported(words) & {"torch", "rich", "numpy", "h5py", "neuroplast.registry"}


def imported(words):
    """The modules that a new process has after it did this."""
    program = (
        "import sys\nfrom neuroplast.cli import main\n"
        f"assert main({words!r}) == 0\nprint('MODULES', *sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(answer.stdout.rpartition("MODULES")[2].split())
