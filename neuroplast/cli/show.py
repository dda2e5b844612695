"""`neuroplast show`: one part, or one scenario, in full."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroplast.cli import locality
from neuroplast.cli.names import advice, alike, every_name, named
from neuroplast.cli.output import (
    AsJson,
    Sets,
    columns,
    kind_meant,
    kinds,
    plainly,
    print_json,
)

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from neuroplast.component import Component
    from neuroplast.drafts import Draft
    from neuroplast.registry import Registry
    from neuroplast.scenario import Scenario

_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "pattern": "like", "min_length": "length ≥"}


def show(
    words: Annotated[
        list[str], typer.Argument(metavar="[KIND] NAME", help="Such as rule oja, or quickstart.")
    ],
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Show a part or a scenario in full.

    A part by its equation, parameters and source; a scenario by its layers, each a sentence.

    Example: neuroplast show rule oja
    """
    from neuroplast import registry
    from neuroplast.drafts import draft
    from neuroplast.errors import ConfigurationError
    from neuroplast.kinds import SCENARIO

    known = registry.current()
    if len(words) > 2:
        raise ConfigurationError(f"show {' '.join(words)}: too many words; write [KIND] NAME")
    if Path(words[-1]).suffix in (".toml", ".json"):
        kind, name = SCENARIO, words[-1]
    elif len(words) == 2:
        kind = kind_meant(words[0])
        name = named(known, kind, words[1])
    else:
        kind, name = _anywhere(known, words[0])
    if kind != SCENARIO and sets:
        raise ConfigurationError(f"--set {sets[0]}: {kind} {name} is no scenario; leave it out")
    if kind != SCENARIO:
        _show_part(known, kind, name, as_json)
    elif as_json:
        print_json(draft(name, sets or []).resolve().plain())
    else:
        _show_scenario(draft(name, sets or []))


# -- names -------------------------------------------------------------------------------------------------------------


def _anywhere(known: Registry, text: str) -> tuple[str, str]:
    """(kind, name) of what was meant, of whatever kind."""
    from neuroplast.errors import ConfigurationError

    exact, longer = alike(known, text)
    found = exact or longer
    if len(found) == 1:
        return found.pop()
    if found:
        ways = ", ".join(f"show {kind} {name}" for kind, name in sorted(found))
        raise ConfigurationError(f"{text!r} is ambiguous; write one of: {ways}")
    if (kind := kinds().get(plainly(text))) is not None:
        raise ConfigurationError(
            f"{text!r} is a kind; name one too: show {kind} NAME. For all of its names: list {kind}"
        )
    if text.endswith(".py"):
        raise ConfigurationError(
            f"{text}: is a plugin, not a part; write the name of the part, and --plugin {text}"
        )
    candidates = {*kinds(), *every_name(known)}
    raise ConfigurationError(f"no part or scenario {text!r}; {advice(text, candidates)}")


# -- a part ------------------------------------------------------------------------------------------------------------


def _show_part(known: Registry, kind: str, name: str, as_json: bool) -> None:
    from neuroplast.testing import locality_of

    entry = known.get(kind, name)
    part, plugin = entry.part, entry.plugin
    measured = locality_of(part, known)
    told: dict[str, Any] = {
        "kind": kind,
        "name": part.kind,
        "aliases": list(part.aliases),
        "about": inspect.getdoc(part) or "",
        "parameters": [_parameter(part, n, f) for n, f in part.model_fields.items()],
        "uses": sorted(getattr(part, "uses", ())),
        "parts": _bundle(part),
        **_bounds(part),
        "memory": {n: memory.shape for n, memory in part.memories().items()},
        "locality": measured and measured.plain(),
        "plugin": plugin.name,
        "package": f"{plugin.package} {plugin.version}",
        "file": inspect.getsourcefile(part) or "",
    }
    if as_json:
        print_json(told)
        return
    also = f" (also {', '.join(part.aliases)})" if part.aliases else ""
    print(f"{kind} {part.kind}{also}", told["about"], sep="\n\n", end="\n\n")
    rows = [_parameter_row(p) for p in told["parameters"]]
    print("Parameters:" if rows else "No parameters.")
    if rows:
        print("  " + columns(rows).replace("\n", "\n  "))
    for name, bundled in told["parts"].items():
        print(f"{name}: {bundled}")
    for name in ("uses", "memory"):
        if told[name]:
            print(f"{name.capitalize()}: {', '.join(told[name])}")
    if "bounded" in told:
        by = f"by constraint {told['companion']}" if told["companion"] else "no"
        print(f"Bounded: {'by itself' if told['bounded'] else by}")
        print(f"Surrogate loss: {'stated' if told['surrogate'] else 'none'}")
    if measured:
        print(f"Locality: {measured}")
    print(f"From: plugin {plugin.name}, package {told['package']}, {told['file']}")


