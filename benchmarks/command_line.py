"""How long the command line takes to answer, and the demo to run: medians over whole processes.

python benchmarks/command_line.py [--runs 9] [--demo]
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import describe

QUICK = (["--help"], ["plugins", "list"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--demo", action="store_true", help="run the quickstart too, once")
    args = parser.parse_args()
    print(describe())
    program = str(Path(sys.executable).with_name("neuroplast"))
    for words in QUICK:
        subprocess.run([program, *words], capture_output=True, check=True)
        times = [seconds([program, *words]) for _ in range(args.runs)]
        print(
            f"neuroplast {' '.join(words)}: median {statistics.median(times):.3f} s of {args.runs}"
        )
    if args.demo:
        with tempfile.TemporaryDirectory() as folder:
            took = seconds([program, "run", "quickstart", "--out", f"{folder}/demo"])
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
        print(f"neuroplast run quickstart: {took:.1f} s, peak memory {peak:.2f} GB")


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
