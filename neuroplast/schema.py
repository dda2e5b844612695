"""The JSON schema of scenario files, with all parts that are known, for editors."""

from __future__ import annotations

from typing import Any

from neuroplast import registry
from neuroplast.component import Component
from neuroplast.kinds import KINDS
from neuroplast.scenario import ORDERS, Scenario
from neuroplast.spec import PART_MARK

_SHORT = ("LayerSpec", "ProjectionSpec", "ReadoutSpec", "MeasureSpec")


def schema() -> dict[str, Any]:
    """The JSON schema of scenario files, with all parts known now, for editors.

    It describes files as they are written: short forms are allowed, and what has a default need not be named.
    """
    whole: dict[str, Any] = _with_parts(Scenario.model_json_schema(by_alias=True))
    for kind in KINDS:
        parts = [e.part for e in registry.current().entries(kind)]
        names = sorted(n for part in parts for n in (part.kind, *part.aliases))
        whole["$defs"][kind] = {"anyOf": [{"enum": names}, *(_part_schema(part) for part in parts)]}
    phase = whole["$defs"]["PhaseSpec"]["properties"]
    phase["order"]["enum"] += ORDERS
    for name, field in {"seed": {"type": "integer", "minimum": 0}, **phase}.items():
        whole["properties"].setdefault(name, field)
    return whole


def _with_parts(value: Any) -> Any:
    """The schema with marks as references, and with nothing required that a recipe or a default may give."""
    if isinstance(value, list):
        return [_with_parts(v) for v in value]
    if not isinstance(value, dict):
        return value
    if PART_MARK in value:
        return {
            **{k: v for k, v in value.items() if k != PART_MARK},
            "$ref": f"#/$defs/{value[PART_MARK]}",
        }
    entries = {k: _with_parts(v) for k, v in value.items()}
    if value.get("title") in _SHORT:
        entries.pop("required", None)
        part = entries["properties"].pop("part", None)
        entries["additionalProperties"] = part is not None
        if part is not None:  # its kind and parameters stand beside the other entries
            return {"anyOf": [part, entries]}
    if entries.get("type") == "array" and (
        "$ref" in entries.get("items", {}) or entries.get("title") in ("At", "Input")
    ):
        return {
            **{k: v for k, v in entries.items() if k == "default"},
            "anyOf": [entries["items"], entries],
        }
    return entries


def _part_schema(part: type[Component]) -> dict[str, Any]:
    """A part's table; with a recipe, `kind` and parameters may be left to it."""
    table = part.model_json_schema()
    names = {alias: table["properties"][plain] for alias, plain in part.parameter_aliases.items()}
    kind = {"enum": [part.kind, *part.aliases]}
    return {
        "type": "object",
        "description": (part.__doc__ or "").partition("\n")[0],
        "properties": {"kind": kind, **table.get("properties", {}), **names},
        "additionalProperties": False,
    }
