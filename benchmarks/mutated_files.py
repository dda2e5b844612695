"""What damaged and hostile files do to `check`, `inspect` and `open_run`: real run files, mutated, by the thousand.

python benchmarks/mutated_files.py WORK [--count 10000] [--every 1] [--jobs 2] [--seed 0]

Each file is cut short (at every 1 % of its length), or has bytes flipped, numbers in its headers replaced, blocks
swapped or ranges zeroed. `check` and `inspect` are called on it as a user would, and must end with exit code 0 or 1 and
without a traceback, whatever HDF5 does. `open_run` reads all of it in a process of its own; where that process crashes
or hangs, the file is kept in WORK/kept. Results are lines in WORK/results-*.jsonl: called again, it goes on.

The processes that read are forked from ones that have imported all they need, so that a file takes tenths of a second.
"""

import argparse
import contextlib
import io
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

SIGNATURES = (b"TREE", b"SNOD", b"HEAP", b"\x89HDF")
EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)
OPEN_SECONDS = 60


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=1, help="take each so manieth file only")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    counts = run(args.work, range(0, args.count, args.every), args.jobs, args.seed)
    print(report(counts))
    sys.exit(bool(counts["failures of a command"]))


def run(work, numbers, jobs=2, seed=0):
    """Mutate and read until there are results for the files of these numbers; what came out, as counts."""
    work.mkdir(parents=True, exist_ok=True)
    originals = sources(work / "originals")
    for job in range(jobs):
        _keep_working(work, originals, numbers[job::jobs], job, seed)
    for _ in range(jobs):
        os.wait()
    return counted(work)


def _keep_working(work, originals, numbers, job, seed):
    """Fork a process that has its share done by another; one that is lost over a file is a failure, and replaced."""
    if os.fork():
        return
    results = work / f"results-{job}.jsonl"
    while left := sorted(set(numbers) - _done(work)):
        worker = os.fork()
        if not worker:
            _work(work, originals, left, seed, results)
            os._exit(0)
        _, status = os.waitpid(worker, 0)
        if status:
            lost = min(set(left) - _done(work))
            _note(results, {"file": lost, "check": f"lost, status {status}", "failed": True})
    os._exit(0)


def _rows(work):
    """The results so far; a last line that was cut off counts for nothing."""
    for results in sorted(work.glob("results-*.jsonl")):
        for line in results.read_text().splitlines():
            with contextlib.suppress(ValueError):
                yield json.loads(line)


def _done(work):
    return {row["file"] for row in _rows(work)}


def _note(results, row):
    with results.open("a") as file:
        file.write(json.dumps(row) + "\n")


def counted(work):
    """How many files there were, and what came of them."""
    counts = Counter()
    for row in _rows(work):
        counts["files"] += 1
        counts[f"kind: {row.get('kind', '?')}"] += 1
        for command in ("check", "inspect", "open_run"):
            counts[f"{command}: {row.get(command, 'lost')}"] += 1
        counts["failures of a command"] += bool(row["failed"])
    return counts


def report(counts):
    """The counts, a line each."""
    counts["failures of a command"] += 0  # told also where there is none
    return "\n".join(f"{count:8} {what}" for what, count in sorted(counts.items()))


# -- originals and mutants -----------------------------------------------------------------------------------------


def sources(folder):
    """Real files: a run of format 1.0, and one of today as one file, and as segments with checkpoints."""
    here = Path(__file__).parents[1] / "tests" / "data"
    if not (folder / "done").exists():
        _record(here / "run-1.0.toml", folder)
        shutil.copy(here / "run-1.0.h5", folder / "old.h5")
    return sorted(p for p in folder.rglob("*.h5"))


def _record(scenario, folder):
    """Run a scenario to its end, and once more until it is stopped."""
    worker = os.fork()  # so that torch is not in the processes that read
    if worker:
        _, status = os.waitpid(worker, 0)
        assert not status, "the originals could not be made"
        return
    import neuroplast

    class Stop:
        @neuroplast.hookimpl
        def interval(self, run, report):
            if report.step >= 10:
                raise KeyboardInterrupt

    sets = ["record.commit=0"]
    with contextlib.suppress(KeyboardInterrupt):
        neuroplast.run(str(scenario), sets=sets, out=folder / "stopped", listeners=[Stop()])
    neuroplast.run(str(scenario), sets=sets, out=folder / "done.part")
    (folder / "done.part").rename(folder / "done")
    os._exit(0)


