"""A mutant in place of the plugin, and what the kit says of it: the kit alone, in a process of its own."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from types import ModuleType

import neuroplast_plugins
from mutation import faults
from mutation.mutants import Mutant
from neuroplast import registry
from neuroplast.component import Component
from neuroplast.registry import Registry
from neuroplast.testing.asking import all_checks
from neuroplast.testing.kit import outcomes

SECONDS = 300.0
"""How long the kit may take for one mutant."""

KILLED, SURVIVED, NOT_LOADED, OUT_OF_TIME = "killed", "survived", "not loaded", "out of time"


@dataclass(frozen=True)
class Verdict:
    """What came of one mutant.

    result: "killed" by a check; "survived" all checks; "not loaded", where the registry reports the plugin as broken;
        "out of time", where the kit did not come to an end.
    check: which check failed first. case: the parameters of the part there. message: what the check said.
    """

    result: str
    check: str = ""
    case: str = ""
    message: str = ""

    @property
    def raised(self) -> bool:
        """Whether it was killed because something raised, not because a check found a wrong result."""
        return self.message.startswith("raised")


def tried(mutants: Iterable[Mutant], jobs: int = 2) -> Iterator[tuple[Mutant, Verdict]]:
    """Every mutant with its verdict, as they come; each in a process forked from this one, which has all imported."""
    registry.current(), all_checks()
    waiting, running = list(mutants)[::-1], []  # type: ignore[var-annotated]
    while waiting or running:
        while waiting and len(running) < jobs:
            running.append(_Running(waiting.pop()))
        wait([r.answer for r in running], timeout=1.0)
        for done in [r for r in running if r.is_done]:
            running.remove(done)
            yield done.mutant, done.verdict()


class _Running:
    """A mutant on trial."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.answer, told = get_context("fork").Pipe(duplex=False)
        self.process: BaseProcess = get_context("fork").Process(target=_answer, args=(mutant, told))
        self.process.start()
        told.close()
        self.end = monotonic() + SECONDS

    @property
    def is_done(self) -> bool:
        return self.answer.poll() or monotonic() > self.end

    def verdict(self) -> Verdict:
        found = Verdict(OUT_OF_TIME, message=f"after {SECONDS:g} s")
        if self.answer.poll():
            try:
                found = self.answer.recv()
            except EOFError:
                found = Verdict(KILLED, "the kit runs to its end", message="raised: process ended")
        self.process.kill()
        self.process.join()
        return found


def _answer(mutant: Mutant, told: Connection) -> None:
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        told.send(asked(mutant))


def asked(mutant: Mutant) -> Verdict:
    """What the kit says, here and now; the mutant stays in the place of the plugin."""
    try:
        known, parts = loaded(mutant)
    except Exception as error:
        return Verdict(NOT_LOADED, message=f"raised {type(error).__name__}: {error}")
    if not parts:
        return Verdict(NOT_LOADED, message="the registry does not have it")
    for part in parts:
        for outcome in outcomes(part, known):
            if outcome.result == "failed":
                return Verdict(KILLED, outcome.check, outcome.case, outcome.message)
    return Verdict(SURVIVED)


def loaded(mutant: Mutant) -> tuple[Registry, list[type[Component]]]:
    """A registry of all plugins with the mutant in its place, and the parts that it provides.

    Of a module that plugins share, the parts of those that use it, loaded anew so that they use the mutant.
    """
    name = f"{neuroplast_plugins.__name__}.{mutant.path.parent.name}.{mutant.path.stem}"
    package = importlib.import_module(name.rpartition(".")[0])
    module = ModuleType(name)
    module.__dict__.update(__file__=str(mutant.path), __package__=package.__name__, faults=faults)
    sys.modules[name] = module
    exec(compile(mutant.source, str(mutant.path), "exec"), module.__dict__)
    users = users_of(mutant.path)
    for user in users:
        del sys.modules[user]
    known = Registry(warn=lambda line: None)
    known.load_entry_points()
    registry.use(known)
    entries = [e for kind in known.kinds() if kind != "scenario" for e in known.entries(kind)]
    return known, [e.part for e in entries if e.part.__module__ in {name, *users}]


def users_of(path: Path) -> set[str]:
    """The full names of the loaded plugins beside this file that import it, straight or through one another."""
    folder = f"{neuroplast_plugins.__name__}.{path.parent.name}"
    sources = {f"{folder}.{p.stem}": p.read_text("utf-8") for p in path.parent.glob("*.py")}
    found: set[str] = set()
    asked = [f"{folder}.{path.stem}"]
    while asked:
        needle = f"from {asked.pop()} import"
        new = {name for name, source in sources.items() if needle in source} - found
        found |= new
        asked += new
    return {name for name in found if name in sys.modules}
