"""What a run survives: kills at random moments and at the n-th change of a file, half of these torn, and full disks.

    python benchmarks/faults.py [--kills 300] [--writes 300] [--full 100] [--reads 2000] [--only NAME ...]
                                [--folder build/faults]

Every trial runs a scenario in a process of its own, which is killed, or meets a full disk; looks at what is there;
resumes it, and compares the result with an uninterrupted run, value by value. Meanwhile a reader opens runs that are
being written, and compares each value that it gets. Trials are kept in `--folder`, so that it can be stopped and
continued. The second kind of kill needs a C compiler; where there is none it is left out, and that is said.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from machine import describe

import neuroplast
from neuroplast import registry
from neuroplast.errors import DataError
from neuroplast.recording import checkpoint
from neuroplast.recording import folder as folders

SHIM = Path(__file__).with_name("faults.c")
KILL, TORN, FULL = 1, 2, 3
MOST_CALLS = {"write": 150, "full": 30}
"""The fault comes at one of so many calls that change files, or that write, which is about what a run takes."""

Arrays = dict[str, tuple[list[int], Any]]
"""Everything that was recorded along steps, by a name of its own: the steps, and the values."""


def layers(order: str) -> dict[str, dict[str, Any]]:
    """The scenarios, by name."""
    common: dict[str, Any] = {
        "seeds": [0],
        "record": {"every": 3, "commit": 0.1},  # so that a run takes as long to commit as to learn
        "readouts": [{"kind": "ridge", "at": ["every 10 steps", "end"]}],
    }
    clusters = {"kind": "gaussian_clusters", "inputs": 16, "clusters": 4}
    learns = {"scaling": "mean", "rate": {"kind": "constant", "eta": 0.05}}
    dense = {"synapse": {"kind": "dense", "neurons": 24}, **learns}
    soft = {**dense, "rule": "softhebb", "competition": "soft_wta", "population": "relu"}
    conv = {"kind": "conv2d", "neurons": 6, "kernel": 5, "stride": 2}
    phases = [{"presentations": 300, "batch": 10, "order": order}]
    return {
        f"dense-{order}": {
            **common,
            "record": {"every": 3, "commit": 0.02},
            "stimuli": clusters,
            "layers": [soft, soft],
            "phases": phases,
        },
        f"conv-{order}": {
            **common,
            "stimuli": {"kind": "fashion_mnist_small"},
            "layers": [{"use": "softhebb", "synapse": conv}] * 2,
            "phases": phases,
        },
        f"history-{order}": {
            **common,
            "stimuli": clusters,
            "layers": [
                {
                    **dense,
                    "rule": {"kind": "bcm", "time_constant": 50},
                    "competition": {"kind": "temporal", "window": 60},
                    "dynamics": [{"kind": "adaptive_threshold"}],
                    "constraints": ["unit_norm", {"kind": "revival", "after": 50}],
                    "step": "momentum",
                },
                soft,
            ],
            "phases": phases,
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300, help="at random moments")
    parser.add_argument(
        "--writes", type=int, default=300, help="kills at the n-th change of a file"
    )
    parser.add_argument("--full", type=int, default=100, help="full disks")
    parser.add_argument("--reads", type=int, default=2000, help="at least so many concurrent reads")
    parser.add_argument("--only", nargs="+", help="the names of some scenarios")
    parser.add_argument("--folder", type=Path, default=Path("build/faults"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.folder = args.folder.resolve()
    args.folder.mkdir(parents=True, exist_ok=True)
    shim = preloaded(args.folder)
    print(describe())
    if shim is None:
        print("no C compiler: kills at the n-th change of a file, and full disks, are left out")
        args.writes = args.full = 0
    registry.current()
    scenarios = {**layers("simultaneous"), **layers("greedy")}
    scenarios = {name: s for name, s in scenarios.items() if name in (args.only or scenarios)}
    references = {name: reference(name, s, args.folder) for name, s in scenarios.items()}
    log = args.folder / "trials.jsonl"
    done = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    wanted = [("kill", args.kills), ("write", args.writes), ("full", args.full)]
    names = list(scenarios)
    with Reader(args.folder, references) as reader:
        for kind, count in wanted:
            for number in range(sum(t["kind"] == kind for t in done), count):
                name = names[number % len(names)]
                trial = Trial(
                    kind, number, name, scenarios[name], references[name], args.folder, shim
                )
                found = {**trial.outcome(reader), "kind": kind, "number": number, "scenario": name}
                done.append(found)
                with log.open("a") as file:
                    file.write(json.dumps(found) + "\n")
        while reader.counts["reads"] < args.reads:  # more runs to read, if the trials were too few
            name = names[reader.counts["reads"] % len(names)]
            Trial("read", 0, name, scenarios[name], references[name], args.folder, None).read(
                reader
            )
        reads = reader.counts
    return report(done, reads)


def report(done: list[dict[str, Any]], reads: Counter[str]) -> int:
    """Print the counts; 1 where anything was lost, wrong or different."""
    bad = 0
    for kind, told in (
        ("kill", "SIGKILL at a random moment"),
        ("write", "SIGKILL at the n-th change of a file"),
        ("full", "disk full at the n-th write"),
    ):
        of_kind = [t for t in done if t["kind"] == kind]
        counts: Counter[str] = Counter()
        for trial in of_kind:
            counts.update({k: v for k, v in trial.items() if isinstance(v, int) and k != "number"})
        print(
            f"{told}: {len(of_kind)} trials, {counts['stops']} stops of which {counts['before_commit']} before the "
            f"first commit; committed rows lost {counts['lost']}, runs that differ {counts['different']}, "
            f"errors {counts['errors']}"
        )
        bad += counts["lost"] + counts["different"] + counts["errors"]
    print(
        f"concurrent reads: {reads['reads']}, of {reads['values']} values; wrong {reads['wrong']}; refused, as where "
        f"nothing was committed yet: {reads['refused']}"
    )
    return 1 if bad or reads["wrong"] else 0


# -- uninterrupted runs --------------------------------------------------------------------------------------------


def reference(name: str, scenario: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The uninterrupted run: its fingerprint, all that it recorded, and how long it took."""
    out = folder / "reference" / name
    if not (out / "run.h5").is_file():
        shutil.rmtree(out, ignore_errors=True)
        problem = in_child(lambda: neuroplast.run(scenario, out=out, device="cpu", threads=1))
        assert not problem, f"{name}: {problem}"
    again = folder / "again"
    shutil.rmtree(again, ignore_errors=True)
    started = time.perf_counter()
    in_child(lambda: neuroplast.run(scenario, out=again, device="cpu", threads=1))
    took = time.perf_counter() - started
    assert fingerprint(again) == fingerprint(out), f"{name}: two uninterrupted runs differ"
    return {"sha": fingerprint(out), "arrays": recorded(out), "seconds": took}


