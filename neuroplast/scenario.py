"""The model of a scenario file: what is asked, of which stimuli, layers, phases, read-outs and controls."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from neuroplast.build import RegistryResolver, expand
from neuroplast.component import Component
from neuroplast.errors import ConfigurationError, Problem, ScenarioError
from neuroplast.kinds import KINDS
from neuroplast.layer import Adapts
from neuroplast.network import Network, Update
from neuroplast.parts.architecture import Architecture
from neuroplast.parts.measure import Measure
from neuroplast.parts.preprocessing import Preprocessing
from neuroplast.parts.readout import Readout
from neuroplast.parts.stimuli import Stimuli
from neuroplast.problems import problems
from neuroplast.shapes import Shape
from neuroplast.spec import PART_MARK, LayerSpec, Name, PartOf, with_names
from neuroplast.tables import Table, assign, assignment, nearest

Group = Literal["weights", "neurons", "statistics"]
Part = Literal["validation", "test"]
At = Annotated[str, Field(pattern=r"^(end|start|epoch [1-9]\d*|every [1-9]\d* steps)$")]
_SHORT = ("LayerSpec", "ProjectionSpec", "ReadoutSpec", "MeasureSpec")
ORDERS = {"successive": "greedy", "consecutive": "simultaneous"}
"""Names that users know for the orders in which layers learn."""


class GradientSpec(Table):
    """How a whole network learns by backprop: Adam on cross-entropy through a linear head, as a control."""

    eta: float = Field(1e-3, gt=0, description="Adam's learning rate")
    dropout: float = Field(
        0.0, ge=0, lt=1, description="share of features left out before the head"
    )
    halve: bool = Field(
        False, description="whether the rate is halved on the published read-out schedule"
    )


class PhaseSpec(Table):
    """A part of a run in which the same groups of the same layers adapt, by the same objective."""

    name: Name = Field("", description="in messages and streams; phase1, phase2, ... by default")
    about: str = ""
    layers: tuple[Name, ...] = Field((), description="the layers that adapt; all by default")
    adapt: tuple[Group, ...] = Field(
        ("weights", "neurons", "statistics"), description="the groups that adapt"
    )
    epochs: int | None = Field(
        None, ge=1, description="passes over the training stimuli; 1 by default"
    )
    presentations: int | None = Field(
        None, ge=1, description="stimuli presented, instead of epochs"
    )
    batch: int = Field(10, ge=1, description="stimuli presented together")
    shuffle: bool = Field(True, description="whether each epoch has an order of its own")
    order: Literal["simultaneous", "greedy"] = Field(
        "simultaneous", description="layers at once, or one after another"
    )
    update: Update = Field(
        "before", description="whether a layer sees the layers below before or after their change"
    )
    learning: Literal["explicit", "gradient"] = Field(
        "explicit", description="by the layers' rules, or by backprop"
    )
    gradient: GradientSpec = GradientSpec()

    @model_validator(mode="before")
    @classmethod
    def _known_names(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("order") in ORDERS:
            return {**data, "order": ORDERS[data["order"]]}
        return data

    @model_validator(mode="after")
    def _one_length(self) -> PhaseSpec:
        if self.epochs and self.presentations:
            raise PydanticCustomError(
                "forms", "has both epochs and presentations; keep one of them"
            )
        return self

    @property
    def adapts(self) -> Adapts:
        """The groups as the layer has them."""
        return Adapts(**dict.fromkeys(self.adapt, True))

    def length(self, stimuli: int) -> tuple[int, int, int]:
        """(steps, epochs, steps in an epoch) for so many training stimuli."""
        per_epoch = -(-stimuli // self.batch)
        if self.presentations:
            steps = -(-self.presentations // self.batch)
            return steps, -(-steps // per_epoch), per_epoch
        epochs = self.epochs or 1
        return epochs * per_epoch, epochs, per_epoch


class _Evaluated(Table):
    """What is evaluated beside the learning, without touching it."""

    name: Name = Field("", description="the group of its results; its kind by default")
    at: tuple[At, ...] = Field(("end",), description="start, end, epoch N, every N steps")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        """`kind` and what belongs to it beside `name`, `at`, `layer`, as written in a file."""
        if isinstance(data, str):
            return {"part": data}
        if not isinstance(data, Mapping) or "part" in data:
            return data
        own = {k: v for k, v in data.items() if k in cls.model_fields}
        own["at"] = [own["at"]] if isinstance(own.get("at"), str) else own.get("at", ["end"])
        return {**own, "part": {k: v for k, v in data.items() if k not in cls.model_fields}}


class ReadoutSpec(_Evaluated):
    """A read-out fitted from scratch on the features of one layer, each time it is asked for."""

    layer: Name | None = Field(None, description="whose response; the last layer's by default")
    part: Annotated[Readout, PartOf(Readout)]


class MeasureSpec(_Evaluated):
    """Numbers taken from the network."""

    part: Annotated[Measure, PartOf(Measure)]


class ConditionSpec(Table):
    """One variant of the scenario, such as a control: what is set differently."""

    name: Name
    about: str = ""
    set: dict[str, Any] = Field({}, description="dotted paths and their values, as for --set")


class PublishedSpec(Table):
    """A published number that the scenario is to be compared with."""

    what: str
    value: float
    sd: float | None = None
    source: str


class RecordSpec(Table):
    """What is recorded beside weights at start and end and the results."""

    every: int = Field(10, ge=1, description="steps between two samples of the layers' series")


class Scenario(Table):
    """One question: stimuli, layers, phases, read-outs, seeds and conditions."""

    title: str = "scenario"
    about: str = ""
    seeds: tuple[int, ...] = Field((0,), min_length=1)
    stimuli: Annotated[Stimuli, PartOf(Stimuli)]
    validation: int | float = Field(
        0, ge=0, description="training stimuli set aside: a number, or a share below 1"
    )
    evaluate: tuple[Part, ...] = Field(
        ("validation", "test"), description="parts that read-outs are scored on"
    )
    preprocessing: tuple[Annotated[Preprocessing, PartOf(Preprocessing)], ...] = ()
    architecture: dict[str, Any] | None = Field(
        None, description="the architecture that the layers came from"
    )
    layers: tuple[LayerSpec, ...] = ()
    phases: tuple[PhaseSpec, ...] = (PhaseSpec(),)
    readouts: tuple[ReadoutSpec, ...] = ()
    measures: tuple[MeasureSpec, ...] = ()
    conditions: tuple[ConditionSpec, ...] = ()
    published: tuple[PublishedSpec, ...] = ()
    record: RecordSpec = RecordSpec()

    @model_validator(mode="after")
    def _whole(self) -> Scenario:
        wrong = [s for s in self.seeds if s < 0] or [
            s for s in self.seeds if self.seeds.count(s) > 1
        ]
        if wrong:
            raise PydanticCustomError(
                "forms",
                "seeds {seeds} must be distinct and not negative; change {wrong}",
                {"seeds": list(self.seeds), "wrong": wrong[0]},
            )
        layers = [layer.name for layer in with_names(self.layers)]
        asked = [name for phase in self.phases for name in phase.layers]
        asked += [r.layer for r in self.readouts if r.layer]
        for name in asked:
            if name not in layers:
                raise PydanticCustomError(
                    "forms",
                    "names a layer {name!r} that is not there; {advice}",
                    {"name": name, "advice": nearest(name, [str(n) for n in layers])},
                )
        return self

    def plain(self) -> dict[str, Any]:
        """The scenario as plain data, from which the same scenario can be loaded."""
        return self.model_dump(mode="json", by_alias=True)

    def sentences(self) -> dict[str, str]:
        """Each layer as a sentence, by name."""
        return {str(layer.name): layer.sentence() for layer in with_names(self.layers)}

    def parts(self) -> list[Component]:
        """Every part that takes part."""
        return list(_parts(self))


@dataclass(frozen=True)
class Draft:
    """A scenario before its conditions are applied: where it came from, and its tables."""

    title: str
    source: str
    data: dict[str, Any]

    @property
    def conditions(self) -> list[str]:
        """The names of its conditions; one without a name where it lists none."""
        listed = self.data.get("conditions", [])
        names = (
            [c.get("name", "") for c in listed if isinstance(c, Mapping)]
            if isinstance(listed, list)
            else []
        )
        return names or [""]

    def resolve(self, condition: str = "", seed: int | None = None) -> Scenario:
        """The scenario in one condition; ScenarioError with all that is wrong.

        Without a name, a draft that lists conditions is resolved as it stands, before any of them.
        """
        data = deepcopy(self.data)
        if condition:
            data = self._in_condition(data, condition)
        if seed is not None:
            data["seeds"] = [seed]
        return _validated(
            data, self.source if not condition else f"{self.source}, condition {condition}"
        )

    def _in_condition(self, data: dict[str, Any], condition: str) -> dict[str, Any]:
        listed = data.pop("conditions", [])
        found = [c for c in listed if isinstance(c, Mapping) and c.get("name") == condition]
        if not found:
            raise ConfigurationError(
                f"{self.source}: no condition {condition!r}; {nearest(condition, self.conditions)}"
            )
        for path, value in (found[0].get("set") or {}).items():
            assign(data, path, deepcopy(value))
        return data


def draft(
    source: str | Path | Mapping[str, Any], sets: Iterable[str | tuple[str, Any]] = ()
) -> Draft:
    """Read a scenario, a shipped name, a TOML or JSON file, or tables; then set entries, `"layer1.rate.eta=0.1"`.

    Raises ConfigurationError where it cannot be found or read, or a path leads nowhere.
    """
    title, where, data = _read(source)
    resolver = RegistryResolver()
    data = _spread(deepcopy(dict(data)), resolver, where)
    for item in sets:
        path, value = assignment(item) if isinstance(item, str) else item
        assign(data, path, value)
    return Draft(str(data.get("title", title)), where, {"title": title, **data})


def load_scenario(
    source: str | Path | Mapping[str, Any],
    sets: Iterable[str | tuple[str, Any]] = (),
    condition: str = "",
) -> Scenario:
    """A resolved scenario; see `draft`."""
    return draft(source, sets).resolve(condition)


def check_fit(scenario: Scenario, shape: Shape) -> list[Problem]:
    """Whether the layers fit stimuli of this shape, and each other."""
    try:
        Network(scenario.layers, shape)
    except ConfigurationError as error:
        name, _, found = str(error).partition(": ")
        return [Problem(name, found)]
    return []


def schema() -> dict[str, Any]:
    """The JSON schema of scenario files, with all parts known now, for editors.

    It describes files as they are written: short forms are allowed, and what has a default need not be named.
    """
    resolver = RegistryResolver()
    whole: dict[str, Any] = _with_parts(Scenario.model_json_schema(by_alias=True))
    for kind in KINDS:
        parts = [e.part for e in resolver.registry.entries(kind)]
        names = sorted(n for part in parts for n in (part.kind, *part.aliases))
        whole["$defs"][kind] = {"anyOf": [{"enum": names}, *(_part_schema(part) for part in parts)]}
    phase = whole["$defs"]["PhaseSpec"]["properties"]
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
        entries["additionalProperties"] = value["title"] in ("ReadoutSpec", "MeasureSpec")
    if entries.get("type") == "array" and "$ref" in entries.get("items", {}):
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


def _read(source: str | Path | Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    """(title, where it came from, tables)."""
    if isinstance(source, Mapping):
        return "scenario", "scenario", source
    path = Path(source)
    if path.suffix not in (".toml", ".json") and not path.is_file():
        path = RegistryResolver().registry.scenario(str(source))
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read ({error.strerror}); give a scenario file or a shipped name"
        ) from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path}: is no valid {path.suffix[1:] or 'text'} file: {error}; mend that place"
        ) from None
    return path.stem, str(source), data


def _spread(data: dict[str, Any], resolver: RegistryResolver, where: str) -> dict[str, Any]:
    """Write short forms out: one seed, one phase at the top level, an architecture's layers, missing names."""
    if "seed" in data:
        data["seeds"] = [data.pop("seed")]
    loose = {
        k: data.pop(k)
        for k in [*data]
        if k in PhaseSpec.model_fields and k not in Scenario.model_fields and k != "name"
    }
    if loose and "phases" in data:
        raise ConfigurationError(
            f"{where}: has phases, and {', '.join(loose)} outside them; move these into a phase"
        )
    data.setdefault("phases", [loose])
    if data.get("architecture") and not data.get("layers"):
        part = resolver.resolve(Architecture, data["architecture"])
        assert isinstance(part, Architecture)
        data["layers"], data["architecture"] = part.layers(), part.model_dump()
    for kind in ("layers", "phases"):
        if isinstance(data.get(kind), list):
            data[kind] = [
                {"name": f"{kind[:-1]}{i}", **entry} if isinstance(entry, Mapping) else entry
                for i, entry in enumerate(data[kind], start=1)
            ]
    if isinstance(data.get("layers"), list):
        data["layers"] = [
            expand(e, resolver) if isinstance(e, Mapping) else e for e in data["layers"]
        ]
    return data


def _validated(data: dict[str, Any], source: str) -> Scenario:
    resolver = RegistryResolver()
    if isinstance(data.get("layers"), list):
        data["layers"] = [
            expand(e, resolver) if isinstance(e, Mapping) else e for e in data["layers"]
        ]
    try:
        return Scenario.model_validate(data, context={"resolver": resolver})
    except ValidationError as error:
        raise ScenarioError(source, problems(error, data)) from None
    except ConfigurationError as error:
        raise ScenarioError(source, [Problem("scenario", str(error))]) from None


def _parts(value: Any) -> Iterable[Component]:
    if isinstance(value, Component):
        yield value
    elif isinstance(value, Table):
        for name in type(value).model_fields:
            yield from _parts(getattr(value, name))
    elif isinstance(value, Mapping):
        yield from (p for v in value.values() for p in _parts(v))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from (p for v in value for p in _parts(v))
