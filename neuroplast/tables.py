"""Tables of a scenario: validated with all errors at once, merged, and changed by path."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from neuroplast.errors import ConfigurationError


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for a name that is not known: the one most like it, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none'}"


class Table(BaseModel):
    """A frozen table whose unknown keys are errors that name the nearest known one."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_by_name=True
    )

    @model_validator(mode="wrap")
    @classmethod
    def _advise(cls, data: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(data)
        except ValidationError as error:
            lines = [_advised(cls, details) for details in error.errors()]
            raise ValidationError.from_exception_data(cls.__name__, lines) from None


def _advised(model: type[BaseModel], details: ErrorDetails) -> InitErrorDetails:
    """The same error; an unknown key gets its remedy. Messages are passed on as they are."""
    message = details["msg"]
    if details["type"] == "extra_forbidden" and len(details["loc"]) == 1:
        known = [field.alias or name for name, field in model.model_fields.items()]
        message = f"unknown key; {nearest(str(details['loc'][0]), known)}"
        kind = "unknown_key"
    else:
        kind = details["type"]
    custom = PydanticCustomError(kind, "{message}", {"message": message})
    return InitErrorDetails(type=custom, loc=details["loc"], input=details["input"])


def merged(base: Any, override: Any) -> Any:
    """`override` on top of `base`: tables by key, a part of another kind and everything else as a whole."""
    base, override = _as_part(base, override), _as_part(override, base)
    if not (isinstance(base, Mapping) and isinstance(override, Mapping)):
        return override
    if "kind" in override and override["kind"] != base.get("kind"):
        return dict(override)
    return {**base, **{k: merged(base[k], v) if k in base else v for k, v in override.items()}}


def _as_part(value: Any, beside: Any) -> Any:
    """A kind's name as a table, where a part stands on the other side."""
    if isinstance(value, str) and isinstance(beside, Mapping) and ("kind" in beside or not beside):
        return {"kind": value}
    return value


def assignment(text: str) -> tuple[str, Any]:
    """`path=value` from a command line; the value as TOML has it, else a plain string."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise ConfigurationError(
            f"--set {text!r}: found no value; write it as path=value, such as seed=1"
        )
    try:
        return path.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return path.strip(), value.strip()


_NAMED = ("layers", "phases", "conditions", "readouts", "measures", "projections", "probes")
"""Lists of tables with names of their own, `layer1`, `layer2`, ... by default. Other lists hold parts."""

_BESIDE = ("name", "about", "layer", "at")
"""What stands beside the kind and the parameters of a read-out or a measure, and is none of them."""


def assign(data: dict[str, Any], path: str, value: Any) -> None:
    """Set the entry at a dotted path, in place. Lists of named tables are entered by name, number, or * for all.

    The first word may be the name of a layer: `layer1.rate.eta`, `*.pool` or `layers.*.pool` for all layers.
    Setting the kind of a part to another one drops the parameters of the part that was there.
    """
    words = path.split(".")
    if words[0] not in data and (
        words[0] == "*" or words[0] in _names(data.get("layers", []), "layer")
    ):
        words.insert(0, "layers")
    _assign(data, words, value, path, in_list=True)


def _assign(
    here: Any,
    words: list[str],
    value: Any,
    path: str,
    list_name: str = "",
    in_list: bool = False,
) -> None:
    """Go one word down. list_name: which list this is; in_list: whether it is one of a list, a part or not."""
    first, rest = words[0], words[1:]
    if isinstance(here, list):
        for i in _places(here, first, list_name, path):
            if rest:
                here[i] = _as_table(here[i])
                _assign(here[i], rest, value, path, in_list=True)
            else:
                here[i] = merged(here[i], value)
        return
    if not isinstance(here, dict):
        raise ConfigurationError(
            f"--set {path}: there is no {first!r} inside {here!r}; set the whole entry"
        )
    if not rest:
        if first == "kind" and here.get("kind", value if in_list else None) != value:
            for name in here.keys() - set(_BESIDE):
                del here[name]
        here[first] = merged(here[first], value) if first in here else value
        return
    below = here.get(first, {})
    if isinstance(below, list) and len(below) == 1 and first not in _NAMED:
        below = below if rest[0] == "*" or rest[0].isdigit() else below[0]  # a list of one part
    here[first] = below if isinstance(below, list) else _as_table(below)
    _assign(here[first], rest, value, path, list_name=first)


def _as_table(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


def _names(entries: Any, kind: str) -> list[str]:
    """The names of a list's tables: their own, or `layer1`, `layer2`, ..."""
    if not isinstance(entries, list):
        return []
    return [
        (e.get("name") if isinstance(e, Mapping) else None) or f"{kind}{i}"
        for i, e in enumerate(entries, start=1)
    ]


def _places(entries: list[Any], word: str, list_name: str, path: str) -> list[int]:
    if word == "*":
        return list(range(len(entries)))
    if word.isdigit() and int(word) < len(entries):
        return [int(word)]
    known = _names(entries, list_name.removesuffix("s")) if list_name in _NAMED else []
    if word in known:
        return [known.index(word)]
    raise ConfigurationError(
        f"--set {path}: no entry {word!r} in a list of {len(entries)}; "
        f"use a number from 0, *, or a name ({', '.join(known) or 'there are none'})"
    )
