"""What runs in the process that guard.py starts: it limits itself, does a job for each item, and answers in JSON.

It does not import torch, which alone takes more memory than reading may.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from neuroplast.errors import DataError
from neuroplast.recording.damage import shown

Job = Callable[..., Iterator[Any]]


def main() -> None:
    """Read a request from standard input, and answer it."""
    request = json.loads(sys.stdin.read())
    limit(request["memory"], request["seconds"])
    serve(request, sys.stdout.buffer)


def limit(memory: int, seconds: int) -> None:
    """Take no more than so many bytes and seconds of CPU time, write no file, and leave no image when it crashes."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


def serve(request: Mapping[str, Any], out: BinaryIO) -> None:
    """Do the job for each item, and say what came of it, a line for each answer."""
    job = jobs()[request["job"]]

    def say(line: Mapping[str, Any]) -> None:
        out.write(json.dumps(line).encode() + b"\n")
        out.flush()

    for number, item in enumerate(request["items"]):
        say({"item": number})
        try:
            for given in job(**item):
                say({"answer": given})
        except MemoryError:
            size = request["memory"] / 2**30
            say({"error": f"{item['path']}: takes more than {size:g} GiB to read; {REMEDY}"})
        except DataError as error:
            say({"error": str(error)})
        except Exception as error:
            told = shown(f"{type(error).__name__}: {error}".partition("\n")[0])
            say({"error": f"{item['path']}: cannot be read ({told}); {REMEDY}"})
    say({"done": True})


REMEDY = "it is damaged, or does not come from neuroplast: copy it again"


def jobs() -> dict[str, Job]:
    """What can be asked."""
    from neuroplast.recording.check.file import found_in_file
    from neuroplast.recording.check.folder import found_in_folder
    from neuroplast.recording.follow import news
    from neuroplast.recording.inspect import summarised
    from neuroplast.recording.intact import intact

    return {
        "inspect": summarised,
        "news": news,
        "check file": found_in_file,
        "check folder": found_in_folder,
        "intact": intact,
    }
