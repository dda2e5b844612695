"""What processes are asked to do in tests: functions with a name, since they are sent there by it."""

import logging
import os
import time
from pathlib import Path

from neuroplast import LearningError, interruption
from neuroplast.errors import PartError
from neuroplast.events import IntervalReport, RunInfo
from neuroplast.execution import listening
from neuroplast.registry import current
from support.doubles import Growth

LIMIT = 60
"""Seconds after which whoever waits gives up."""


def run_of(seed):
    return RunInfo("mine", "", seed, Path(f"run-seed{seed}"), 4)


def square(n, listeners, tell):
    """Tell of a run with all its events; where it was done, and n²."""
    run, known = run_of(n), current()
    with listening(listeners):
        known.fire("run_started", run=run)
        known.fire("interval", run=run, report=IntervalReport("learn", 1, 2))
        known.fire("layer_finished", run=run, layer="layer1")
        known.fire("checkpoint", run=run, step=2)
        known.fire("run_finished", run=run, results={"ridge": {"accuracy": float(n)}})
    tell(f"did {n}")
    logging.getLogger("neuroplast").info("logged %s", n)
    return os.getpid(), n**2


def meet(folder, n, others, listeners, tell):
    """Wait until all others are there too, which they are only if they are done at once."""
    (folder / str(n)).touch()
    wait_for(lambda: all((folder / str(other)).exists() for other in others))
    return n


def fail(folder, listeners, tell):
    """Begin a run, and fail in the midst of it."""
    with listening(listeners):
        current().fire("run_started", run=run_of(0))
    (folder / "failed").touch()
    raise LearningError("layer1: change not finite at step 3; lower the rate")


def fail_by_a_part(listeners, tell):
    raise PartError(Growth(), "gave None")


def fail_unexpectedly(listeners, tell):
    raise ZeroDivisionError("division by zero")


def end_after(folder, listeners, tell):
    """End after another task failed, and leave a sign."""
    wait_for((folder / "failed").exists)
    time.sleep(1)
    (folder / "ended").touch()
    return "ended"


def vanish(listeners, tell):
    with listening(listeners):
        current().fire("run_started", run=run_of(7))
    os._exit(9)


def until_stopped(folder, n, listeners, tell):
    """Go on until that is not wanted any more, note each commit that is asked for, and leave a sign."""
    with listening(listeners), interruption.listening() as requests:
        current().fire("run_started", run=run_of(n))
        (folder / f"begun {n} {os.getpid()}").touch()

        def asked():
            if requests.commit:
                (folder / f"committed {n}").touch()
            return requests.stop

        wait_for(asked)
        (folder / f"stopped {n}").touch()
        requests.check()


def wait_for(holds):
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > LIMIT:
            raise TimeoutError
        time.sleep(0.02)
