"""Run the benchmarks one after another, and write what they found as one table.

    python benchmarks/suite.py [--out build/bench] [--only step head ...] [--whole] [--threads 2] [--pairs 30]

About 20 minutes. `--whole` adds the published protocol in both precisions, some 20 minutes more, for which CIFAR-10
must be here. Nothing else should run on the machine meanwhile.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from machine import describe, versions
from timing import PAIRS

HERE = Path(__file__).parent
SUITE = {
    "step": ["step.py"],
    "features": ["features.py"],
    "head": ["head.py"],
    "head in bf16": ["head.py", "--dtype", "bfloat16"],
    "depthwise": ["depthwise.py"],
    "krotov_hopfield": ["krotov_hopfield.py"],
    "miconi": ["miconi.py"],
    "greedy": ["greedy.py"],
    "growth": ["growth.py"],
    "compiled": ["compiled.py"],
    "seeds": ["seeds.py"],
    "command_line": ["command_line.py"],
}
TOLD = {"ceiling": ["ceiling.py"], "recording": ["recording.py"]}
"""What prints tables of its own."""
WHOLE = {
    "protocol": ["protocol.py"],
    "protocol in bf16": ["protocol.py", "--precision", "bf16"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="a folder")
    parser.add_argument("--only", nargs="+", choices=[*SUITE, *TOLD, *WHOLE])
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="how often each is timed")
    args = parser.parse_args()
    chosen = SUITE | TOLD | (WHOLE if args.whole or args.only else {})
    names = args.only or list(chosen)
    args.out.mkdir(parents=True, exist_ok=True)
    rows = args.out / "rows.jsonl"
    rows.unlink(missing_ok=True)
    told, failed = [], []
    for name in names:
        print(f"-- {name}", flush=True)
        script, *words = chosen[name]
        compared = ["--table", str(rows), "--pairs", str(args.pairs)]
        command = [
            sys.executable,
            str(HERE / script),
            *words,
            "--threads",
            str(args.threads),
            *(compared if name not in TOLD else []),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            lines = [*map(echoed, process.stdout)]
        if process.returncode:
            failed.append(name)
        if name in TOLD:
            told += [f"## {name}", "", "```", *lines, "```", ""]
    page = args.out / "bench.md"
    page.write_text("\n".join([*table_of(rows), *told]))
    print(f"written: {page}")
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def echoed(line: str) -> str:
    print(line, end="", flush=True)
    return line.rstrip()


def table_of(rows: Path) -> list[str]:
    """A page's first lines: the machine, and a table of all comparisons."""
    found: list[dict[str, Any]] = []
    if rows.exists():
        found = [json.loads(line) for line in rows.read_text().splitlines()]
    cells = [
        (row["what"], duration(row["ours"]), duration(row["other"]), ratio(row), row["note"])
        for row in found
    ]
    head = ("what", "ours", "the other", "ratio (95 % interval)", "")
    lines = ["| " + " | ".join(line) + " |" for line in (head, ("---",) * len(head), *cells)]
    machine = {row["machine"]: None for row in found} or {describe(): None}
    return ["# Benchmarks", "", *machine, versions("numpy", "h5py"), "", *lines, ""]


def duration(took: float | None) -> str:
    return "" if took is None else f"{took:.2f} s" if took >= 1 else f"{1e3 * took:.3f} ms"


def ratio(row: dict[str, Any]) -> str:
    if row["ratio"] is None:
        return ""
    interval = "" if row["low"] is None else f" ({row['low']:.2f} to {row['high']:.2f})"
    return f"{row['ratio']:.2f}{interval}"


if __name__ == "__main__":
    main()
