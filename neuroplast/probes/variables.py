"""Which numbers of a layer can be looked at, and how each is taken from a step.

For the change D of a projection's weights as the step applied it (scaled, times eta, before constraints):

    ltp_i = Σ_j max(D_ij, 0)      ltd_i = Σ_j max(-D_ij, 0)      dw_norm_i = |D_i|

and for the change Δ that is left after constraints:

    delta_norm_i = |Δ_i|          update_to_weight_i = |Δ_i| / |w_i|,  w after the step

D is the difference of the weights in memory, so what the step's rounding took away is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

import torch
from torch import Tensor

from neuroplast.functional import average, norms, rows
from neuroplast.layer import Layer
from neuroplast.probes.wins import win_counts
from neuroplast.projection import Projection
from neuroplast.shapes import PerPost, Shape, Weights
from neuroplast.view import View

BLOCK = 2**20
"""So many weights are measured at once."""


class Glimpse:
    """One step of a layer as its observers see it. What several of them ask for is computed once.

    views: what was presented; none before that, or where the layer has no projections.
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.views: Sequence[View] = ()
        self._before: dict[str, Weights] = {}
        self._applied: dict[str, Weights] = {}
        self._corrected: Tensor | None = None
        self._known: dict[str, Tensor] = {}

    def begin(self, views: Sequence[View], needs: set[str]) -> None:
        """See what was presented, and remember what of the weights and counts is needed later."""
        self.views = views
        if self.layer.adapts.weights and needs & {"change", "difference"}:
            self._before = {p.name: p.w.clone() for p in self.layer.projections}
        if "corrections" in needs:
            self._corrected = corrections(self.layer)

    def apply(self, projection: Projection) -> None:
        """See the weights as the step left them."""
        if projection.name not in self._before:
            return
        if projection.spec.constraints:
            self._applied[projection.name] = projection.w - self._before[projection.name]
        else:  # nothing changes them further, and the memory of those before can be used again
            before = self._before.pop(projection.name)
            self._applied[projection.name] = torch.sub(projection.w, before, out=before)

    def change(self, projection: Projection) -> Weights | None:
        """D, the change as it was applied; None where no step was seen to apply one."""
        return self._applied.get(projection.name)

    def difference(self, projection: Projection) -> Weights | None:
        """Δ, the change that constraints left; None where the weights before were not seen, or do not adapt."""
        before = self._before.get(projection.name)
        return self.change(projection) if before is None else projection.w - before

    def corrected(self) -> Tensor | None:
        """How many values constraints corrected in the step."""
        return None if self._corrected is None else corrections(self.layer) - self._corrected

    def once(self, key: str, compute: Callable[[], Tensor | None]) -> Tensor | None:
        """What `compute` gives, computed when it is first asked for."""
        if key not in self._known:
            found = compute()
            if found is None:
                return None
            self._known[key] = found
        return self._known[key]


@dataclass(frozen=True)
class Variable:
    """One thing that can be looked at in a layer.

    when: whether it is there once a batch was presented, or when the step is over.
    shape: its own. dims: the names of its axes as they are stored, the last of them flattened where there are fewer.
    needs: what must be remembered from before the change: "change", "difference", "corrections", or nothing.
    read: gives it, or None where the step does not have it, as under backprop.
    """

    name: str
    long_name: str
    when: Literal["presented", "changed"]
    shape: Shape
    dims: tuple[str, ...]
    read: Callable[[Glimpse], Tensor | None]
    needs: str = ""
    counts: bool = False

    @property
    def sizes(self) -> Shape:
        """The shape in which it is stored."""
        whole = len(self.dims) - 1
        if len(self.dims) == len(self.shape):
            return self.shape
        return (*self.shape[:whole], prod(self.shape[whole:]))

    def value(self, glimpse: Glimpse) -> Tensor | None:
        """What it is in this step."""
        return glimpse.once(self.name, lambda: self.read(glimpse))


def variables(layer: Layer) -> dict[str, Variable]:
    """All that can be looked at in a layer, by name; where it has several projections, with theirs before it."""
    found = _of_activity(layer)
    for projection in layer.projections:
        found += _of_projection(projection, prefix(layer, projection), layer.response_shape[0])
    found += _of_state(layer, {v.name for v in found})
    return {v.name: v for v in found}


def prefix(layer: Layer, projection: Projection) -> str:
    """What stands before the names of a projection's variables: nothing where it is the only one."""
    if len(layer.projections) == 1:
        return ""
    return projection.name.removeprefix(f"{layer.name}.") + "."


def corrections(layer: Layer) -> Tensor:
    """How many values constraints have corrected so far; a copy."""
    first, *others = layer.projections
    found = torch.as_tensor(first.corrected, device=layer.device).clone()
    for projection in others:
        found += projection.corrected
    return found


def _of_activity(layer: Layer) -> list[Variable]:
    """What the neurons do, and what constraints do to their weights."""
    if not layer.projections:
        return []
    neurons = layer.response_shape[:1]

    def seen(name: str, what: str, of: Callable[[View], Tensor], counts: bool = False) -> Variable:
        def read(glimpse: Glimpse) -> Tensor | None:
            return of(glimpse.views[0]) if glimpse.views else None

        return Variable(name, what, "presented", neurons, ("neuron",), read, counts=counts)

    wins = seen("win_count", "stimuli and positions won", lambda view: win_counts(view.v), True)

    def duty(glimpse: Glimpse) -> Tensor | None:
        won = wins.value(glimpse)
        return None if won is None else won / won.sum()

    return [
        seen("activity", "mean plasticity activity", lambda view: average(view.g)),
        wins,
        Variable(
            "duty_cycle",
            "share of stimuli and positions won",
            "presented",
            neurons,
            ("neuron",),
            duty,
        ),
        Variable(
            "corrected_count",
            "values corrected by constraints",
            "changed",
            (),
            (),
            Glimpse.corrected,
            needs="corrections",
            counts=True,
        ),
    ]


