"""What is claimed of a part, in scalars and from its source, for the conformance kit to hold the part to.

Claims share no code with the part: a formula for one synapse, one neuron or one window, in plain Python numbers, and
numbers worked by hand. A plugin provides them through the hook `claims`; the kit loops the formula over all the rest.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar, TypeVar

Row = list[float]
"""One number for each of some neurons, synapses or values."""
Rows = list[Row]
"""A row for each neuron."""

_Statement = TypeVar("_Statement", bound=Callable[..., Any])


class Claims(ABC):
    """What is claimed of the part `of` of one family.

    of: the part's kind.
    cases: the parameters to check it with; the first one is what hand-worked examples use unless they say otherwise.
    exceptions: checks that this part is known to fail, by name, each with the reason. A check named here that passes
        is reported too.
    unclaimed: memory that no formula here gives, such as a streaming median, by name, each with the reason. All other
        memory is held to its formula, and what a formula leaves out must stay as it was.
    """

    family: ClassVar[str]
    of: ClassVar[str]
    cases: ClassVar[Sequence[Mapping[str, Any]]] = ({},)
    exceptions: ClassVar[Mapping[str, str]] = {}
    unclaimed: ClassVar[Mapping[str, str]] = {}


def holds(statement: _Statement) -> _Statement:
    """Mark a method of claims as a statement to check: a fixed point, a limit, an identity.

    It is called as `statement(part)` with the part made from each of the cases, its docstring's first line is its name,
    and it fails by raising AssertionError.
    """
    statement.__neuroplast_holds__ = True  # type: ignore[attr-defined]
    return statement


# -- what formulas are given -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """One synapse at one stimulus and one position.

    x: presynaptic activity. w, w_e: weight and effective weight. u, v, g: drive, drive after dynamics, plasticity
    activity of the neuron. signals: third factors by name, as this neuron gets them for this stimulus.
    memory: what the rule remembers for this neuron, input or synapse, by name, from before the step; a list where that
    is more than one number. neuron: its index.
    layer: the same position as every neuron of the layer has it, for rules that couple neurons
    (`layer[k].g`, and `layer[k].w`, its weight to the same input, where both are of one `group`).
    group: the group of inputs that the neuron sees, in a geometry with groups; 0 in others.
    batch: the same synapse at every stimulus and position of the step, for rules that couple those.
    """

    x: float
    w: float
    w_e: float
    u: float
    v: float
    g: float
    neuron: int = 0
    signals: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, Any] = field(default_factory=dict)
    layer: Sequence[Site] = ()
    group: int = 0
    batch: Sequence[Site] = ()


@dataclass(frozen=True)
class Neuron:
    """One neuron in one step.

    w, w_e: its weights and effective weights, flattened. g, v, u: its activities, one for each stimulus and position:
    the positions of the first stimulus, then those of the second. stimuli: how many there were.
    x: what it sees in each of these events, in the order of w. signals: third factors by name, as it gets them there.
    dw: its summed change before scaling, where there is one yet.
    memory: what the part remembers, by name, from before the step: what has one value in all, or per neuron, as a
    number; what has more, such as one per synapse, position, input or other neuron, as a list, or lists in a list.
    neuron: its index. layer: all neurons of the layer in the same step, for parts that couple them
    (`layer[k].g`, `len(n.layer)`).
    """

    w: Row
    g: Row
    v: Row
    u: Row
    dw: Row = field(default_factory=list)
    memory: Mapping[str, Any] = field(default_factory=dict)
    stimuli: int = 1
    x: Rows = field(default_factory=list)
    w_e: Row = field(default_factory=list)
    signals: Mapping[str, Row] = field(default_factory=dict)
    neuron: int = 0
    layer: Sequence[Neuron] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class Input:
    """One presynaptic neuron (or channel, after padding) in one step.

    x: its activities, one for each stimulus and position in the input, stimulus by stimulus.
    stimuli: how many there were. memory: by name, from before the step, as a neuron's.
    """

    x: Row
    memory: Mapping[str, Any] = field(default_factory=dict)
    stimuli: int = 1


# -- numbers worked by hand --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """Numbers worked by hand, with pencil and the source.

    given: the arguments by name, as nested lists, as each family's claims say. expected: the result, as nested lists.
    parameters: of the part; those of the first case where None. note: the working, or where the source prints it.
    """

    given: Mapping[str, Any]
    expected: Any
    parameters: Mapping[str, Any] | None = None
    note: str = ""


# -- claims, one class for each family ---------------------------------------------------------------------------------


class MemoryClaims(Claims):
    """Of a part with memory: each value after the step, by whichever of three methods fits the axes of the memory.

    A value is a number, or a list where whole numbers (or "post" once more) follow in the axes.
    Names that a method leaves out must stay as they were; `unclaimed` names what no formula gives.
    """

    def remember(self, part: Any, n: Neuron) -> Mapping[str, Any]:
        """A neuron's memory after the step, by name: what has a value in all, per neuron, per position, or both.

        Where there are positions among the axes it is asked of each position, with the activities there. What has one
        value for all neurons is asked of the first neuron, which knows the others as `n.layer`.
        """
        return n.memory

    def remember_input(self, part: Any, n: Input) -> Mapping[str, Any]:
        """An input's memory after the step, by name: what has one value per presynaptic neuron."""
        return n.memory

    def remember_synapse(self, part: Any, s: Sequence[Site]) -> Mapping[str, Any]:
        """A synapse's memory after the step, by name, from all its stimuli and positions."""
        return s[0].memory


