"""The kit's checks of what every part is."""

from typing import Any, ClassVar

import pytest
import torch
from pydantic import ConfigDict, Field, PrivateAttr
from support.asking import asked, catch, hold, skip

from neuroplast import Memory, Rate, Rule
from neuroplast.testing import NotApplicable
from neuroplast.testing.asking import ANY, all_checks

NAMES = "has names that scenarios can use"
SAYS = "says what it does"
DESCRIBES = "describes every parameter"
FROZEN = "cannot be changed once it is made"
WRITTEN = "is the same after it was written and read"
UNKNOWN = "refuses a parameter that it does not have"
RANGE = "refuses a parameter out of its range"
SCHEMA = "has a JSON schema"
MEMORY = "declares memory that a layer can make"
TENSOR = "holds no tensor"
ALL = (NAMES, SAYS, DESCRIBES, FROZEN, WRITTEN, UNKNOWN, RANGE, SCHEMA, MEMORY, TENSOR)


class Sound(Rule):
    """Growth.

        Δw_ij = rate Σ g_i x_j

    Source:
        Hebb (1949), The Organization of Behavior.
    """

    kind: ClassVar[str] = "sound_rule"
    aliases: ClassVar[tuple[str, ...]] = ("growing",)
    parameter_aliases: ClassVar[dict[str, str]] = {"lr": "rate"}
    trace = Memory("post", init=1.0)
    rate: float = Field(1.0, gt=0, le=10, description="how fast")
    power: int = Field(2, ge=1, lt=5, description="how steep")
    pair: tuple[float, float] | None = Field(None, description="two numbers, if any")

    def delta(self, view: Any) -> Any:
        return view.outer(view.g) * self.rate


def named(**attributes: Any) -> Rule:
    return type("Broken", (Sound,), {"__module__": __name__, **attributes})()


def caught(part: Any, name: str) -> str:
    return catch(part, name, family=ANY)


def test_a_sound_part_passes_everything():
    ours = [
        c.name
        for c in all_checks()
        if c.ask.__module__.endswith("checks.parts") and c.family == ANY
    ]
    assert sorted(ours) == sorted(ALL)
    for name in ALL:
        hold(Sound(), name, family=ANY)
    hold(Sound(), "takes the arguments of its interface")


@pytest.mark.parametrize(
    "attributes",
    [
        {"kind": "SoundRule"},
        {"kind": "sound-rule"},
        {"kind": "sound_"},
        {"kind": ""},
        {"aliases": ("sound_rule",)},
        {"aliases": ("twin", "twin")},
        {"aliases": (1,)},
        {"parameter_aliases": {"lr": "eta"}},
        {"parameter_aliases": {"power": "rate"}},
    ],
    ids=str,
)
def test_names_that_cannot_be_used_are_caught(attributes):
    caught(named(**attributes), NAMES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no docstring"),
        ("", "no docstring"),
        ("Grows.\n\n    Source:\n        Hebb (1949).\n", "no equation"),
        ("Δw = g x, from nobody.", "no source"),
        ("Δw = g x.\n\n    Source:\n", "no source"),
    ],
)
def test_a_rule_without_equation_or_source_is_caught(text, said):
    assert said in caught(named(__doc__=text), SAYS)


def test_other_parts_need_no_equation():
    class Quiet(Rate):
        """A rate that stays."""

        kind: ClassVar[str] = "quiet"

        def at(self, view, progress):
            return 1.0

    hold(Quiet(), SAYS, family=ANY)


class Undescribed(Sound):
    """A parameter without a description."""

    depth: int = 1


class BadDefault(Sound):
    """A default out of its own range."""

    depth: int = Field(0, ge=1, description="how deep")


class BadText(Sound):
    """A default of another type."""

    depth: int = Field("deep", description="how deep")


def test_parameters_that_nobody_can_look_up_are_caught():
    assert "depth has no description" in caught(Undescribed(), DESCRIBES)


@pytest.mark.parametrize("part", [BadDefault(), BadText()])
def test_a_default_that_would_be_refused_is_caught(part):
    assert "parameter depth: its default" in caught(part, DESCRIBES)


class Thawed(Sound):
    """Parameters that can be assigned."""

    model_config = ConfigDict(frozen=False)


