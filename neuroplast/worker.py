"""A process that does tasks for another one, and tells it what happens."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import traceback
from contextlib import suppress
from functools import cache
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from threading import Lock, Thread
from typing import NamedTuple

from neuroplast import discovery, registry
from neuroplast.allocation import keep_freed_memory
from neuroplast.blame import sentence
from neuroplast.discovery import Choice
from neuroplast.errors import ConfigurationError, NeuroplastError
from neuroplast.events import IntervalReport, RunInfo
from neuroplast.hookspecs import hookimpl

ACTIVE = ("loaded", "partly")
"""The states of plugins of which something takes part."""

_Label = tuple[str, str, str]
"""Name, package and version of a plugin."""


class RemoteError(NeuroplastError):
    """What went wrong in another process, as it told it."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Failure(NamedTuple):
    """An error as it is told to another process, where its class may not be known."""

    message: str
    exit_code: int
    trace: str

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """What is told of an error."""
        return cls(*sentence(error), "".join(traceback.format_exception(error)))

    def error(self) -> RemoteError:
        """It as an error of this process, caused by where it came from."""
        found = RemoteError(self.message, self.exit_code)
        found.__cause__ = _Trace(self.trace)
        return found


class _Trace(Exception):
    """Where an error came from in another process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def loaded() -> frozenset[_Label]:
    """The plugins of this process that work."""
    plugins = registry.current().plugins
    return frozenset((p.name, p.package, p.version) for p in plugins if p.status in ACTIVE)


def serve(connection: Connection, choice: Choice, plugins: frozenset[_Label]) -> None:
    """Do tasks until there are no more."""
    _obey_the_parent_alone()
    report = _Report(connection)
    with suppress(EOFError, ConnectionError):
        while True:
            content = connection.recv_bytes()
            try:
                _equip(choice, plugins, report)
                task = pickle.loads(content)  # from the parent, whose plugins are here by now
                report.send("ended", task([report], report.told))
            except BaseException as error:
                report.send("failed", Failure.of(error))


def _obey_the_parent_alone() -> None:
    """Hear no Ctrl-C, which a terminal sends to a whole group of processes, but be stopped with the parent."""
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    Thread(target=_stop_with_the_parent, daemon=True).start()


def _stop_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


@cache
def _equip(choice: Choice, plugins: frozenset[_Label], report: _Report) -> None:
    """Load the same plugins. What fails there was told by the parent; what fails later is told by way of it.

    ConfigurationError where one is not here.
    """
    keep_freed_memory()
    discovery.choose(choice.files, choice.disabled)
    warnings = _Warnings()
    registry.current(warnings)
    warnings.report = report
    for name, package, version in sorted(plugins - loaded()):
        raise ConfigurationError(
            f"plugin {name} (package {package} {version}) was added in one process and is not in others; install it, "
            "give its file with --plugin, or run one at a time"
        )


class _Warnings:
    """What is told of plugins, from when there is a report on."""

    report: _Report | None = None

    def __call__(self, line: str) -> None:
        if self.report is not None:
            self.report.send("warned", line)


class _Report:
    """Tells the parent what happens."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lock = connection, Lock()
        logger = logging.getLogger("neuroplast")
        logger.setLevel(logging.INFO)
        logger.addHandler(QueueHandler(self))  # type: ignore[arg-type]  # it only puts

    def send(self, *message: object) -> None:
        """Send a message, from any thread; with the parent gone, which stops this process, to nobody."""
        with self._lock, suppress(ConnectionError):
            self._connection.send(message)

    def told(self, line: str) -> None:
        """Pass on what is told in words."""
        self.send("told", line)

    def put_nowait(self, record: logging.LogRecord) -> None:
        """Pass on what is logged; the name is that of queues."""
        self.send("log", record)

    def _event(self, name: str, **arguments: object) -> None:
        self.send("event", name, arguments)

    @hookimpl
    def run_started(self, run: RunInfo) -> None:
        """Pass it on, as all that follow."""
        self._event("run_started", run=run)

    @hookimpl
    def interval(self, run: RunInfo, report: IntervalReport) -> None:
        """Pass it on."""
        self._event("interval", run=run, report=report)

    @hookimpl
    def layer_finished(self, run: RunInfo, layer: str) -> None:
        """Pass it on."""
        self._event("layer_finished", run=run, layer=layer)

    @hookimpl
    def checkpoint(self, run: RunInfo, step: int) -> None:
        """Pass it on."""
        self._event("checkpoint", run=run, step=step)

    @hookimpl
    def run_finished(self, run: RunInfo, results: dict[str, dict[str, float]]) -> None:
        """Pass it on."""
        self._event("run_finished", run=run, results=results)
