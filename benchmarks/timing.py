"""Two ways of doing the same, timed in alternating pairs of one process; and the line that tells of them."""

import json
import resource
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from machine import describe

from neuroplast.allocation import keep_freed_memory

PAIRS = 30
Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """What one comparison found: seconds of ours and of the other, their ratio, and the 95 % interval of its median."""

    what: str
    ours: float
    other: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""

    def __str__(self) -> str:
        told = f"{self.what}: {readable(self.ours)}"
        if self.other is not None:
            told += f"; the other {readable(self.other)}"
        if self.ratio is not None:
            told += f"; ratio {self.ratio:.2f}"
        if self.low is not None and self.high is not None:
            told += f" ({self.low:.2f} to {self.high:.2f})"
        return told + (f"; {self.note}" if self.note else "")


class Report:
    """Prints rows, and appends them to a file where one was named."""

    def __init__(self, table: Path | None) -> None:
        self.table = table
        print(describe())

    def add(self, row: Row) -> None:
        print(row, flush=True)
        if self.table:
            with self.table.open("a") as file:
                file.write(json.dumps({"machine": describe(), **asdict(row)}) + "\n")


def parser(doc: str, pairs: int = PAIRS) -> ArgumentParser:
    """With the options that every comparison has."""
    found = ArgumentParser(description=doc.splitlines()[0])
    found.add_argument("--pairs", type=int, default=pairs, help="how often each is timed")
    found.add_argument("--threads", type=int, default=2)
    found.add_argument("--table", type=Path, help="append what is found to this file, as JSON")
    return found


def begin(threads: int, table: Path | None) -> Report:
    """Set what every comparison runs under."""
    torch.set_num_threads(threads)
    keep_freed_memory()  # as the command line does
    return Report(table)


def compare(what: str, ours: Work, other: Work, pairs: int, block: int = 1, note: str = "") -> Row:
    """Time both in turn, in blocks of so many calls, which of them first changing from pair to pair."""
    for work in (ours, other):
        work()
    times = []
    for n in range(pairs):
        took = {work: seconds(work, block) for work in (ours, other)[:: 1 - 2 * (n % 2)]}
        times.append((took[ours], took[other]))
    ratios = [b / a for a, b in times]
    mine, theirs = (statistics.median(side) for side in zip(*times, strict=True))
    return Row(what, mine, theirs, statistics.median(ratios), *interval(ratios), note)


def seconds(work: Work, block: int = 1) -> float:
    """Of one call, on average over a block; behind one call that is not timed where there are several."""
    if block > 1:
        work()
    start = time.perf_counter()
    for _ in range(block):
        work()
    return (time.perf_counter() - start) / block


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Of the median, from order statistics: ranks n/2 ± 0.98 √n, which hold it in 95 % of samples."""
    ordered, n = sorted(values), len(values)
    reach = 0.98 * n**0.5
    first, last = max(0, int(n / 2 - reach)), min(n - 1, int(n / 2 + reach))
    return ordered[first], ordered[last]


def peak() -> str:
    """The largest memory that the process has held, in words."""
    return f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GB"


def readable(took: float) -> str:
    return (
        f"{took:.2f} s"
        if took >= 1
        else f"{1e3 * took:.2f} ms"
        if took >= 1e-3
        else f"{1e6 * took:.1f} µs"
    )