def fingerprint(run: Path) -> str:
    with neuroplast.open_run(run, verify=True) as recording:
        return str(recording.provenance["content_sha256"])


def recorded(run: Path) -> Arrays:
    """Everything recorded along steps, of a run that is finished or not."""
    found: Arrays = {}
    with neuroplast.open_run(run) as recording:
        for layer in recording.layers.values():
            for name, (steps, values) in layer.series.items():
                found[f"{layer.name}/{name}"] = (steps.tolist(), values)
        for group, metrics in recording.metrics.items():
            for name, (steps, values) in metrics.items():
                found[f"metrics/{group}/{name}"] = (steps.tolist(), values)
        for step, state in recording.snapshots.items():
            for layer_name, tensors in state.items():
                for name, tensor in tensors.items():
                    found[f"{layer_name}/{name}@{step}"] = ([step], tensor)
    return found


def wrong(found: Arrays, expected: Arrays) -> tuple[int, int]:
    """How many values there are, and how many arrays are not the beginning of what an uninterrupted run records."""
    values = bad = 0
    for name, (steps, mine) in found.items():
        if name not in expected:
            bad += 1
            continue
        known, whole = expected[name]
        values += mine.numel()
        beginning = whole if "@" in name else whole[: len(mine)]
        bad += steps != known[: len(steps)] or not same(mine, beginning)
    return values, bad


