"""What every part is held to, whatever its family."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import torch
from annotated_types import Ge, Gt, Le, Lt
from pydantic import PydanticInvalidForJsonSchema, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from torch import Tensor

from neuroplast.component import Component, Memory
from neuroplast.projection import allocate
from neuroplast.testing.asking import ANY, NotApplicable, Violation, check
from neuroplast.testing.manners import takes_its_arguments
from neuroplast.testing.subject import Subject

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_EQUATION = re.compile(r"[=Δ←∝]")
_SOURCE = re.compile(r"^\s*Source:\s*\n\s*\S", re.MULTILINE)


@check(ANY, "has names that scenarios can use")
def has_names(subject: Subject) -> None:
    """A kind in snake_case, aliases beside it, and aliases of parameters that it has."""
    part = type(subject.part)
    if not _SNAKE_CASE.fullmatch(part.kind):
        raise Violation(f"kind is {part.kind!r}; write it in snake_case, such as 'my_rule'")
    names = [part.kind, *part.aliases]
    for name in names:
        if not isinstance(name, str) or not name or names.count(name) > 1:
            raise Violation(
                f"aliases are {part.aliases!r} of kind {part.kind!r}; give each name once"
            )
    fields = type(subject.part).model_fields
    for alias, name in part.parameter_aliases.items():
        if name not in fields or alias in fields:
            raise Violation(
                f"parameter_aliases has {alias!r} for {name!r}; give another name for one of "
                f"the parameters ({', '.join(fields) or 'there are none'})"
            )


@check(ANY, "says what it does")
def says_what_it_does(subject: Subject) -> None:
    """A docstring of its own; of a rule, with the equation and the source, which `show` prints."""
    text = vars(type(subject.part)).get("__doc__") or ""
    if not text.strip():
        raise Violation(f"{type(subject.part).__name__} has no docstring; say what it does")
    if subject.family != "rule":
        return
    if not _EQUATION.search(text):
        raise Violation(f"the docstring of {subject.kind} has no equation; state Δw", text)
    if not _SOURCE.search(text):
        raise Violation(
            f"the docstring of {subject.kind} names no source; add a section 'Source:'", text
        )


@check(ANY, "describes every parameter")
def describes_parameters(subject: Subject) -> None:
    """Lists and schemas print the descriptions; a default must be a value that may be given."""
    for name, field in type(subject.part).model_fields.items():
        if not (field.description or "").strip():
            raise Violation(
                f"parameter {name} has no description; "
                f'add it: {name}: ... = Field(..., description="...")'
            )
        if field.is_required():
            continue
        default = field.get_default(call_default_factory=True, validated_data={})
        try:
            _alone(field).validate_python(default)
        except ValidationError as error:
            first = error.errors()[0]["msg"]
            raise Violation(
                f"parameter {name}: its default {default!r} is refused: {first}"
            ) from error


@check(ANY, "cannot be changed once it is made")
def is_frozen(subject: Subject) -> None:
    """A part is parameters only; what evolves is declared memory, and belongs to the layer."""
    for name in (*type(subject.part).model_fields, "something_new"):
        part = subject.part.model_copy()
        try:
            setattr(part, name, getattr(part, name, 1))
        except (ValidationError, ValueError, AttributeError, TypeError):
            continue
        raise Violation(
            f"{name} could be assigned; keep the part frozen, and declare memory instead"
        )


@check(ANY, "is the same after it was written and read")
def survives_writing(subject: Subject) -> None:
    """Scenarios are stored in run files and read again, and parts are sent to other processes."""
    part = subject.part
    copies: dict[str, Any] = {
        "model_dump": _read(part, part.model_dump()),
        "JSON": _read(part, json.loads(part.model_dump_json())),
        "copy.deepcopy": copy.deepcopy(part),
        "pickle": _pickled(part),
        "the same parameters": type(part)(**subject.parameters),
    }
    for way, again in copies.items():
        if again != part or type(again) is not type(part):
            raise Violation(f"another part came back from {way}: {again}", f"part = {part}")


def _read(part: Component, table: dict[str, Any]) -> Any:
    if table.get("kind") != part.kind:
        raise Violation(
            f"model_dump gives kind {table.get('kind')!r}; it must give {part.kind!r} and the parameters"
        )
    return type(part).model_validate({k: v for k, v in table.items() if k != "kind"})


def _pickled(part: Component) -> Any:
    try:
        return pickle.loads(pickle.dumps(part))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise Violation(f"cannot be pickled: {error}; define the class in a module") from error


@check(ANY, "refuses a parameter that it does not have")
def refuses_unknown_parameters(subject: Subject) -> None:
    """A misspelt parameter would otherwise be a setting that does nothing."""
    given = {**subject.parameters, "no_such_parameter": 1}
    try:
        type(subject.part).model_validate(given)
    except ValidationError:
        return
    raise Violation("took the unknown parameter no_such_parameter; forbid extra keys")


@check(ANY, "refuses a parameter out of its range")
def refuses_out_of_range(subject: Subject) -> None:
    """Whatever bound a parameter states is held; no number may be NaN or infinite."""
    tried = 0
    for name, field in type(subject.part).model_fields.items():
        for value in _beyond(field):
            tried += 1
            try:
                type(subject.part).model_validate({**subject.parameters, name: value})
            except ValidationError:
                continue
            raise Violation(f"took {name} = {value!r}, which its range leaves out")
    if not tried:
        raise NotApplicable(f"{subject.kind} has no parameter with a range")


def _beyond(field: FieldInfo) -> Iterator[float]:
    """Values that a field must refuse: beyond each of its bounds, and not finite."""
    for bound in field.metadata:
        match bound:
            case Ge(ge=least):
                yield least - 1  # type: ignore[operator]
            case Gt(gt=least):
                yield least  # type: ignore[misc]
            case Le(le=most):
                yield most + 1  # type: ignore[operator]
            case Lt(lt=most):
                yield most  # type: ignore[misc]
    if float in (field.annotation, *get_args(field.annotation)):
        yield float("nan")
        yield float("inf")


@check(ANY, "has a JSON schema")
def has_a_schema(subject: Subject) -> None:
    """Editors complete and check scenario files by it."""
    try:
        json.dumps(type(subject.part).model_json_schema())
    except (PydanticInvalidForJsonSchema, TypeError) as error:
        raise Violation(
            f"its parameters have no JSON schema: {error}; use numbers, text, truth values and tuples"
        ) from error


_AXES = {"scalar": (), "pre": (3,), "post": (2,), "positions": (4, 5), "weights": (2, 3, 3, 3)}


@check(ANY, "declares memory that a layer can make")
def declares_memory(subject: Subject) -> None:
    """Every `Memory` has axes that there are and starts from a finite number, and is not a parameter too."""
    declared = type(subject.part).memories()
    if not declared:
        raise NotApplicable(f"{subject.kind} declares no memory")
    _, tensors = allocate(subject.part, _AXES, torch.device("cpu"))
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise Violation(
                f"memory {name} starts from {declared[name].init}; start it from a number"
            )
        if name in type(subject.part).model_fields:
            raise Violation(f"{name} is both a memory and a parameter; give them two names")


@check(ANY, "holds no tensor")
def holds_no_tensor(subject: Subject) -> None:
    """Tensors and generators kept in a part or its class would not be saved, frozen or moved with the layer."""
    part = subject.part
    held = {**part.__dict__, **(part.__pydantic_private__ or {})}
    for base in type(part).__mro__[: type(part).__mro__.index(Component)]:
        held.update({f"{base.__name__}.{k}": v for k, v in vars(base).items()})
    for name, value in held.items():
        if isinstance(value, Memory) or not _is_state(value):
            continue
        raise Violation(f"{name} holds a {type(value).__name__}; declare it: {name} = Memory(...)")


def _is_state(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_state(v) for v in value.values())
    if isinstance(value, list | tuple | set):
        return any(_is_state(v) for v in value)
    return isinstance(value, Tensor | torch.Generator | torch.nn.Module)


def _alone(field: FieldInfo) -> TypeAdapter[Any]:
    """The validator of one field, without its neighbours."""
    whole: Any = (
        Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    )
    return TypeAdapter(whole)


_WITHOUT_MANNERS = (
    *("rule", "scaling", "rate", "step", "constraint", "initialisation", "synapse", "recipe"),
    *("architecture", "stimuli", "preprocessing", "readout", "measure"),
)
"""Families whose checks of manners do not ask for the signature."""

for _family in _WITHOUT_MANNERS:
    check(_family, "takes the arguments of its interface")(takes_its_arguments)