def mutant(originals, index, seed):
    """The file that number `index` is: which original, what was done to it, and its bytes."""
    cuts = 100 * len(originals)
    if index < cuts:
        content = originals[index // 100].read_bytes()
        return originals[index // 100], "cut", content[: len(content) * (index % 100) // 100]
    rng = random.Random(f"{seed}-{index}")
    original = rng.choice(originals)
    change = rng.choice(
        (flipped, flipped, renumbered, renumbered, renumbered, swapped, zeroed, cut)
    )
    content = bytearray(original.read_bytes())
    return original, change.__name__, bytes(change(content, rng, originals))


def flipped(content, rng, originals):
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        content[_place(content, rng)] ^= 1 << rng.randrange(8)
    return content


def renumbered(content, rng, originals):
    """Sizes, addresses, counts and types in headers, replaced by extreme ones."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        width, place = rng.choice((1, 2, 4, 8)), _place(content, rng)
        number = rng.choice((*EXTREMES, rng.randrange(len(content)), rng.getrandbits(64)))
        content[place : place + width] = (number % 2 ** (8 * width)).to_bytes(width, "little")
    return content


def swapped(content, rng, originals):
    size = rng.choice((8, 64, 512, 4096))
    one, other = sorted(rng.randrange(max(1, len(content) - size)) for _ in range(2))
    kept = content[one : one + size]
    content[one : one + size] = content[other : other + size]
    content[other : other + size] = kept
    return content


def zeroed(content, rng, originals):
    size, place = rng.choice((1, 8, 64, 512, 4096, 65536)), _place(content, rng)
    content[place : place + size] = bytes(len(content[place : place + size]))
    return content


def cut(content, rng, originals):
    """Cut short, with the end of another file put behind it."""
    other = rng.choice(originals).read_bytes()
    place = rng.randrange(len(content))
    return content[:place] + other[min(place, len(other)) :]


def _place(content, rng):
    """Anywhere, or where headers are: behind a signature, or where not all is zero."""
    if rng.random() < 0.2:
        return rng.randrange(len(content))
    if rng.random() < 0.3:
        found = content.find(rng.choice(SIGNATURES), rng.randrange(len(content)))
        return min(max(found, 0) + rng.randrange(64), len(content) - 1)
    for _ in range(50):
        place = rng.randrange(len(content))
        if any(content[place : place + 4]) and content[place : place + 4] != b"\x00\x00\xc0\x7f":
            return place
    return rng.randrange(len(content))


# -- reading -------------------------------------------------------------------------------------------------------


def _work(work, originals, left, seed, results):
    """Read the mutants with these numbers, from a process that has imported what reading takes, and not torch."""
    from neuroplast.cli import main as command
    from neuroplast.recording import guard, guarded

    guarded.jobs()
    guard.start = Forked
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        for index in left:
            original, kind, content = mutant(originals, index, seed)
            path = _placed(Path(scratch), original, content, alone=index % 13 != 0)
            row = {"file": index, "kind": kind, "original": original.name}
            row |= _read(command, path, original)
            if (
                any("crash" in str(v) or "too long" in str(v) for v in row.values())
                or row["failed"]
            ):
                kept = work / "kept" / f"{index}-{original.name}"
                kept.parent.mkdir(exist_ok=True)
                kept.write_bytes(content)
            _note(results, row)


def _placed(scratch, original, content, alone):
    """The mutant as a file, or in the place of the original in its folder; what to read."""
    shutil.rmtree(scratch / "run", ignore_errors=True)
    if alone or original.name == "old.h5":
        (scratch / "run").mkdir()
        (scratch / "run" / "run.h5").write_bytes(content)
        return scratch / "run" / "run.h5"
    shutil.copytree(original.parent, scratch / "run")
    (scratch / "run" / original.name).write_bytes(content)
    return scratch / "run"


def _read(command, path, original):
    """What comes of each command, and of reading all in a process."""
    checked, inspected = (
        _call(command, ["check", str(path), "--json"]),
        _call(command, ["inspect", str(path)]),
    )
    row = {"failed": checked[2] or inspected[2]}
    row["check"] = checked[1] if checked[0] else "found nothing"
    row["inspect"] = inspected[1] if inspected[0] else "read"
    row["open_run"] = _opened(path)
    return row


def _call(command, words):
    """Call the command line: its exit code, what that means, and whether the command failed to do its work."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = command(words)
        except BaseException as error:
            return 1, f"raised {type(error).__name__}", True
    told = out.getvalue() + err.getvalue()
    failed = code not in (0, 1) or "Traceback" in told or "internal error" in told or not told
    if "the process that read it" in told:
        return code, "told of a crash" if "SIG" in told else "told that it took too long", failed
    return code, "refused or told", failed


def _opened(path):
    """Whether reading everything with open_run ends, in a process of its own."""
    worker = os.fork()
    if worker:
        timer = threading.Timer(OPEN_SECONDS, os.kill, (worker, signal.SIGKILL))
        timer.start()
        _, status = os.waitpid(worker, 0)
        timer.cancel()
        if os.WIFSIGNALED(status):
            late = os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGXCPU)
            return "too long" if late else f"crash: {signal.Signals(os.WTERMSIG(status)).name}"
        return {0: "read whole", 1: "read partly", 2: "refused"}.get(
            os.WEXITSTATUS(status), "raised"
        )
    os._exit(_read_all(path))


def _read_all(path):
    """0 where all arrays were read, 1 where some were, 2 where it was refused, 3 for an error that is no DataError."""
    from neuroplast.errors import DataError
    from neuroplast.recording import guarded
    from neuroplast.recording.reader import open_run

    guarded.limit(2**32, OPEN_SECONDS)
    try:
        with open_run(path) as recording:
            waiting, read, lost = [recording.root], 0, 0
            while waiting:
                group = waiting.pop()
                waiting += group.groups.values()
                for array in group.arrays.values():
                    try:
                        array[...] if array.shape else array[()]
                        read += 1
                    except DataError:
                        lost += 1
            return int(lost > 0)
    except DataError:
        return 2
    except MemoryError:
        return 2
    except BaseException:
        return 3


class Forked:
    """Answers a request as guard.Spawned does, in a process forked from this one."""

    def __init__(self, request):
        from neuroplast.recording import guarded

        read, write = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            code = 1
            try:
                os.close(read)
                guarded.limit(request["memory"], request["seconds"])
                with os.fdopen(write, "wb") as out:
                    guarded.serve(request, out)
                code = 0
            finally:
                os._exit(code)
        os.close(write)
        self.lines = os.fdopen(read, "rb")

    def wait(self):
        self.lines.close()
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
