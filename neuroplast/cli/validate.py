"""`neuroplast validate`: everything that is wrong with a scenario, at once."""

from __future__ import annotations

from typing import Annotated

import typer

from neuroplast.cli.loading import insisted
from neuroplast.cli.output import AsJson, Sets, print_json

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A shipped scenario, or a TOML or JSON file.")
]


def validate(scenario: ScenarioName, sets: Sets = None, as_json: AsJson = False) -> None:
    """Tell all that is wrong with a scenario.

    In every condition, and whether the layers fit the stimuli and each other.

    Example: neuroplast validate my_scenario.toml
    """
    from neuroplast.drafts import draft, find_problems
    from neuroplast.errors import ScenarioError

    insisted()
    given = draft(scenario, sets or [])
    problems = find_problems(given, given.conditions)
    if as_json:
        print_json({"valid": not problems, "problems": [vars(p) for p in problems]})
        raise typer.Exit(2 if problems else 0)
    if problems:
        raise ScenarioError(given.source, problems)
    conditions = ", ".join(filter(None, given.conditions))
    print(f"{given.source}: valid" + (f" in conditions {conditions}" if conditions else ""))