class Open(Sound):
    """New attributes can be assigned."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "something_new":
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)


@pytest.mark.parametrize(("part", "name"), [(Thawed(), "rate"), (Open(), "something_new")])
def test_parts_that_can_be_changed_are_caught(part, name):
    assert f"{name} could be assigned" in caught(part, FROZEN)


class Forgetful(Sound):
    """Drops a parameter when it is written."""

    rate: float = Field(1.0, gt=0, exclude=True, description="how fast")


class Nameless(Sound):
    """Its kind changes on the way."""

    def model_dump(self, **given: Any) -> dict[str, Any]:
        return {k: v for k, v in super().model_dump(**given).items() if k != "kind"}


class Changing(Sound):
    """Another part each time."""

    seed: float = Field(default_factory=lambda: float(torch.rand(())), description="chance")


def test_what_does_not_survive_writing_is_caught():
    part = Forgetful(rate=3.0)
    assert "came back from model_dump" in caught(part, WRITTEN)
    assert "gives kind None" in caught(Nameless(), WRITTEN)
    assert "from the same parameters" in caught(Changing(), WRITTEN)


def test_a_class_that_cannot_be_pickled_is_caught():
    class Local(Sound):
        """Inside a function."""

    assert "cannot be pickled" in caught(Local(), WRITTEN)


class Loose(Sound):
    """Takes anything."""

    model_config = ConfigDict(extra="allow")


class Ignoring(Sound):
    """Drops what it does not know."""

    model_config = ConfigDict(extra="ignore")


@pytest.mark.parametrize("part", [Loose(), Ignoring()])
def test_a_misspelt_parameter_that_is_taken_is_caught(part):
    assert "no_such_parameter" in caught(part, UNKNOWN)


class Unbounded(Sound):
    """Takes NaN."""

    model_config = ConfigDict(allow_inf_nan=True)
    free: float = Field(1.0, description="any number")


class Unchecked(Sound):
    """States bounds and does not hold them."""

    @classmethod
    def model_validate(cls, given: Any, **context: Any) -> Any:
        return cls.model_construct(**given)


def test_what_is_out_of_range_and_taken_is_caught():
    assert "free = nan" in caught(Unbounded(), RANGE)
    assert "rate = 0" in caught(Unchecked(), RANGE)


class Plain(Rate):
    """A rate without parameters."""

    kind: ClassVar[str] = "plain_double"

    def at(self, view: Any, progress: Any) -> float:
        return 1.0


def test_without_a_range_nothing_is_asked():
    assert "no parameter with a range" in skip(Plain(), RANGE, family=ANY)


class Opaque(Sound):
    """A parameter that no file can hold."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    made: torch.dtype = Field(torch.float32, description="a type of tensors")


def test_a_parameter_without_a_schema_is_caught():
    assert "no JSON schema" in caught(Opaque(), SCHEMA)


class Infinite(Sound):
    """Memory that starts from nothing."""

    level = Memory("post", init=float("nan"))


class Elsewhere(Sound):
    """Memory with an axis that there is not."""

    level = Memory("neurons")


def test_memory_that_cannot_be_made_is_caught():
    assert "level starts from nan" in caught(Infinite(), MEMORY)
    (ask,) = asked(Elsewhere(), MEMORY, family=ANY)
    with pytest.raises(Exception, match="no axis 'neurons'"):
        ask()
    with pytest.raises(NotApplicable):
        hold(Plain(), MEMORY, family=ANY)


class OfTheClass(Sound):
    """A hidden global."""

    level: ClassVar[torch.Tensor] = torch.zeros(3)


class Listed(Sound):
    """The same, deeper down."""

    levels: ClassVar[dict[str, list[torch.Tensor]]] = {"all": [torch.zeros(3)]}


class Private(Sound):
    """A private one."""

    _level: torch.Tensor = PrivateAttr(default_factory=lambda: torch.zeros(3))


class Random(Sound):
    """A stream of its own."""

    rng: ClassVar[torch.Generator] = torch.Generator()


@pytest.mark.parametrize(
    "part", [OfTheClass(), Listed(), Private(), Random()], ids=lambda p: type(p).__name__
)
def test_tensors_and_streams_in_a_part_are_caught(part):
    assert "= Memory(...)" in caught(part, TENSOR)


def test_a_method_with_another_signature_is_caught():
    part = named(delta=lambda self, view, labels: view.outer(view.g))
    assert "cannot be called as" in catch(part, "takes the arguments of its interface")
