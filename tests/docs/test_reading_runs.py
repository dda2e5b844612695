"""The page on reading runs: what it says about other programs, where they are there."""

import shutil
import subprocess

import pytest
from support.pages import ROOT, blocks

PAGE = "docs/reading-runs.md"


@pytest.fixture
def folder(tmp_path):
    """A folder as the page has it, with a run that has the layer, the series and the metric that it names."""
    (tmp_path / "runs" / "lines").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "data" / "run-1.0.h5", tmp_path / "runs" / "lines" / "run.h5")
    return tmp_path


def code(language):
    (found,) = (block.text for block in blocks(PAGE) if block.language == language)
    return found


def has_rhdf5():
    program = shutil.which("Rscript")
    return (
        program
        and not subprocess.run([program, "-e", "library(rhdf5)"], capture_output=True).returncode
    )


@pytest.mark.slow
@pytest.mark.skipif(not has_rhdf5(), reason="needs R with rhdf5 (Debian: r-bioc-rhdf5)")
def test_r_reads_what_the_page_says(folder):
    ends = 'stopifnot(identical(dim(w), c(9L, 3L, 2L)), length(accuracy) == 4, startsWith(scenario, "{"))'
    (folder / "page.R").write_text(f"{code('r')}\n{ends}\n")
    answer = subprocess.run(["Rscript", "page.R"], cwd=folder, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "snapshot_step,neuron,input" in answer.stdout


@pytest.mark.skipif(shutil.which("h5dump") is None, reason="needs h5dump (Debian: hdf5-tools)")
def test_h5dump_shows_what_the_page_says(folder):
    (command,) = (line for line in code("").splitlines() if line.startswith("h5dump"))
    answer = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "( 6, 3 ) / ( H5S_UNLIMITED, 3 )" in answer.stdout


@pytest.mark.parametrize("language", ["matlab", "julia"])
def test_what_cannot_be_run_here_names_what_is_in_the_file(language):
    for name in ("runs/lines/run.h5", "layers/edges", "w_norm", "snapshot_step,neuron,input"):
        assert name in code(language)
