"""How long the command line takes to answer, and the demo to run: medians over whole processes.

    python benchmarks/command_line.py [--runs 9] [--demo]

`one step` is a run of the quickstart that learns from one batch and ends: start-up, data, network, record.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from timing import Row, begin, parser

QUICK = (["--help"], ["plugins", "list"])


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--runs", type=int, default=9)
    options.add_argument("--demo", action="store_true", help="run the quickstart too, once")
    args = options.parse_args()
    report = begin(args.threads, args.table)
    program = str(Path(sys.executable).with_name("neuroplast"))
    for words in QUICK:
        seconds([program, *words])
        took = statistics.median(seconds([program, *words]) for _ in range(args.runs))
        report.add(Row(f"neuroplast {' '.join(words)}", took, note=f"median of {args.runs}"))
    took = statistics.median(one_step(program) for _ in range(args.runs))
    report.add(Row("neuroplast run quickstart, one step", took, note=f"median of {args.runs}"))
    if args.demo:
        with tempfile.TemporaryDirectory() as folder:
            took = seconds([program, "run", "quickstart", "--out", f"{folder}/demo"])
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
        report.add(Row("neuroplast run quickstart", took, note=f"peak memory {peak:.2f} GB"))


def one_step(program: str) -> float:
    changes = ["phases=[{name='learn', presentations=10, batch=10}]", "readouts=[]"]
    with tempfile.TemporaryDirectory() as folder:
        words = [
            "run",
            "quickstart",
            "--condition",
            "learned",
            "--seed",
            "0",
            "--out",
            f"{folder}/run",
        ]
        return seconds(
            [program, *words, *(word for change in changes for word in ("--set", change))]
        )


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
