"""Listens to a run, for the person who waits for it: a bar for each stage, a line for each run, and the log."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from neuroplast.events import IntervalReport, RunInfo
from neuroplast.hookspecs import hookimpl
from neuroplast.runset import SET_FILE

_log = logging.getLogger("neuroplast")


class Bars:
    """Event hooks that draw on stderr, and only where somebody looks: at a terminal, and not asked to be quiet.

    resumable: whether somebody would go on with a run that was stopped.
    """

    def __init__(self, quiet: bool, resumable: bool = True) -> None:
        self._resumable = resumable
        shown = not quiet and sys.stdout.isatty() and sys.stderr.isatty()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
        )
        self._progress = Progress(
            *columns,
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not shown,
        )
        self._bars: dict[Path, tuple[str, TaskID]] = {}

    def close(self) -> None:
        """Take the bars away."""
        self._progress.stop()

    @hookimpl
    def run_started(self, run: RunInfo) -> None:
        """Say which run begins."""
        self._progress.start()
        self._say(f"{_name(run)}: {run.steps} steps")

    @hookimpl
    def interval(self, run: RunInfo, report: IntervalReport) -> None:
        """Move the bar of this stage; a new stage gets its own."""
        stage, bar = self._bars.get(run.path, ("", TaskID(0)))
        if report.stage != stage:
            self._remove(run)
            told = f"seed {run.seed}, {report.stage}"
            bar = self._progress.add_task(f"{run.condition} {told}".strip(), total=report.total)
            self._bars[run.path] = report.stage, bar
        self._progress.update(bar, completed=report.done, total=report.total)

    @hookimpl
    def layer_finished(self, run: RunInfo, layer: str) -> None:
        """Note it."""
        _log.info("%s: %s has learnt", _name(run), layer)

    @hookimpl
    def run_finished(self, run: RunInfo, results: dict[str, dict[str, float]]) -> None:
        """Say what came out."""
        self._remove(run)
        found = [f"{g}.{m} {v:.4g}" for g, metrics in results.items() for m, v in metrics.items()]
        self._say(f"{_name(run)}: {', '.join(found) or 'done'}")

    @hookimpl
    def run_failed(self, run: RunInfo, error: BaseException) -> None:
        """Let the message say where the record is; that of a set of runs is completed as a whole."""
        self._remove(run)
        self._say(f"{_name(run)}: stopped")
        if self._resumable:
            whole = run.path.parent
            path = whole if (whole / SET_FILE).is_file() else run.path
            error.add_note(f"what was committed is kept; go on with: neuroplast resume {path}")

    def _remove(self, run: RunInfo) -> None:
        if run.path in self._bars:
            self._progress.remove_task(self._bars.pop(run.path)[1])

    def _say(self, line: str) -> None:
        _log.info(line)
        if not self._progress.disable:
            self._progress.console.print(line, markup=False, highlight=False)


def _name(run: RunInfo) -> str:
    return f"{run.condition or run.title}, seed {run.seed}"