def _of_projection(projection: Projection, prefix: str, neurons: int) -> list[Variable]:
    shape = tuple(projection.w.shape)
    unit = "neuron" if shape[0] == neurons else "unit"
    flat = (f"{prefix}{unit}" if unit == "unit" else unit, f"{prefix}input")

    def whole(name: str, what: str, of: Callable[[Glimpse], Tensor | None], needs: str) -> Variable:
        return Variable(f"{prefix}{name}", what, "changed", shape, flat, of, needs)

    def each(name: str, what: str, of: Callable[[Glimpse], Tensor | None], needs: str) -> Variable:
        return Variable(f"{prefix}{name}", what, "changed", shape[:1], flat[:1], of, needs)

    def of_change(measure: Callable[[Weights], PerPost]) -> Callable[[Glimpse], Tensor | None]:
        return lambda glimpse: _maybe(measure, glimpse.change(projection))

    def length(glimpse: Glimpse) -> Tensor:
        found = glimpse.once(f"{prefix}w_norm", lambda: norms(projection.w))
        assert found is not None
        return found

    def applied(glimpse: Glimpse) -> Tensor | None:
        return glimpse.once(f"{prefix}dw_norm", lambda: _maybe(norms, glimpse.change(projection)))

    def moved(glimpse: Glimpse) -> Tensor | None:
        if not projection.spec.constraints and (found := applied(glimpse)) is not None:
            return found
        return glimpse.once(
            f"{prefix}delta_norm", lambda: _maybe(norms, glimpse.difference(projection))
        )

    def ratio(glimpse: Glimpse) -> Tensor | None:
        size = moved(glimpse)
        return None if size is None else size / length(glimpse)

    found = [
        whole("w", "weights", lambda _: projection.w, ""),
        each("w_norm", "Euclidean norm of a neuron's weights", length, ""),
    ]
    if projection.spec.rule is None or projection.spec.scaling is None:
        return found
    return [
        *found,
        whole("dw", "change applied by the step", lambda g: g.change(projection), "change"),
        each("ltp", "potentiation: sum of positive changes", of_change(potentiation), "change"),
        each(
            "ltd", "depression: sum of negative changes, as a size", of_change(depression), "change"
        ),
        each("dw_norm", "Euclidean norm of the change applied", applied, "change"),
        each("delta_norm", "Euclidean norm of the change made by the step", moved, "difference"),
        each(
            "update_to_weight", "norm of the change over that of the weights", ratio, "difference"
        ),
    ]


def potentiation(change: Weights) -> PerPost:
    """Σ_j max(D_ij, 0) of each neuron i."""
    return _by_blocks(lambda d: d.relu().sum(1), change)


def depression(change: Weights) -> PerPost:
    """Σ_j max(-D_ij, 0) of each neuron i."""
    return _by_blocks(lambda d: d.neg().relu_().sum(1), change)


def _by_blocks(measure: Callable[[Tensor], PerPost], w: Weights) -> PerPost:
    """`measure` of the rows of a few neurons after another, so that what it makes on the way stays in the cache."""
    matrix = rows(w)
    return torch.cat([measure(d) for d in matrix.split(max(1, BLOCK // max(1, matrix.shape[1])))])


def _of_state(layer: Layer, taken: set[str]) -> list[Variable]:
    """The state of a layer's parts."""
    owners = {prefix(layer, projection): projection for projection in layer.projections}
    found = []
    for name, tensor in layer.state.items():
        if name not in taken:
            owner = max((p for p in owners if name.startswith(p)), key=len, default="")
            dims = _state_dims(layer, owners.get(owner), owner, name, tuple(tensor.shape))
            found.append(_state(name, tensor, dims))
    return found


def _state(name: str, tensor: Tensor, dims: tuple[str, ...]) -> Variable:
    return Variable(name, name, "changed", tuple(tensor.shape), dims, lambda _: tensor)


def _state_dims(
    layer: Layer, projection: Projection | None, owner: str, name: str, shape: Shape
) -> tuple[str, ...]:
    """The names of the axes of a state, as far as its name and sizes tell them."""
    expected = dict(zip(("neuron", "y", "x"), layer.response_shape, strict=False))
    if projection is not None:
        units, inputs = len(projection.w), prod(projection.w.shape[1:])
        unit = "neuron" if units == layer.response_shape[0] else f"{owner}unit"
        if len(shape) > 1 and shape == tuple(projection.w.shape):
            return unit, f"{owner}input"
        if name.removeprefix(owner).startswith("normalisation."):
            first = "input" if shape == (inputs,) else "channel"
            names = (f"{owner}{axis}" for axis in (first, "input_y", "input_x"))
            expected = dict(zip(names, projection.input_shape, strict=False))
        elif shape[:1] == (units,):
            expected = {unit: units, **{k: n for k, n in expected.items() if k != "neuron"}}
    return _fitting(shape, expected)


def _fitting(shape: Shape, expected: Mapping[str, int]) -> tuple[str, ...]:
    """Names of axes: those expected as long as sizes agree, then `size_<n>`."""
    dims: list[str] = []
    names = [*expected]
    for i, size in enumerate(shape):
        fits = i < len(names) and expected[names[i]] == size
        dims.append(names[i] if fits else f"size_{size}")
        while dims[-1] in dims[:-1]:
            dims[-1] += "_again"
    return tuple(dims)


def _maybe(measure: Callable[[Weights], PerPost], of: Weights | None) -> PerPost | None:
    return None if of is None else measure(of)
