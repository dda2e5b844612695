"""Make every mutant, ask the kit of each, and print what came of it: `python -m mutation [PIECE OF A FILE'S NAME ...]`.

Writes nothing. Exits with 1 where fewer than 95 % of the mutants that are no equivalents were killed or 90 % of the
second set, where an equivalent was killed or is not there any more, or where a plugin without any fault fails.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

import neuroplast_plugins
from mutation.equivalents import EQUIVALENTS
from mutation.mutants import Mutant, mutants, plugins, unchanged
from mutation.report import Found, Report
from mutation.second import second_set
from mutation.trial import KILLED, SURVIVED, tried


def main(pieces: list[str]) -> int:
    """The exit status."""
    torch.set_num_threads(1)
    root = Path(next(iter(neuroplast_plugins.__path__)))
    files = [p for p in plugins(root) if not pieces or any(x in str(p) for x in pieces)]
    first = [m for p in files for m in mutants(p)]
    second = [m for m in second_set(root) if m.path in files]
    started = time.perf_counter()
    for mutant, verdict in (plain := _asked([unchanged(p) for p in files])):
        if verdict.result != SURVIVED:
            print(f"{mutant.file} fails without any fault: {verdict.check}: {verdict.message}")
    if any(verdict.result != SURVIVED for _, verdict in plain):
        return 1
    listed = [e for e in EQUIVALENTS if e.file in {m.file for m, _ in plain}]
    reports = [Report(_asked(first), listed, enough=0.95), Report(_asked(second), [], enough=0.9)]
    print(*reports, sep="\n\nThe second set:\n\n")
    used = sum(os.times()[:4])
    took = time.perf_counter() - started
    print(f"\n{len(files)} files in {took:.0f} s, {used:.0f} s of computing")
    return 0 if all(reports) else 1


def _asked(mutants: Sequence[Mutant]) -> list[Found]:
    """Every mutant with its verdict; who was not killed is told at once, since all of them take minutes."""
    found: list[Found] = []
    for mutant, verdict in tried(mutants):
        found.append((mutant, verdict))
        if verdict.result != KILLED and mutant.before:
            told = f"{len(found)} of {len(mutants)}: {verdict.result}: {mutant}"
            print(told, file=sys.stderr, flush=True)
    order = {mutant.source: i for i, mutant in enumerate(mutants)}
    return sorted(found, key=lambda f: order[f[0].source])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
