"""The model of a scenario file: what is asked, of which stimuli, layers, phases, read-outs and controls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from neuroplast.component import Component
from neuroplast.layer import Adapts, Objective
from neuroplast.network import Update
from neuroplast.parts.measure import Measure
from neuroplast.parts.preprocessing import Preprocessing
from neuroplast.parts.readout import Readout
from neuroplast.parts.stimuli import Stimuli
from neuroplast.probes.spec import RecordSpec
from neuroplast.shapes import Shape
from neuroplast.spec import LayerSpec, Name, PartOf, with_names
from neuroplast.tables import Table, nearest

Group = Literal["weights", "neurons", "statistics"]
Part = Literal["validation", "test"]
At = Annotated[str, Field(pattern=r"^(end|start|epoch [1-9]\d*|every [1-9]\d* steps)$")]

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
    learning: Literal["explicit", "surrogate", "gradient"] = Field(
        "explicit",
        description="by the layers' rules as they are, by their surrogate losses, or by backprop",
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

    @property
    def objective(self) -> Objective:
        """What the rules' changes are computed from, where rules learn."""
        return "surrogate" if self.learning == "surrogate" else "explicit"

    @property
    def follows_surrogates(self) -> bool:
        """Whether weights change by surrogate losses."""
        return self.learning == "surrogate" and "weights" in self.adapt

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
    part: Annotated[Component, PartOf(Component)]

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
        asked += [name for probe in self.record.probes for name in probe.layers]
        for name in asked:
            if name not in layers:
                raise PydanticCustomError(
                    "forms",
                    "names a layer '{name}' that is not there; {advice}",
                    {"name": name, "advice": nearest(name, [str(n) for n in layers])},
                )
        self._check_names()
        self._check_times()
        self._check_surrogates()
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

    def _check_surrogates(self) -> None:
        """Refuse to learn by surrogate losses with a rule that states none."""
        for i, phase in enumerate(self.phases, start=1):
            for layer in with_names(self.layers) if phase.follows_surrogates else ():
                rules = [p.rule for p in layer.all_projections() if p.rule is not None]
                silent = [r.kind for r in rules if not r.has_surrogate()]
                if silent and (not phase.layers or layer.name in phase.layers):
                    raise PydanticCustomError(
                        "forms",
                        "{phase} learns by surrogate losses, and rule '{rule}' of {layer} states none; "
                        'choose a rule that states one, set learning = "explicit", or leave the layer out',
                        {
                            "phase": phase.name or f"phase{i}",
                            "rule": silent[0],
                            "layer": layer.name,
                        },
                    )

    def plain(self) -> dict[str, Any]:
        """The scenario as plain data, from which the same scenario can be loaded."""
        return self.model_dump(mode="json", by_alias=True)

    @property
    def signed(self) -> bool:
        """Whether what the first layer sees may be negative."""
        return self.stimuli.signed or any(p.signed for p in self.preprocessing)

    def preprocessed_shape(self, shape: Shape) -> Shape:
        """The shape of what the first layer sees, from that of one stimulus."""
        for part in self.preprocessing:
            shape = part.output_shape(shape)
        return shape

    def sentences(self) -> dict[str, str]:
        """Each layer as a sentence, by name."""
        return {str(layer.name): layer.sentence() for layer in with_names(self.layers)}

    def parts(self) -> list[Component]:
        """Every part that takes part."""
        return list(_parts(self))


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
