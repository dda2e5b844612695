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
    _assign(data, words, value, path)


def _assign(here: Any, words: list[str], value: Any, path: str) -> None:
    first, rest = words[0], words[1:]
    if isinstance(here, list):
        for i in _places(here, first, path):
            if rest:
                here[i] = _as_table(here[i])
                _assign(here[i], rest, value, path)
            else:
                here[i] = merged(here[i], value)
        return
    if not isinstance(here, dict):
        raise ConfigurationError(
            f"--set {path}: there is no {first!r} inside {here!r}; set the whole entry"
        )
    if not rest:
        if first == "kind" and here.get("kind") != value:
            here.clear()
        here[first] = merged(here[first], value) if first in here else value
        return
    below = here.get(first, {})
    if isinstance(below, list) and not _enters(below, rest[0], first):
        below = _as_table(below[0]) if len(below) == 1 else below
    here[first] = below if isinstance(below, list) else _as_table(below)
    _assign(here[first], rest, value, path)


def _enters(entries: list[Any], word: str, kind: str) -> bool:
    """Whether a word chooses among the entries of a list."""
    return word == "*" or word.isdigit() or word in _names(entries, kind.removesuffix("s"))


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


def _places(entries: list[Any], word: str, path: str) -> list[int]:
    if word == "*":
        return list(range(len(entries)))
    if word.isdigit() and int(word) < len(entries):
        return [int(word)]
    kinds = {
        name: i
        for kind in ("layer", "phase", "readout", "condition")
        for i, name in _numbered(entries, kind)
    }
    if word in kinds:
        return [kinds[word]]
    known = [str(e["name"]) for e in entries if isinstance(e, Mapping) and e.get("name")]
    raise ConfigurationError(
        f"--set {path}: no entry {word!r} in a list of {len(entries)}; "
        f"use a number from 0, *, or a name ({', '.join(known) or 'there are none'})"
    )


def _numbered(entries: list[Any], kind: str) -> list[tuple[int, str]]:
    return list(enumerate(_names(entries, kind)))
