"""The kit as tests of pytest: one for each check, in pytest's own words."""

import importlib.metadata
import os
import subprocess
import sys

import pytest
from support.growths import FORMULA, growths

from neuroplast import ConfigurationError, registry
from neuroplast.testing.pytest_plugin import conformance


@pytest.fixture
def known():
    """The process's registry is that of the doubles."""
    before = registry.current()
    registry.use(growths())
    yield
    registry.use(before)


def items(*names, **given):
    """The tests by their ids."""
    function = conformance(*names, **given)
    (mark,) = function.pytestmark
    return {p.id: lambda p=p: function(*p.values) for p in mark.args[1]}


@pytest.mark.usefixtures("known")
def test_each_check_is_a_test_with_a_readable_id():
    assert list(items("claimed", "rule:wrong", only=FORMULA)) == [
        f"rule:claimed: {FORMULA}",
        f"rule:claimed with gain=2.0: {FORMULA}",
        f"rule:wrong: {FORMULA}",
    ]


@pytest.mark.usefixtures("known")
def test_results_are_those_of_pytest():
    tests = items("growths", only=FORMULA)
    tests[f"rule:claimed: {FORMULA}"]()
    with pytest.raises(pytest.skip.Exception, match="no claims say what unclaimed does"):
        tests[f"rule:unclaimed: {FORMULA}"]()
    with pytest.raises(pytest.xfail.Exception, match="shrinks on purpose"):
        tests[f"rule:known: {FORMULA}"]()
    with pytest.raises(pytest.fail.Exception) as failed:
        tests[f"rule:wrong: {FORMULA}"]()
    assert failed.value.pytrace is False
    lines = str(failed.value).splitlines()
    assert lines[0] == f"rule:wrong of plugin growths: {FORMULA}"
    assert "off by 2" in lines[1]
    assert "  smallest example found:" in lines


@pytest.mark.usefixtures("known")
def test_what_checks_nothing_is_an_error():
    with pytest.raises(ConfigurationError, match="found no check to run"):
        conformance("claimed", only="nothing like it")
    with pytest.raises(ConfigurationError, match="no plugin or part 'nobody'"):
        conformance("nobody")


@pytest.mark.usefixtures("known")
def test_a_plugin_that_does_not_load_is_a_test_that_fails(tmp_path):
    file = tmp_path / "broken.py"
    file.write_text("1 / 0\n")
    (test,) = items(str(file)).values()
    with pytest.raises(
        pytest.fail.Exception, match=r"failed to load: broken\.py: ZeroDivisionError"
    ):
        test()


def test_a_strangers_pytest_is_left_alone():
    """Nothing of ours is loaded by pytest itself."""
    ours = [p.value for p in importlib.metadata.entry_points(group="pytest11")]
    assert not [value for value in ours if value.startswith("neuroplast")]


@pytest.mark.slow
def test_a_whole_run_of_pytest(tmp_path):
    """As an author sees it: a line for each, reasons at the end, and no traceback of the kit."""
    part = (
        "from neuroplast import Rule, hookimpl\n\n\n"
        "class Mine(Rule):\n"
        '    """Grows."""\n\n'
        '    kind = "mine_alone"\n\n'
        "    def delta(self, view):\n        return view.outer(view.g)\n\n\n"
        "@hookimpl\ndef rules():\n    return [Mine]\n"
    )
    (tmp_path / "mine_alone.py").write_text(part)
    (tmp_path / "test_mine.py").write_text(
        "import sys\nbefore = 'neuroplast' in sys.modules\n"
        "from neuroplast.testing.pytest_plugin import conformance\n"
        "def test_it_was_not_there(): assert not before\n"
        "test_words = conformance('mine_alone.py', only='says what it does')\n"
        "test_formula = conformance('mine_alone.py', only='equals its formula, looped')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-rs", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout
    assert "test_it_was_not_there PASSED" in done.stdout
    assert "test_words[rule:mine_alone: says what it does] " in done.stdout
    assert "the docstring of mine_alone has no equation; state Δw" in done.stdout
    assert "SKIPPED" in done.stdout
    assert "no claims say what mine_alone does; state its formula" in done.stdout
    assert "Traceback" not in done.stdout