def _bounds(part: type[Component]) -> dict[str, Any]:
    """Of a rule: whether its weights stay in bounds, what constraint holds them, whether it states a surrogate loss."""
    from neuroplast.parts.rule import Rule

    if not issubclass(part, Rule):
        return {}
    return {
        "bounded": part.bounded,
        "companion": part.companion,
        "surrogate": part.has_surrogate(),
    }


def _bundle(part: type[Component]) -> dict[str, Any]:
    """What a recipe stands for, where it can be told without parameters."""
    from neuroplast.parts.recipe import Recipe

    if not issubclass(part, Recipe) or any(f.is_required() for f in part.model_fields.values()):
        return {}
    return part().parts()


def _parameter(part: type[Component], name: str, field: FieldInfo) -> dict[str, Any]:
    """A parameter by what its declaration says."""
    limits = [
        f"{sign} {getattr(mark, limit)}"
        for mark in field.metadata
        for limit, sign in _SIGNS.items()
        if getattr(mark, limit, None) is not None
    ]
    return {
        "name": name,
        "aliases": [alias for alias, plain in part.parameter_aliases.items() if plain == name],
        "type": inspect.formatannotation(field.annotation).replace("typing.", ""),
        "range": " and ".join(limits),
        "required": field.is_required(),
        "default": None if field.is_required() else field.get_default(call_default_factory=True),
        "about": field.description or "",
    }


def _parameter_row(p: dict[str, Any]) -> tuple[str, ...]:
    name = f"{p['name']} (also {', '.join(p['aliases'])})" if p["aliases"] else p["name"]
    default = "needed" if p["required"] else f"default {p['default']}"
    return name, " ".join([p["type"], p["range"]]).strip(), default, p["about"]


# -- a scenario --------------------------------------------------------------------------------------------------------


def _show_scenario(given: Draft) -> None:
    scenario = given.resolve()
    print(f"{given.title}: {scenario.about}" if scenario.about else given.title)
    print(f"stimuli: {scenario.stimuli}; seeds: {', '.join(map(str, scenario.seeds))}")
    localities = locality.of_layers(scenario)
    for name, sentence in scenario.sentences().items():
        print(f"{name}: {sentence}")
        print(f"{name} locality, measured: {localities[name]}")
    for line in _rest(scenario):
        print(line)


def _rest(scenario: Scenario) -> list[str]:
    """Phases, what is evaluated, conditions, published numbers: a line each."""
    lines = []
    for phase in scenario.phases:
        length = (
            f"{phase.presentations} presentations"
            if phase.presentations
            else f"{phase.epochs or 1} epochs"
        )
        layers = ", ".join(phase.layers) or "all layers"
        lines.append(
            f"phase {phase.name}: {', '.join(phase.adapt)} of {layers} by {phase.learning} learning, "
            f"{phase.order}, {length} in batches of {phase.batch}"
        )
    evaluated = [(r.at, r.part) for r in scenario.readouts] + [
        (m.at, m.part) for m in scenario.measures
    ]
    lines += [f"evaluated {', '.join(at)}: {part}" for at, part in evaluated]
    for condition in scenario.conditions:
        sets = ", ".join(f"{path} = {value}" for path, value in condition.set.items())
        lines.append(
            f"condition {condition.name}: {condition.about or 'as above'}"
            + (f" ({sets})" if sets else "")
        )
    for number in scenario.published:
        spread = "" if number.sd is None else f" ± {number.sd}"
        lines.append(f"published: {number.what} {number.value}{spread} ({number.source})")
    return lines