def same(mine: torch.Tensor, theirs: torch.Tensor) -> bool:
    """Whether all values are equal, and NaN where the other is NaN."""
    if (mine.shape, mine.dtype) != (theirs.shape, theirs.dtype):
        return False
    return bool(((mine == theirs) | ((mine != mine) & (theirs != theirs))).all())


# -- trials --------------------------------------------------------------------------------------------------------


class Trial:
    """One run that is stopped, looked at, and resumed."""

    def __init__(
        self,
        kind: str,
        number: int,
        name: str,
        scenario: dict[str, Any],
        expected: dict[str, Any],
        folder: Path,
        shim: ctypes.CDLL | None,
    ) -> None:
        self.kind, self.scenario, self.expected, self.shim = kind, scenario, expected, shim
        self.random = random.Random(f"{kind} {number} {name}")
        self.run = folder / "trial"
        shutil.rmtree(self.run, ignore_errors=True)

    def outcome(self, reader: Reader) -> dict[str, Any]:
        """Stop it up to three times, then let it end."""
        counts: Counter[str] = Counter()
        reader.watch(self.run, self.name_of(reader))
        for _ in range(self.random.randint(1, 3)):
            if not self._stopped(counts):
                break
            self._look(counts)
        problem = ""
        if not (self.run / "run.h5").is_file():
            problem = in_child(self._begin_or_resume)
        same = not problem and fingerprint(self.run) == self.expected["sha"]
        counts["different"] += not same
        reader.watch(None, "")
        if not same:
            shutil.copytree(self.run, self.run.with_name(f"different-{time.time():.0f}"))
        return {**counts, "problem": problem}

    def name_of(self, reader: Reader) -> str:
        return next(n for n, r in reader.references.items() if r is self.expected)

    def read(self, reader: Reader) -> None:
        """Only run it, to be read."""
        reader.watch(self.run, self.name_of(reader))
        in_child(self._begin_or_resume)
        reader.watch(None, "")

    def _begin_or_resume(self) -> None:
        if folders.is_unfinished(self.run) if self.run.is_dir() else False:
            neuroplast.resume(self.run, threads=1, tell=lambda line: None)
        elif not (self.run / "run.h5").is_file():
            shutil.rmtree(self.run, ignore_errors=True)
            neuroplast.run(self.scenario, out=self.run, device="cpu", threads=1)

    def _stopped(self, counts: Counter[str]) -> bool:
        """Run it, and stop it; whether it was stopped before its end."""
        child = multiprocessing.get_context("fork").Process(target=self._armed)
        child.start()
        if self.kind == "kill":
            child.join(self.random.uniform(0, self.expected["seconds"]))
            if child.is_alive():
                os.kill(child.pid, signal.SIGKILL)
        child.join()
        stopped = child.exitcode != 0
        counts["stops"] += stopped
        counts["errors"] += child.exitcode not in (0, -signal.SIGKILL, 3)
        return stopped

    def _armed(self) -> None:
        """In a process of its own: meet the fault. 3 where a full disk was told as such."""
        quiet()
        if self.shim is not None and self.kind != "kill":
            how = FULL if self.kind == "full" else self.random.choice((KILL, TORN))
            call = self.random.randint(1, MOST_CALLS[self.kind])
            self.shim.faults_arm(call, how, str(self.run).encode())
        try:
            self._begin_or_resume()
        except DataError as error:
            os._exit(3 if "no room" in str(error) else 4)
        os._exit(0)

    def _look(self, counts: Counter[str]) -> None:
        """Whether everything committed is there, and right."""
        kept = folders.checkpoints(self.run) if self.run.is_dir() else []
        if not kept and not (self.run / "run.h5").is_file():
            counts["before_commit"] += 1
            return
        found = recorded(self.run)
        _, bad = wrong(found, self.expected["arrays"])
        counts["lost"] += bad
        if not (self.run / "run.h5").is_file():
            step, *_ = checkpoint.load(self.run / folders.checkpoint_name(kept[-1]))
            for name, (steps, _) in self.expected["arrays"].items():
                due = [s for s in steps if s < step and "@" not in name]
                there = found.get(name, ([], None))[0]
                counts["lost"] += len(set(due) - set(there))


