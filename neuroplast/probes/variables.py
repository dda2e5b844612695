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

from neuroplast.functional import average, norms
from neuroplast.layer import Layer
from neuroplast.probes.sizes import Sizes, sizes
from neuroplast.probes.wins import win_counts
from neuroplast.projection import Projection
from neuroplast.shapes import PerPost, Shape, Weights
from neuroplast.view import View


class Glimpse:
    """One step of a layer as its observers see it. What several of them ask for is computed once.

    views: what was presented; none before that, or where the layer has no projections.
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.views: Sequence[View] = ()
        self._needs: set[str] = set()
        self._before: dict[str, Weights] = {}
        self._applied: dict[str, Weights] = {}
        self._applied_sizes: dict[str, Sizes] = {}
        self._corrected: Tensor | None = None
        self._known: dict[str, Tensor] = {}

    def begin(self, views: Sequence[View], needs: set[str]) -> None:
        """See what was presented, and remember what of the weights and counts is needed later."""
        self.views, self._needs = views, needs
        if self.layer.adapts.weights and needs & {"sizes", "change", "difference"}:
            self._before = {p.name: p.w.clone() for p in self.layer.projections}
        if "corrections" in needs:
            self._corrected = corrections(self.layer)

    def apply(self, projection: Projection) -> None:
        """See the weights as the step left them, which constraints have not seen."""
        name, before = projection.name, self._before.get(projection.name)
        if before is None:
            return
        if "sizes" in self._needs:
            self._applied_sizes[name] = sizes(before, projection.w)
        if "change" in self._needs:
            self._applied[name] = projection.w - before

    def change(self, projection: Projection) -> Weights | None:
        """D, the change as it was applied; None where no step was seen to apply one."""
        return self._applied.get(projection.name)

    def applied_sizes(self, projection: Projection) -> Sizes | None:
        """The sizes of D."""
        return self._applied_sizes.get(projection.name)

    def difference_norm(self, projection: Projection) -> PerPost | None:
        """|Δ_i|, of what constraints left; None where the weights before were not seen, or do not adapt."""
        known = self.applied_sizes(projection)
        if known is not None and not projection.spec.constraints:
            return known.norm
        before = self._before.get(projection.name)
        return None if before is None else sizes(before, projection.w).norm

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
    needs: what must be remembered from before the change: "change", "sizes" of it, "difference", "corrections", or
        nothing.
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

    def size(of: Callable[[Sizes], PerPost]) -> Callable[[Glimpse], Tensor | None]:
        def read(glimpse: Glimpse) -> Tensor | None:
            found = glimpse.applied_sizes(projection)
            return None if found is None else of(found)

        return read

    def length(glimpse: Glimpse) -> Tensor:
        found = glimpse.once(f"{prefix}w_norm", lambda: norms(projection.w))
        assert found is not None
        return found

    def moved(glimpse: Glimpse) -> Tensor | None:
        name = f"{prefix}delta_norm"
        return glimpse.once(name, lambda: glimpse.difference_norm(projection))

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
        each("ltp", "potentiation: sum of positive changes", size(lambda d: d.ltp), "sizes"),
        each(
            "ltd",
            "depression: sum of negative changes, as a size",
            size(lambda d: d.ltd),
            "sizes",
        ),
        each("dw_norm", "Euclidean norm of the change applied", size(lambda d: d.norm), "sizes"),
        each("delta_norm", "Euclidean norm of the change made by the step", moved, "difference"),
        each(
            "update_to_weight", "norm of the change over that of the weights", ratio, "difference"
        ),
    ]


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
