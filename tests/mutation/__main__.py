"""Make every mutant, ask the kit of each, and print what came of it: `python -m mutation [PIECE OF A FILE'S NAME ...]`.

Writes nothing. Exits with 1 where fewer than 95 % of the mutants that are no equivalents were killed, where an
equivalent was killed or is not there any more, or where a plugin without any fault fails.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import torch

import neuroplast_plugins
from mutation.equivalents import EQUIVALENTS
from mutation.mutants import mutants, plugins, unchanged
from mutation.report import Report
from mutation.trial import KILLED, tried


def main(pieces: list[str]) -> int:
    """The exit status."""
    torch.set_num_threads(1)
    root = Path(next(iter(neuroplast_plugins.__path__)))
    files = [p for p in plugins(root) if not pieces or any(x in str(p) for x in pieces)]
    started = time.perf_counter()
    broken = [(m, v) for m, v in tried(map(unchanged, files)) if v.result != "survived"]
    for mutant, verdict in broken:
        print(f"{mutant.file} fails without any fault: {verdict.check}: {verdict.message}")
    if broken:
        return 1
    found = []
    for mutant, verdict in tried([m for p in files for m in mutants(p)]):
        found.append((mutant, verdict))
        if verdict.result != KILLED:
            print(f"{len(found)}: {verdict.result}: {mutant}", file=sys.stderr, flush=True)
    names = {f"{p.parent.name}/{p.name}" for p in files}
    report = Report(found, [e for e in EQUIVALENTS if e.file in names])
    print(report)
    print(f"\n{len(found)} mutants of {len(files)} files in {time.perf_counter() - started:.0f} s")
    return 0 if report else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
