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
from neuroplast.parts.recipe import Recipe
from neuroplast.parts.stimuli import Stimuli
from neuroplast.problems import problems
from neuroplast.shapes import Shape
from neuroplast.spec import PART_MARK, LayerSpec, Name, PartOf, with_names
from neuroplast.tables import Table, assign, assignment, nearest

Group = Literal["weights", "neurons", "statistics"]
Part = Literal["validation", "test"]
At = Annotated[str, Field(pattern=r"^(end|start|epoch [1-9]\d*|every [1-9]\d* steps)$")]
_SHORT = ("LayerSpec", "ProjectionSpec", "ReadoutSpec", "MeasureSpec")
_LISTS = ("preprocessing", "layers", "phases", "readouts", "measures", "conditions", "published")
"""Lists of a scenario in which one entry may stand for a list of one."""

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
            whole, rest = divmod(self.presentations, stimuli)
            steps = whole * per_epoch + -(-rest // self.batch)
            return steps, -(-self.presentations // stimuli), per_epoch
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


class ConditionsSpec(Table):
    """The conditions of a scenario by themselves, as they are checked before one of them is applied."""

    conditions: tuple[ConditionSpec, ...] = ()

    @model_validator(mode="after")
    def _names(self) -> ConditionsSpec:
        _distinct("conditions", [c.name for c in self.conditions])
        return self


def _distinct(what: str, names: Sequence[str]) -> None:
    """Refuse things of one name, of which one would take the other's place."""
    if twice := [n for n in names if names.count(n) > 1]:
        raise PydanticCustomError(
            "forms",
            "has two {what} with the name '{name}'; give each a name of its own",
            {"what": what, "name": twice[0]},
        )


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
    seeds: tuple[int, ...] = (0,)
    stimuli: Annotated[Stimuli, PartOf(Stimuli)]
    validation: Annotated[int, Field(ge=0)] | Annotated[float, Field(ge=0)] = Field(
        0, description="training stimuli set aside: a number, or a share below 1"
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
        if not self.seeds:
            raise PydanticCustomError("forms", "seeds is an empty list; give one seed or more")
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
                    "names a layer '{name}' that is not there; {advice}",
                    {"name": name, "advice": nearest(name, [str(n) for n in layers])},
                )
        self._check_names()
        self._check_times()
        return self

    def _check_names(self) -> None:
        """Refuse results, phases or conditions of one name."""
        evaluated = (*self.readouts, *self.measures)
        groups = {
            "readouts and measures": [e.name or e.part.kind for e in evaluated],
            "phases": [p.name for p in self.phases if p.name],
            "conditions": [c.name for c in self.conditions],
        }
        for what, names in groups.items():
            _distinct(what, names)

    def _check_times(self) -> None:
        """Refuse a time that never comes."""
        if any(p.presentations for p in self.phases):
            return  # how many epochs these are depends on the stimuli
        last = max((p.epochs or 1 for p in self.phases), default=0)
        for spec in (*self.readouts, *self.measures):
            for at in spec.at:
                if at.startswith("epoch ") and int(at.split()[1]) > last:
                    raise PydanticCustomError(
                        "forms",
                        "{name} is asked for at '{at}', and no phase has more than {last} epochs; "
                        "ask for it earlier, or at the end",
                        {"name": spec.name or spec.part.kind, "at": at, "last": last},
                    )

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
        names = [c.get("name", "") for c in listed if isinstance(c, Mapping)]
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

    def setting(self, sets: Iterable[str | tuple[str, Any]]) -> Draft:
        """The same with more entries set."""
        data = deepcopy(self.data)
        _set_all(data, sets)
        return Draft(self.title, self.source, data)

    def _in_condition(self, data: dict[str, Any], condition: str) -> dict[str, Any]:
        listed = data.pop("conditions", [])
        try:
            ConditionsSpec.model_validate({"conditions": listed})
        except ValidationError as error:
            raise ScenarioError(self.source, problems(error, {"conditions": listed})) from None
        found = [c for c in listed if c["name"] == condition]
        if not found:
            raise ConfigurationError(
                f"{self.source}: no condition {condition!r}; {nearest(condition, self.conditions)}"
            )
        for path, value in (found[0].get("set") or {}).items():
            _set(data, path, deepcopy(value))
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
    _set_all(data, sets)
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
        if "seeds" in data:
            raise ConfigurationError(f"{where}: has both seed and seeds; keep one of them")
        data["seeds"] = [data.pop("seed")]
    loose = {k: data.pop(k) for k in [*data] if _is_loose(k)}
    if loose and "phases" in data:
        raise ConfigurationError(
            f"{where}: has phases, and {', '.join(loose)} outside them; move these into a phase"
        )
    data.setdefault("phases", [loose])
    if data.get("architecture") and not data.get("layers"):
        part = resolver.resolve(Architecture, data["architecture"])
        assert isinstance(part, Architecture)
        data["layers"], data["architecture"] = part.layers(), part.model_dump()
    return _written_out(data, resolver)


def _written_out(data: dict[str, Any], resolver: RegistryResolver) -> dict[str, Any]:
    """Lists where one entry stands for a list of one, names of layers and phases, and the entries of recipes."""
    for kind in _LISTS:
        if isinstance(data.get(kind), Mapping | str):
            data[kind] = [data[kind]]
    for kind in ("layers", "phases"):
        if isinstance(data.get(kind), list | tuple):
            data[kind] = [
                {**entry, "name": entry.get("name") or f"{kind[:-1]}{i}"}
                if isinstance(entry, Mapping)
                else entry
                for i, entry in enumerate(data[kind], start=1)
            ]
    if isinstance(data.get("layers"), list):
        data["layers"] = [
            expand(e, resolver) if isinstance(e, Mapping) else e for e in data["layers"]
        ]
    return data


def _is_loose(key: str) -> bool:
    """Whether a key at the top level belongs to the only phase."""
    return key in PhaseSpec.model_fields and key not in Scenario.model_fields and key != "name"


def _set_all(data: dict[str, Any], sets: Iterable[str | tuple[str, Any]]) -> None:
    for item in sets:
        path, value = assignment(item) if isinstance(item, str) else item
        _set(data, path, value)


def _set(data: dict[str, Any], path: str, value: Any) -> None:
    """Set an entry of tables that are written out, by the path that it has in them or in the short form."""
    first = path.partition(".")[0]
    phases = data.get("phases")
    if path == "seed":
        path, value = "seeds", [value]
    elif _is_loose(first) and isinstance(phases, list):
        if len(phases) != 1:
            names = ", ".join(str(p.get("name")) for p in phases if isinstance(p, Mapping))
            raise ConfigurationError(
                f"--set {path}: there are {len(phases)} phases; name one, as in phases.NAME.{path} ({names})"
            )
        path = f"phases.0.{path}"
    before = {kind: deepcopy(data.get(kind)) for kind in ("phases", "layers")}
    assign(data, path, value)
    for kind, adjust in (("phases", _drop_other_length), ("layers", _drop_other_recipe)):
        if isinstance(before[kind], list) and isinstance(data[kind], list):
            for old, new in zip(before[kind], data[kind], strict=False):
                if isinstance(old, Mapping) and isinstance(new, dict):
                    adjust(old, new)


def _drop_other_recipe(old: Mapping[str, Any], new: dict[str, Any]) -> None:
    """Let a recipe that was set take the place of the one that was there: leave to it what came from that one."""
    if not old.get("use") or new.get("use") == old["use"]:
        return
    recipe = RegistryResolver().resolve(Recipe, old["use"])
    assert isinstance(recipe, Recipe)
    for name, given in recipe.parts().items():
        entry = new.get(name)
        if isinstance(entry, Mapping) and entry.get("kind") == given.get("kind"):
            new[name] = {k: v for k, v in entry.items() if given.get(k) != v}
            if not new[name]:
                del new[name]


def _drop_other_length(old: Mapping[str, Any], new: dict[str, Any]) -> None:
    """Let the length of a phase that was set, epochs or presentations, take the place of the one that was there."""
    for name, other in (("epochs", "presentations"), ("presentations", "epochs")):
        if new.get(name) != old.get(name) and new.get(other) == old.get(other):
            new.pop(other, None)


def _validated(data: dict[str, Any], source: str) -> Scenario:
    resolver = RegistryResolver()
    data = _written_out(data, resolver)
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
