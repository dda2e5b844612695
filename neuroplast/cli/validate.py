"""`neuroplast validate`: everything that is wrong with a scenario, at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from neuroplast.cli.output import AsJson, Sets, print_json

if TYPE_CHECKING:
    from neuroplast.drafts import Draft
    from neuroplast.errors import Problem

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A shipped scenario, or a TOML or JSON file.")
]


def validate(scenario: ScenarioName, sets: Sets = None, as_json: AsJson = False) -> None:
    """Tell all that is wrong with a scenario.

    In every condition, and whether the layers fit the stimuli and each other.

    Example: neuroplast validate my_scenario.toml
    """
    from neuroplast.drafts import draft
    from neuroplast.errors import ScenarioError

    given = draft(scenario, sets or [])
    problems = always = _problems(given, "")
    for condition in filter(None, given.conditions):
        found = [p for p in _problems(given, condition) if p not in always]
        problems = problems + [replace(p, path=f"{condition}: {p.path}") for p in found]
    if as_json:
        print_json({"valid": not problems, "problems": [vars(p) for p in problems]})
        raise typer.Exit(2 if problems else 0)
    if problems:
        raise ScenarioError(given.source, problems)
    conditions = ", ".join(filter(None, given.conditions))
    print(f"{given.source}: valid" + (f" in conditions {conditions}" if conditions else ""))


def _problems(given: Draft, condition: str) -> list[Problem]:
    """What is wrong in one condition, or before any is applied."""
    from neuroplast.drafts import check_fit
    from neuroplast.errors import ConfigurationError, Problem, ScenarioError
    from neuroplast.loading import data_root

    try:
        resolved = given.resolve(condition)
    except ScenarioError as error:
        return error.problems
    except ConfigurationError as error:
        return [Problem("set", str(error))]
    shape = resolved.stimuli.shape(data_root())
    return check_fit(resolved, shape) if shape and resolved.layers else []
