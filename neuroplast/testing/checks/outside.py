"""Every part is held to leave alone what is not its own: the process, the disk, and what modules and classes keep."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

import torch

from neuroplast.layer import Layer, Objective
from neuroplast.progress import Progress
from neuroplast.testing import process
from neuroplast.testing.asking import ANY, Violation, check
from neuroplast.testing.checks import measures, preprocessings, readouts, stimuli
from neuroplast.testing.hidden import hidden, moved
from neuroplast.testing.subject import Subject
from neuroplast.testing.trial import PLACES, trial
from neuroplast.testing.writing import written


@check(ANY, "leaves the rest of the program alone")
def leaves_the_rest_alone(subject: Subject) -> None:
    """Nothing may be kept in modules, classes or closures, no setting of the process changed, no file written."""
    use = _USES.get(subject.family, _step)
    with process.kept(), torch.set_grad_enabled(subject.family not in PLACES):
        torch.set_num_threads(torch.get_num_threads() + 1)  # whoever sets a number sets another
        before, switched = hidden(subject.part), process.settings()
        with written() as files:
            use(subject)
        kept, switches = moved(before, hidden(subject.part)), process.changed(switched)
    if found := list(_faults(kept, switches, files)):
        raise Violation(f"{subject.kind}: {'; '.join(found)}")


def _faults(kept: list[str], switches: list[str], files: list[str]) -> Iterator[str]:
    """What was found, with remedies."""
    if kept:
        yield (
            f"keeps what no layer knows of in {', '.join(kept)}; declare what evolves as Memory, and "
            "use functools.cache where something is computed once from its arguments"
        )
    if switches:
        yield (
            f"changes the whole process by {', '.join(switches)}; "
            "name dtype and device where tensors are made, and set nothing but in a `with` block"
        )
    if files:
        yield f"{', '.join(files)} while it was used; leave files to the record of the run"


# -- using a part ------------------------------------------------------------------------------------------------------


def _step(subject: Subject) -> None:
    """A few steps of a layer, and its answer when frozen."""
    tried = trial(subject)
    layer = tried.layer()
    learn = inspect.unwrap(Layer.learn)  # without its own no_grad, which would put back what is set
    objectives: list[Objective] = ["explicit", "explicit"]
    if subject.family == "rule" and subject.part.has_surrogate():
        objectives.append("surrogate")
    for step, objective in enumerate(objectives):
        x, progress = tried.stimuli(step), Progress(step, len(objectives))
        learn(layer, x, tried.labels, progress, objective=objective)
    layer.freeze()
    layer.respond(tried.stimuli(0))


def _read(subject: Subject) -> None:
    given = readouts.source(40, 60)
    readouts.fit(subject, given).classifier.scores(given.features)


_USES: dict[str, Callable[[Subject], object]] = {
    "architecture": lambda subject: subject.part.layers(),
    "measure": lambda subject: list(measures.measured(subject)),
    "preprocessing": lambda subject: list(preprocessings.fitted(subject)),
    "readout": _read,
    "stimuli": stimuli.loaded,
}
"""How parts are used that stand in no layer."""
