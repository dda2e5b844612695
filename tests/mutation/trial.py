"""A mutant in place of the plugin, and what the kit says of it: the kit alone, in a process of its own."""

from __future__ import annotations

import importlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
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
from neuroplast.testing.kit import answer
from neuroplast.testing.questions import questions

SECONDS = 90.0
"""How long the kit may take for one mutant."""

Question = tuple[str, str, str]
"""The kind of a part, the parameters it has, and the name of a check."""

KILLED, SURVIVED, NOT_LOADED, OUT_OF_TIME = "killed", "survived", "not loaded", "out of time"


@dataclass(frozen=True)
class Verdict:
    """What came of one mutant.

    result: "killed" by a check; "survived" all checks; "not loaded", where the registry reports the plugin as broken;
        "out of time", where the kit did not come to an end.
    check: which check failed first. kind, case: the part, and its parameters there. message: what the check said.
    seconds: how long each question took, where all of them were asked.
    """

    result: str
    check: str = ""
    kind: str = ""
    case: str = ""
    message: str = ""
    seconds: Mapping[Question, float] = field(default_factory=dict, repr=False)

    @property
    def raised(self) -> bool:
        """Whether it was killed because something raised, not because a check found a wrong result."""
        return self.message.startswith("raised")


@dataclass
class Order:
    """In which order a plugin's mutants are asked: first what killed most of them so far, then what takes least time.

    Nearly all mutants are killed, so that most are asked a few questions instead of a thousand.
    """

    kills: Counter[Question] = field(default_factory=Counter)
    seconds: dict[Question, float] = field(default_factory=dict)

    def __call__(self, question: Question) -> tuple[int, float]:
        """What questions are sorted by."""
        return -self.kills[question], self.seconds.get(question, 0.0)

    def learn(self, verdict: Verdict) -> None:
        """Remember what killed a mutant, or how long the questions took."""
        self.seconds.update(verdict.seconds)
        if verdict.result == KILLED:
            self.kills[verdict.kind, verdict.case, verdict.check] += 1


def tried(
    mutants: Iterable[Mutant], orders: Mapping[Path, Order], jobs: int = 2
) -> Iterator[tuple[Mutant, Verdict]]:
    """Every mutant with its verdict, as they come; each in a process forked from this one, which has all imported.

    orders: of each plugin's questions; they learn from every verdict.
    """
    registry.current(), all_checks()
    waiting, running = list(mutants)[::-1], []  # type: ignore[var-annotated]
    while waiting or running:
        while waiting and len(running) < jobs:
            running.append(_Running(waiting[-1], orders[waiting.pop().path]))
        wait([r.answer for r in running], timeout=1.0)
        for done in [r for r in running if r.is_done]:
            running.remove(done)
            verdict = done.verdict()
            orders[done.mutant.path].learn(verdict)
            yield done.mutant, verdict


class _Running:
    """A mutant on trial."""

    def __init__(self, mutant: Mutant, order: Order) -> None:
        self.mutant = mutant
        self.answer, told = get_context("fork").Pipe(duplex=False)
        self.process: BaseProcess = get_context("fork").Process(
            target=_answer, args=(mutant, order, told)
        )
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


def _answer(mutant: Mutant, order: Order, told: Connection) -> None:
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        told.send(asked(mutant, order))


def asked(mutant: Mutant, order: Order) -> Verdict:
    """What the kit says, here and now; the mutant stays in the place of the plugin."""
    try:
        known, parts = loaded(mutant)
    except Exception as error:
        return Verdict(NOT_LOADED, message=f"raised {type(error).__name__}: {error}")
    if not parts:
        return Verdict(NOT_LOADED, message="the registry does not have it")
    made = [question for part in parts for question in questions(part, known)]
    made.sort(key=lambda q: order((q[0].kind, q[0].case, q[1])))
    seconds: dict[Question, float] = {}
    for subject, name, ask in made:
        outcome = answer(subject, name, ask)
        if outcome.result == "failed":
            return Verdict(KILLED, name, subject.kind, subject.case, outcome.message)
        seconds[subject.kind, subject.case, name] = outcome.seconds
    return Verdict(SURVIVED, seconds=seconds)


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