class RuleClaims(MemoryClaims):
    """Of a rule.

    Examples: given w (post, pre), x (batch, pre), g (batch, post); u, v where they differ from g, w_e where it differs
    from w, and where the rule reads them signals (batch) or (batch, post) and memory, each by name.
    """

    family = "rule"
    examples: ClassVar[Sequence[Example]] = ()

    def change(self, rule: Any, s: Site) -> float:
        """What one synapse changes by from one stimulus at one position, before scaling and rate."""
        raise NotImplementedError


class CompetitionClaims(MemoryClaims):
    """Of a competition.

    Examples: given v, one value for each competitor, and memory by name where it is not new; expected g.
    What `adapt` makes of memory is claimed by `remember`, of weights that have changed already. A competition with
    memory also states what it makes of that: `compete_remembering`, or `compete_all`.
    `won` is to be stated where the losers of a competition can have g > 0.
    """

    family = "competition"
    examples: ClassVar[Sequence[Example]] = ()

    def compete(self, competition: Any, v: Row) -> Row:
        """The plasticity activity of competitors with drives v, at one stimulus, with new memory."""
        raise NotImplementedError

    def compete_remembering(self, competition: Any, v: Row, memory: Mapping[str, Any]) -> Row:
        """The same with memory that has adapted: by name, a value for each competitor, or one that all share."""
        return self.compete(competition, v)

    def won(self, competition: Any, v: Row, g: Row) -> list[bool]:
        """Which of the competitors with drives v and activities g at one stimulus count as winners."""
        return [activity > 0 for activity in g]

    def compete_all(self, competition: Any, v: list[Rows], memory: Mapping[str, Any]) -> list[Rows]:
        """The same of a whole batch, v[stimulus][neuron][position]; state it where stimuli, positions or memory matter.

        memory: nested lists by name, of neurons and positions.
        """
        if getattr(competition, "axis", "channels") == "space":
            return [[self.compete(competition, row) for row in stimulus] for stimulus in v]
        by_position = [
            [self.compete(competition, list(c)) for c in zip(*s, strict=True)] for s in v
        ]
        return [[list(row) for row in zip(*columns, strict=True)] for columns in by_position]


class DynamicsClaims(MemoryClaims):
    """Of a mechanism between drive and competition.

    Examples: given u, one value per neuron or a map of them (post, rows, columns), and memory by name where it is not
    new; expected v. What `adapt` makes of memory is claimed by `remember`, of weights that have changed already.
    """

    family = "dynamics"
    examples: ClassVar[Sequence[Example]] = ()

    def integrate(self, dynamics: Any, u: Rows, memory: Mapping[str, Any]) -> Rows:
        """The v of one stimulus, (neurons, positions), from u of the same shape and memory as nested lists."""
        raise NotImplementedError

    def integrate_on(
        self, dynamics: Any, u: Rows, memory: Mapping[str, Any], positions: tuple[int, ...]
    ) -> Rows:
        """The same where it matters how positions lie. positions: the shape of the map, flattened in u."""
        return self.integrate(dynamics, u, memory)

    def settle(self, dynamics: Any, u: Rows, before: Rows, memory: Mapping[str, Any]) -> Rows:
        """The v of one inner step, from that of the step before; state it of a mechanism that leaks."""
        raise NotImplementedError


class ScalingClaims(Claims):
    """Of a scaling. Examples: given dw (post, synapses), count, g (post, events); expected the scaled dw.

    magnitudes: the sizes of changes to compare at; add one where a constant of the formula shows.
    """

    family = "scaling"
    examples: ClassVar[Sequence[Example]] = ()
    magnitudes: ClassVar[Sequence[float]] = (1.0, 1e-6, 1e6)

    def scale(self, scaling: Any, dw: Rows, count: int, g: Rows) -> Rows:
        """The scaled change. dw: a row per neuron. count: stimuli times positions. g: each neuron's, one per event."""
        raise NotImplementedError


