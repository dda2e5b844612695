"""What a scenario says of one probe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from neuroplast.recording.recorder import Statistic
from neuroplast.spec import Name
from neuroplast.tables import Table

Moment = Literal["phase", "phase finished", "epoch", "layer finished"]
"""A step known before the run: a layer's first or last in a phase, the last of an epoch, a layer's last of all."""

_LISTS = ("layers", "variables", "on", "neurons")


class ProbeSpec(Table):
    """Numbers taken while layers learn, beside those that every run records."""

    name: Annotated[Name, Field(min_length=1, description="its group in the record")]
    about: str = ""
    layers: tuple[Name, ...] = Field(
        (), description="which layers; by default all that have the variables"
    )
    variables: tuple[str, ...] = Field(
        min_length=1, description="w, dw, ltp, ltd, activity, ..., or state such as rule.theta"
    )
    every: int | None = Field(None, ge=1, description="sample each so many steps of a phase")
    log: int | None = Field(None, ge=1, description="sample at so many steps, evenly spaced in log")
    on: tuple[Moment, ...] = Field((), description="sample at these steps")
    first: int = Field(1, ge=1, alias="from", description="look at no step of the run before this")
    until: int | None = Field(None, ge=1, description="look at no step of the run after this")
    neurons: tuple[Annotated[int, Field(ge=0)], ...] | None = Field(
        None, min_length=1, description="which neurons, from 0; all by default"
    )
    reduce: Statistic = Field(
        Statistic.last,
        description="of the steps since the sample before: the last alone, or what of all",
    )
    bins: int | None = Field(None, ge=1, description="of a histogram")
    range: tuple[float, float] | None = Field(None, description="of a histogram's bins")

    @model_validator(mode="before")
    @classmethod
    def _one_as_a_list(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        single = {k: [data[k]] for k in _LISTS if isinstance(data.get(k), str | int)}
        return {**data, **single}

    @model_validator(mode="after")
    def _means_something(self) -> ProbeSpec:
        if not (self.every or self.log or self.on):
            raise PydanticCustomError(
                "forms", "says not when to sample; add every = ..., log = ... or on = [...]"
            )
        if self.until is not None and self.until < self.first:
            raise PydanticCustomError(
                "forms",
                "looks from step {first} until step {until}; let it end after it begins",
                {"first": self.first, "until": self.until},
            )
        chosen = self.neurons or ()
        if twice := [n for n in chosen if chosen.count(n) > 1]:
            raise PydanticCustomError(
                "forms", "names neuron {n} twice; name each once", {"n": twice[0]}
            )
        self._check_histogram()
        return self

    def _check_histogram(self) -> None:
        given = self.bins is not None or self.range is not None
        if self.reduce != Statistic.histogram and given:
            raise PydanticCustomError(
                "forms",
                "has bins or range, and reduces to '{reduce}'; leave them out, or set reduce = 'histogram'",
                {"reduce": str(self.reduce)},
            )
        if self.reduce == Statistic.histogram:
            if self.bins is None or self.range is None:
                raise PydanticCustomError(
                    "forms", "counts a histogram of unknown bins; add bins = 50 and range = [0, 1]"
                )
            if self.range[0] >= self.range[1]:
                raise PydanticCustomError(
                    "forms",
                    "has the range {range}; give a lower bound, then a higher one",
                    {"range": list(self.range)},
                )

    @property
    def when(self) -> str:
        """When it samples, in words."""
        words = [f"every {self.every} steps"] if self.every else []
        words += [f"{self.log} steps spaced evenly in log"] if self.log else []
        words += [f"on {moment}" for moment in self.on]
        limits = [f"from step {self.first}"] if self.first > 1 else []
        limits += [f"until step {self.until}"] if self.until is not None else []
        return " ".join([", ".join(words), *limits])


class RecordSpec(Table):
    """What is recorded beside weights at start and end and the results."""

    every: int = Field(10, ge=1, description="steps in a window of the layers' default series")
    defaults: bool = Field(True, description="whether the layers' default series are recorded")
    budget: float = Field(2.0, gt=0, description="GB that the record may take; more is refused")
    commit: float = Field(
        10.0, ge=0, description="seconds between two commits, until that is 2 % of the time so far"
    )
    probes: tuple[ProbeSpec, ...] = Field((), description="what else is looked at")

    @model_validator(mode="after")
    def _names(self) -> RecordSpec:
        names = [probe.name for probe in self.probes]
        if twice := [n for n in names if names.count(n) > 1]:
            raise PydanticCustomError(
                "forms",
                "has two probes with the name '{name}'; give each a name of its own",
                {"name": twice[0]},
            )
        return self