def in_child(work: Callable[[], object]) -> str:
    """Do something in a process of its own; what went wrong there, or nothing."""
    receive, send = multiprocessing.get_context("fork").Pipe(duplex=False)

    def told() -> None:
        quiet()
        try:
            work()
            send.send("")
        except BaseException as error:
            send.send(f"{type(error).__name__}: {error}")

    child = multiprocessing.get_context("fork").Process(target=told)
    child.start()
    send.close()
    try:
        found = str(receive.recv())
    except EOFError:
        found = "ended without a word"
    child.join()
    return found


def quiet() -> None:
    """Let nothing of a trial be printed."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


# -- the reader ----------------------------------------------------------------------------------------------------


class Reader:
    """A process that opens the run of the present trial again and again, and compares what it gets."""

    def __init__(self, folder: Path, references: dict[str, dict[str, Any]]) -> None:
        self.references = references
        context = multiprocessing.get_context("fork")
        self._file, self._state = folder / "reader.json", folder / "watched.json"
        self._state.write_text(json.dumps(["", ""]))
        self._process = context.Process(target=self._work, daemon=True)

    @property
    def counts(self) -> Counter[str]:
        try:
            return Counter(json.loads(self._file.read_text()))
        except (OSError, ValueError):
            return Counter()

    def watch(self, run: Path | None, name: str) -> None:
        """Read this run from now on."""
        trial = self._state.with_suffix(".new")
        trial.write_text(json.dumps([str(run) if run else "", name]))
        trial.replace(self._state)

    def __enter__(self) -> Reader:
        self._process.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.join()

    def _work(self) -> None:
        quiet()
        counts = self.counts
        while True:
            time.sleep(0.8)
            run, name = watched = json.loads(self._state.read_text())
            if not run or not Path(run).is_dir():
                continue
            try:
                found = recorded(Path(run))
                values, bad = wrong(found, self.references[name]["arrays"])
                seen = Counter(reads=1, values=values, wrong=bad)
            except DataError:
                seen = Counter(refused=1)
            except Exception:
                seen = Counter(reads=1, wrong=1)
            if json.loads(self._state.read_text()) != watched:
                continue  # the folder is being removed, or another run's by now
            counts += seen
            trial = self._file.with_suffix(".new")
            trial.write_text(json.dumps(counts))
            trial.replace(self._file)


def preloaded(folder: Path) -> ctypes.CDLL | None:
    """The shim, with which this process was started again; None without a C compiler."""
    built = (folder / "faults.so").resolve()
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not built.exists():
        if compiler is None or not sys.platform.startswith("linux"):
            return None
        words = [compiler, "-shared", "-fPIC", "-O2", "-o", str(built), str(SHIM), "-ldl"]
        subprocess.run(words, check=True)
    if os.environ.get("LD_PRELOAD") != str(built):
        os.execve(
            sys.executable,
            [sys.executable, *sys.argv],
            {**os.environ, "LD_PRELOAD": str(built), "OMP_NUM_THREADS": "1"},
        )
    shim = ctypes.CDLL(str(built))
    shim.faults_arm.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_char_p]
    return shim


if __name__ == "__main__":
    sys.exit(main())