class RateClaims(MemoryClaims):
    """Of a rate.

    Examples: given w (synapses), step, steps, epoch, epochs, where it reads them g (events) and memory, by name;
    expected the rate of this neuron. What `adapt` makes of memory is claimed by `remember`, of weights that have
    changed already.
    """

    family = "rate"
    examples: ClassVar[Sequence[Example]] = ()

    def at(self, rate: Any, n: Neuron, step: int, steps: int, epoch: int, epochs: int) -> float:
        """The rate of one neuron in one step."""
        raise NotImplementedError


class StepClaims(Claims):
    """Of a step. Examples: given w, dw, eta, memory (numbers); expected the new w."""

    family = "step"
    examples: ClassVar[Sequence[Example]] = ()

    def apply(
        self, step: Any, w: float, dw: float, eta: float, memory: Mapping[str, float]
    ) -> tuple[float, Mapping[str, float]]:
        """One synapse's new weight and memory. dw: its scaled change."""
        raise NotImplementedError


class ConstraintClaims(MemoryClaims):
    """Of a constraint.

    Examples: given w (post, synapses), signs (presynaptic) and memory by name where it reads them; expected the new w.
    What `enforce` makes of memory is claimed by `remember` and its like, which are given the step that changed the
    weights, and the weights that were to be corrected.
    counts: what `enforce` counts of what it corrected, "values" or "neurons"; empty where either will do.
    sizes: the sizes of weights to compare at; add one where a constant of the formula shows.
    """

    family = "constraint"
    examples: ClassVar[Sequence[Example]] = ()
    counts: ClassVar[str] = ""
    sizes: ClassVar[Sequence[float]] = (1.0, 0.01, 100.0)

    def allowed(self, constraint: Any, w: Row, signs: Sequence[int] | None) -> bool:
        """Whether one neuron's weights satisfy it, within rounding; NotApplicable, raised, where they do not tell."""
        raise NotImplementedError

    def enforce(self, constraint: Any, w: Row, signs: Sequence[int] | None) -> Row | None:
        """One neuron's corrected weights; None where chance or the other neurons decide them."""
        return None

    def start(self, constraint: Any, w: Row, signs: Sequence[int] | None) -> Row | None:
        """One neuron's initial weights once brought into the allowed set; None where chance or others decide them.

        Unless stated they are corrected as after a step; a process, which goes on with every step, leaves them alone.
        """
        return self.enforce(constraint, w, signs) if constraint.projects else w

    def enforce_remembering(
        self, constraint: Any, n: Neuron, signs: Sequence[int] | None
    ) -> Row | None:
        """The same where memory or activity matters, or the other neurons, `n.layer`. n.w: what is to be corrected."""
        return self.enforce(constraint, n.w, signs)


class PopulationClaims(Claims):
    """Of a population. Examples: given v, and g where it reads it, one value per neuron; expected y."""

    family = "population"
    examples: ClassVar[Sequence[Example]] = ()

    def respond(self, population: Any, v: Row, g: Row) -> Row:
        """The responses of all neurons to one stimulus at one position."""
        raise NotImplementedError


class PoolClaims(Claims):
    """Of a pool. Examples: given y (rows, columns), one neuron's responses; expected the pooled ones."""

    family = "pool"
    examples: ClassVar[Sequence[Example]] = ()

    def pool(self, pool: Any, y: Rows) -> Rows:
        """One neuron's pooled responses to one stimulus, from its responses by row and column."""
        raise NotImplementedError


class NormalisationClaims(Claims):
    """Of a normalisation.

    Examples: given x (stimuli, channels, positions), adapting, memory (a row per name); expected x̂.
    """

    family = "normalisation"
    examples: ClassVar[Sequence[Example]] = ()

    def normalise(
        self, normalisation: Any, x: list[Rows], memory: Mapping[str, Row], adapting: bool
    ) -> tuple[list[Rows], Mapping[str, Row]]:
        """The normalised input and the memory after it, from x[stimulus][channel][position]."""
        raise NotImplementedError


