"""`neuroplast schema`: the JSON schema of scenario files, for editors."""

from __future__ import annotations

from neuroplast.cli.output import print_json


def schema() -> None:
    """Print the JSON schema of scenario files.

    With all parts that are known now, for editors to complete and check.

    Example: neuroplast schema > scenario.schema.json
    """
    from neuroplast import schema as schemas

    print_json(schemas.schema())
