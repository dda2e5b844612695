"""From a scenario as it is written to one that is resolved: read, set, expanded, validated."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from neuroplast.build import RegistryResolver, expand
from neuroplast.errors import ConfigurationError, Problem, ScenarioError, lacks_memory
from neuroplast.network import Network, blank
from neuroplast.parts.architecture import Architecture
from neuroplast.parts.recipe import Recipe
from neuroplast.parts.stimuli import data_root
from neuroplast.probes import selection
from neuroplast.problems import problems
from neuroplast.scenario import ConditionsSpec, PhaseSpec, Scenario
from neuroplast.shapes import Shape
from neuroplast.tables import assign, assignment, nearest

_LISTS = ("preprocessing", "layers", "phases", "readouts", "measures", "conditions", "published")
"""Lists of a scenario in which one entry may stand for a list of one."""


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
        listed = listed if isinstance(listed, list | tuple) else []  # validation tells what is odd
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

    def check_condition(self, name: str) -> None:
        """ConfigurationError where no condition has this name."""
        if name not in self.conditions:
            raise ConfigurationError(
                f"{self.source}: no condition {name!r}; {nearest(name, self.conditions)}"
            )

    def _in_condition(self, data: dict[str, Any], condition: str) -> dict[str, Any]:
        listed = data.pop("conditions", [])
        try:
            ConditionsSpec.model_validate({"conditions": listed})
        except ValidationError as error:
            raise ScenarioError(self.source, problems(error, {"conditions": listed})) from None
        self.check_condition(condition)
        found = [c for c in listed if c["name"] == condition]
        _set_all(data, deepcopy(found[0].get("set") or {}).items())
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


def find_problems(given: Draft, conditions: Iterable[str]) -> list[Problem]:
    """All that is wrong in some conditions, before stimuli are read.

    What is wrong before any is applied, and in one of them or more, is told once; what else, with the condition's name.
    """
    chosen = [condition for condition in dict.fromkeys(conditions) if condition]
    before = _problems(given, "")
    found = {condition: _problems(given, condition) for condition in chosen}
    kept = [p for p in before if not found or any(p in problems for problems in found.values())]
    return kept + [
        replace(p, path=f"{condition}: {p.path}")
        for condition, problems in found.items()
        for p in problems
        if p not in kept
    ]


def _problems(given: Draft, condition: str) -> list[Problem]:
    """What is wrong in one condition, or before any is applied."""
    try:
        resolved = given.resolve(condition)
    except ScenarioError as error:
        return error.problems
    except ConfigurationError as error:
        return [Problem("set", str(error))]
    shape = resolved.stimuli.shape(data_root())
    return check_fit(resolved, shape) if shape and resolved.layers else []


def check_fit(
    scenario: Scenario, shape: Shape, also: Callable[[Network], None] | None = None
) -> list[Problem]:
    """Whether the layers fit stimuli of this shape, and each other, and probes the layers.

    also: what else is asked of their network; ConfigurationError where it does not hold.
    """
    try:
        seen = scenario.preprocessed_shape(shape)
        network = Network(scenario.layers, seen, sample=blank(seen), signed=scenario.signed)
        if also:
            also(network)
        return selection.find_problems(scenario.record, network.layers)
    except ConfigurationError as error:
        name, _, found = str(error).partition(": ")
        return [Problem(name, found)]
    except (MemoryError, RuntimeError) as error:
        if not lacks_memory(error):
            raise
        found = " ".join(str(error).split())
        return [Problem("layers", f"do not fit into memory ({found})", "use fewer neurons")]


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
            f"{path}: is no valid {'json' if path.suffix == '.json' else 'toml'} file: {error}; mend that place"
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
        data["layers"], data["architecture"] = part.layers(), part.model_dump(mode="json")
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
    """Set entries in order, but kinds first: a new kind drops the parameters that were set for another."""
    pairs = [assignment(item) if isinstance(item, str) else item for item in sets]
    for path, value in sorted(pairs, key=lambda pair: not pair[0].endswith(".kind")):
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
        olds = before[kind]
        if isinstance(olds, list) and isinstance(data[kind], list):
            for old, new in zip(olds, data[kind], strict=False):
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
