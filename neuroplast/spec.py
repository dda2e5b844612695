"""What a layer is made of, as data: the parts of its sentence, each chosen by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Protocol, get_args

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from neuroplast.component import Component
from neuroplast.errors import ConfigurationError
from neuroplast.parts.competition import Competition
from neuroplast.parts.constraint import Constraint
from neuroplast.parts.dynamics import Dynamics
from neuroplast.parts.effective import Effective
from neuroplast.parts.initialisation import Initialisation
from neuroplast.parts.normalisation import Normalisation
from neuroplast.parts.pool import Pool
from neuroplast.parts.population import Population
from neuroplast.parts.rate import Rate
from neuroplast.parts.recipe import Recipe
from neuroplast.parts.rule import Rule
from neuroplast.parts.scaling import Scaling
from neuroplast.parts.signal import Signal
from neuroplast.parts.similarity import Similarity
from neuroplast.parts.step import Step
from neuroplast.parts.synapse import Synapse
from neuroplast.tables import Table

STIMULI = "stimuli"
"""The name under which layers ask for the stimuli themselves."""

SELF = "self"
"""The name under which a projection asks for the responses of its own layer."""

PART_MARK = "x-part"
"""In a raw JSON schema, the kind of part that a field holds."""

Name = Annotated[str, Field(pattern=r"^([A-Za-z][A-Za-z0-9_]*)?$")]


class Resolver(Protocol):
    """Turns the name or table of a part into the part; the registry's side of validation."""

    def resolve(self, interface: type[Component], value: Any) -> Component:
        """The part; pydantic errors, or ConfigurationError, where it cannot be meant."""

    def default(self, interface: type[Component]) -> Component | None:
        """The part that stands where none is named; None where no plugin provides one."""


@dataclass(frozen=True)
class PartOf:
    """Marks a field that holds a part: given as the part itself, its kind, or a table with `kind`."""

    interface: type[Component]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate through the resolver of the context; write the part with its kind."""
        return core_schema.with_info_plain_validator_function(
            self._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda part: part and part.model_dump()
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """A mark that the scenario's schema replaces by the parts known at that time."""
        return {PART_MARK: self.interface.family}

    def _validate(self, value: Any, info: core_schema.ValidationInfo) -> Component:
        if isinstance(value, self.interface):
            return value
        resolver: Resolver | None = (info.context or {}).get("resolver")
        if resolver is None:
            raise PydanticCustomError(
                "part",
                "a {kind} is needed here; give an instance, or build the layer with neuroplast.build_layer(...)",
                {"kind": self.interface.family},
            )
        try:
            return resolver.resolve(self.interface, value)
        except ConfigurationError as error:
            raise PydanticCustomError("part", "{message}", {"message": str(error)}) from None


class ProjectionSpec(Table):
    """One projection: where it comes from, its synapse, and how that learns.

    A projection without a rule keeps its initial weights. With a rule, a scaling and a rate must be named.
    """

    lists: ClassVar[frozenset[str]] = frozenset({"rate", "constraints"})

    name: Name = Field(
        "", description="in messages, streams, files and --set; its number by default"
    )
    source: Name | None = Field(
        None,
        alias="from",
        description="the layer, 'stimuli', or 'self' (the layer's own neurons) that it comes from",
    )
    normalisation: Annotated[Normalisation, PartOf(Normalisation)]
    synapse: Annotated[Synapse, PartOf(Synapse)] | None = None
    initialisation: Annotated[Initialisation, PartOf(Initialisation)]
    effective: Annotated[Effective, PartOf(Effective)]
    similarity: Annotated[Similarity, PartOf(Similarity)]
    response_similarity: Annotated[Similarity, PartOf(Similarity)] | None = None
    rule: Annotated[Rule, PartOf(Rule)] | None = None
    scaling: Annotated[Scaling, PartOf(Scaling)] | None = None
    rate: tuple[Annotated[Rate, PartOf(Rate)], ...] = ()
    step: Annotated[Step, PartOf(Step)]
    constraints: tuple[Annotated[Constraint, PartOf(Constraint)], ...] = ()

    @property
    def recurrent(self) -> bool:
        """Whether it comes from the layer's own neurons."""
        return self.source == SELF

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any, info: core_schema.ValidationInfo) -> Any:
        """Let one entry stand for a list of one, and defaults stand where nothing is named."""
        if not isinstance(data, dict):
            return data
        table = {k: v for k, v in data.items() if v is not None or k in cls.lists}
        for name in cls.lists & table.keys():
            given = table[name]
            table[name] = (
                [] if given is None else given if isinstance(given, list | tuple) else [given]
            )
        resolver: Resolver | None = (info.context or {}).get("resolver")
        if resolver is not None:
            for name, field in cls.model_fields.items():
                marks = [m for m in field.metadata if isinstance(m, PartOf)]
                if (
                    marks
                    and name not in table
                    and (default := resolver.default(marks[0].interface)) is not None
                ):
                    table[name] = default
        return table

    @model_validator(mode="after")
    def _whole(self) -> ProjectionSpec:
        missing = [n for n in ("scaling", "rate") if self.rule is not None and not getattr(self, n)]
        if missing:
            raise PydanticCustomError(
                "incomplete",
                "has rule '{rule}' but no {missing}; name it, since nothing is implied",
                {"rule": self.rule.kind if self.rule else "", "missing": " and no ".join(missing)},
            )
        return self


