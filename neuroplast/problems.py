"""What validation found wrong, in the words of the person who wrote the scenario."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from neuroplast.errors import Problem

_NAMED = ("layers", "phases", "conditions", "readouts", "measures", "projections", "probes")
_TYPES = {"tuple_type": "a list", "model_type": "a table", "dict_type": "a table"}
"""What scenario files call what they should hold, by pydantic's name of the error."""
_OURS = ("unknown_key", "part", "incomplete", "forms")


def problems(error: ValidationError, data: Any, whole: str = "scenario") -> list[Problem]:
    """Every error with its path in `data`, what was found there, and what to do.

    whole: what to call the data itself.
    """
    return [_problem(details, data, whole) for details in error.errors()]


def path_of(location: tuple[int | str, ...], data: Any, whole: str = "scenario") -> str:
    """`layers, 0, rate, eta` as `layer1.rate.eta`: layers, phases and the like by their names."""
    words: list[str] = []
    here = data
    for step in location:
        if step == 0 and not isinstance(here, list | tuple) and here is not None:
            continue  # one entry that stands for a list of one
        here = _inside(here, step)
        if isinstance(step, int) and words and words[-1] in _NAMED:
            kind = words.pop()
            name = here.get("name") if isinstance(here, Mapping) else None
            words.append(str(name or f"{kind.removesuffix('s')}{step + 1}"))
        elif (
            step != "part"
        ):  # a read-out's own parameters stand beside its name and times in a file
            words.append(str(step))
    return ".".join(words) or whole


def _inside(data: Any, step: int | str) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


def _problem(details: ErrorDetails, data: Any, whole: str) -> Problem:
    path, kind = path_of(details["loc"], data, whole), details["type"]
    if kind == "missing":
        return Problem(path, "is missing", "add it")
    if kind in _OURS:
        found, _, remedy = details["msg"].partition("; ")
        return Problem(path, found, remedy)
    what, _, wanted = details["msg"].partition(" should ")  # such as "Input should be ..."
    if kind in _TYPES or not what.isalpha():
        wanted = "be " + _TYPES.get(kind, details["msg"].removeprefix("Value error, "))
    return Problem(path, f"found {details['input']!r}", f"should {wanted}")