class InitialisationClaims(Claims):
    """Of an initialisation, where its entries are independent and alike: their mean, spread and bounds."""

    family = "initialisation"

    def moments(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """Mean and variance of a weight of a neuron with this many synapses."""
        raise NotImplementedError

    def bounds(self, initialisation: Any, fan_in: int) -> tuple[float, float]:
        """The smallest and the largest weight there can be."""
        return float("-inf"), float("inf")

    def moments_of(self, initialisation: Any, shape: tuple[int, ...]) -> tuple[float, float]:
        """Mean and variance of a weight of this shape of w, where they depend on more than the fan-in."""
        return self.moments(initialisation, prod(shape[1:]))

    def bounds_of(self, initialisation: Any, shape: tuple[int, ...]) -> tuple[float, float]:
        """The smallest and the largest weight there can be, where they depend on more than the fan-in."""
        return self.bounds(initialisation, prod(shape[1:]))


class EffectiveClaims(Claims):
    """Of effective weights. Examples: given w (post, synapses); expected w_e."""

    family = "effective"
    examples: ClassVar[Sequence[Example]] = ()

    def effective(self, effective: Any, w: Rows) -> Rows:
        """The effective weights of a dense projection, a row per neuron."""
        raise NotImplementedError


class SimilarityClaims(Claims):
    """Of a similarity. Examples: given x (synapses) and w (synapses) of one neuron; expected u."""

    family = "similarity"
    examples: ClassVar[Sequence[Example]] = ()

    def drive(self, similarity: Any, x: Row, w: Row) -> float:
        """The drive of a neuron with weights w that sees x."""
        raise NotImplementedError

    def drive_of(self, similarity: Any, x: Row, w: Row, kernel: tuple[int, ...]) -> float:
        """The same where it matters how synapses lie. kernel: the shape of one neuron's weights, flattened in w."""
        return self.drive(similarity, x, w)


class SynapseClaims(Claims):
    """Of a synapse's geometry.

    shapes: the input shapes to check each case with; as many as cases. Examples are not needed: `sees` says it all.
    unshared: whether every position has weights of its own; rows of w then stand position by position.
    """

    family = "synapse"
    shapes: ClassVar[Sequence[tuple[int, ...]]] = ()
    unshared: ClassVar[bool] = False

    def positions(self, synapse: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The positions of the response to one input of this shape; () where there is one."""
        raise NotImplementedError

    def neurons(self, synapse: Any, shape: tuple[int, ...]) -> int:
        """How many neurons there are at each position."""
        raise NotImplementedError

    def sees(
        self, synapse: Any, shape: tuple[int, ...], neuron: int, position: tuple[int, ...]
    ) -> list[tuple[int, ...] | None]:
        """The index in the input of each synapse of a neuron at a position, in w's order; None for a padded zero."""
        raise NotImplementedError


class SignalClaims(Claims):
    """Of a signal. Examples: given label (a number) and y (post); expected the factor of each neuron, or one."""

    family = "signal"
    examples: ClassVar[Sequence[Example]] = ()

    def signal(self, signal: Any, label: int, y: Row) -> Row | float:
        """The factor for one stimulus: one value, or one for each neuron."""
        raise NotImplementedError


class RecipeClaims(Claims):
    """Of a recipe: the parts that it stands for, from the source, and what a layer of them does.

    The parts repeat the recipe's own list, and so its misreadings; examples follow the source's equations instead.
    Examples: given w (post, pre) and x (batch, pre), a batch for a dense layer, or a map of it (batch, pre, rows,
    columns) for one whose neurons see one position each; expected a table with w after one step of learning from it,
    or y (batch, post), or a map, what w answered to it before, or both.
    """

    family = "recipe"
    examples: ClassVar[Sequence[Example]] = ()

    def parts(self, recipe: Any) -> Mapping[str, Any]:
        """The layer's entries as in a scenario file."""
        raise NotImplementedError


class ArchitectureClaims(Claims):
    """Of an architecture: parameters to try it with, and what `@holds`."""

    family = "architecture"


class StimuliClaims(Claims):
    """Of stimuli: parameters to try them with, and what `@holds`."""

    family = "stimuli"


class PreprocessingClaims(Claims):
    """Of a preprocessing: parameters to try it with, and what `@holds`."""

    family = "preprocessing"


class ReadoutClaims(Claims):
    """Of a read-out: parameters to try it with, and what `@holds`."""

    family = "readout"


class MeasureClaims(Claims):
    """Of a measure: numbers worked by hand of networks whose weights are written down, and what `@holds`.

    Examples: given x, the stimuli, (stimuli, features) or (stimuli, channels, rows, columns), and w, the weights of the
    last layer, (post, pre) or (post, pre, kernel rows, kernel columns); where it matters layers, a list of tables with
    entries as in a scenario, one dense layer of linear neurons unless given. Expected a table with some of the numbers.
    """

    family = "measure"
    examples: ClassVar[Sequence[Example]] = ()