class Settle(Table):
    """How a layer with projections from itself, or with leaky neurons, comes to rest on one batch, from silence."""

    steps: int = Field(ge=1, description="most inner steps")
    tolerance: float = Field(
        0.0,
        ge=0,
        description="largest change of a response or of a v at which it rests; 0: never before",
    )


class LayerSpec(ProjectionSpec):
    """One layer. `synapse`, `rule`, ... are the short form for one projection from the layer's input."""

    lists: ClassVar[frozenset[str]] = ProjectionSpec.lists | {"dynamics", "input", "projections"}

    about: str = Field("", description="a remark")
    use: Annotated[Recipe, PartOf(Recipe)] | None = Field(
        None, description="the recipe that the other entries override"
    )
    input: tuple[Name, ...] = Field(
        (), description="the layers it is fed by; the one before by default"
    )
    join: Literal["add", "concat"] = Field("add", description="how several inputs become one")
    dynamics: tuple[Annotated[Dynamics, PartOf(Dynamics)], ...] = ()
    competition: Annotated[Competition, PartOf(Competition)]
    population: Annotated[Population, PartOf(Population)]
    pool: Annotated[Pool, PartOf(Pool)]
    signals: dict[Name, Annotated[Signal, PartOf(Signal)]] = Field(
        {}, description="third factors, by name"
    )
    projections: tuple[ProjectionSpec, ...] = ()
    settle: Settle | None = Field(
        None, description="inner steps for each batch, where the layer feeds itself or leaks"
    )

    @model_validator(mode="after")
    def _one_form(self) -> LayerSpec:
        if self.projections and self.synapse is not None:
            raise PydanticCustomError(
                "forms", "has both a synapse and projections; move the synapse into a projection"
            )
        if any(p.synapse is None for p in self.projections):
            raise PydanticCustomError(
                "forms", "has a projection without a synapse; name its geometry"
            )
        return self

    @model_validator(mode="after")
    def _settles(self) -> LayerSpec:
        fault = _fault_of_settling(self)
        if fault:
            raise PydanticCustomError("forms", fault)
        return self

    def all_projections(self) -> tuple[ProjectionSpec, ...]:
        """Its projections in either form; none for a layer that only joins, responds and pools."""
        return self.projections or ((self,) if self.synapse is not None else ())

    def sentence(self) -> str:
        """The layer as one sentence, with its parts filled in."""
        lines = [_projection_sentence(p) for p in self.all_projections()]
        through = " → ".join(str(part) for part in self.dynamics)
        tail = [
            f"v = {through or 'u'}",
            f"g = {self.competition}",
            f"y = {self.pool} of {self.population}",
        ]
        return " · ".join([*lines, *tail])


def _fault_of_settling(layer: LayerSpec) -> str:
    """What is wrong between a layer's inner steps and what needs them."""
    projections = layer.all_projections()
    recurrent = [p for p in projections if p.recurrent]
    leaky = [d.kind for d in layer.dynamics if d.leaks]
    if recurrent and len(recurrent) == len(projections):
        return (
            "is fed by nothing but itself; give it a projection from the stimuli or another layer"
        )
    if layer.settle is None and (recurrent or leaky):
        what = "a projection from itself" if recurrent else f"dynamics '{leaky[0]}'"
        return f"has {what} and no inner steps; add settle = {{ steps = 30 }}, or what it takes to come to rest"
    if layer.settle is not None and not (recurrent or leaky):
        return "settles, with nothing that changes between inner steps; leave settle out"
    if recurrent and any(p.response_similarity is not None for p in projections):
        return "feeds itself, and has a response_similarity; its neurons hear one response, so leave that out"
    return ""


def part_fields(model: type[ProjectionSpec]) -> dict[str, type[Component]]:
    """The entries of a layer that hold a part, a list of parts or a table of parts, with the interface of each."""
    found: dict[str, type[Component]] = {}
    for name, field in model.model_fields.items():
        marks = [
            *field.metadata,
            *(m for arg in get_args(field.annotation) for m in getattr(arg, "__metadata__", ())),
        ]
        found.update([(name, m.interface) for m in marks if isinstance(m, PartOf)])
    return found


def _projection_sentence(p: ProjectionSpec) -> str:
    rate = " × ".join(str(r) for r in p.rate)
    learning = (
        f"Δ = {p.rule}, scaled by {p.scaling}, η = {rate}, step {p.step}"
        if p.rule
        else "no learning"
    )
    bounds = f", then {' and '.join(str(c) for c in p.constraints)}" if p.constraints else ""
    return (
        f"x̂ = {p.normalisation} · w from {p.initialisation}, effective {p.effective} · "
        f"u = {p.similarity} over {p.synapse} · {learning}{bounds}"
    )


def with_names(specs: Sequence[LayerSpec]) -> tuple[LayerSpec, ...]:
    """The layers with names, `layer1`, `layer2`, ... where none is given; ConfigurationError where two share one."""
    named = tuple(
        s if s.name else s.model_copy(update={"name": f"layer{i}"})
        for i, s in enumerate(specs, start=1)
    )
    names = [s.name for s in named]
    for name in names:
        if names.count(name) > 1 or name in (STIMULI, SELF):
            raise ConfigurationError(
                f"layers: the name {name!r} is taken; give each layer a name of its own"
            )
    return named
