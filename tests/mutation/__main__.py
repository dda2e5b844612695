"""Make every mutant, ask the kit of each, and print what came of it: `python -m mutation [PIECE OF A FILE'S NAME ...]`.

With `--log FILE` every verdict is added to that file as it comes, and mutants that have one there are not asked again:
so a run of hours can be stopped and continued, as long as nothing but the list of equivalents changes between.

Exits with 1 where fewer than 95 % of the mutants that are no equivalents were killed or 90 % of the second set, where
an equivalent was killed or is not there any more, or where a plugin without any fault fails.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch

import neuroplast_plugins
from mutation.equivalents import EQUIVALENTS
from mutation.log import Log
from mutation.mutants import Mutant, mutants, plugins, unchanged
from mutation.report import Found, Report
from mutation.second import second_set
from mutation.trial import KILLED, SURVIVED, Order, tried


def main(words: Sequence[str]) -> int:
    """The exit status."""
    asked = _arguments(words)
    torch.set_num_threads(1)
    root = Path(next(iter(neuroplast_plugins.__path__)))
    pieces = asked.pieces
    files = [p for p in plugins(root) if not pieces or any(x in str(p) for x in pieces)]
    started = time.perf_counter()
    trials = Trials(Log(asked.log))
    plain = trials.of([unchanged(p) for p in files])
    for mutant, verdict in plain:
        if verdict.result != SURVIVED:
            print(f"{mutant.file} fails without any fault: {verdict.check}: {verdict.message}")
    if any(verdict.result != SURVIVED for _, verdict in plain):
        return 1
    first = trials.of([m for p in files for m in mutants(p)])
    second = trials.of([m for m in second_set(root) if m.path in files])
    listed = [e for e in EQUIVALENTS if e.file in {m.file for m, _ in plain}]
    reports = [Report(first, listed, enough=0.95), Report(second, [], enough=0.9)]
    print(*reports, sep="\n\nThe second set:\n\n")
    used = sum(os.times()[:4])
    took = time.perf_counter() - started
    print(f"\n{len(files)} files in {took:.0f} s, {used:.0f} s of computing")
    return 0 if all(reports) else 1


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m mutation", description=__doc__)
    parser.add_argument("pieces", nargs="*", help="only files with one of these in their path")
    parser.add_argument("--log", type=Path, help="where verdicts are kept, and found again")
    return parser.parse_args(words)


class Trials:
    """Asks the kit of mutants, learning from all of them which questions to put first."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.orders: dict[Path, Order] = defaultdict(Order)

    def of(self, mutants: Sequence[Mutant]) -> list[Found]:
        """Every mutant with its verdict; who was not killed is told at once, since all of them take long."""
        found = self.log.known(mutants)
        for mutant, verdict in found:
            self.orders[mutant.path].learn(verdict)
        done = {mutant.source for mutant, _ in found}
        for mutant, verdict in tried([m for m in mutants if m.source not in done], self.orders):
            self.log.add(mutant, verdict)
            found.append((mutant, verdict))
            if verdict.result != KILLED and mutant.before:
                told = f"{len(found)} of {len(mutants)}: {verdict.result}: {mutant}"
                print(told, file=sys.stderr, flush=True)
        order = {mutant.source: i for i, mutant in enumerate(mutants)}
        return sorted(found, key=lambda f: order[f[0].source])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
