"""Mutants that are no fault: nothing that can be observed differs. Each with the argument why."""

from __future__ import annotations

from dataclasses import dataclass

from mutation.mutants import Mutant


@dataclass(frozen=True)
class Equivalent:
    """All mutants of a file by an operator that turn the lines `before` into the lines `after`.

    why: the argument that they cannot behave otherwise.
    """

    file: str
    operator: str
    before: str
    after: str
    why: str

    def covers(self, mutant: Mutant) -> bool:
        """Whether a mutant is one of these."""
        return (self.file, self.operator, self.before, self.after) == (
            *(mutant.file, mutant.operator, mutant.before, mutant.after),
        )


_ORDER = (
    "the norm of a neuron's weights does not depend on the order in which its own synapses stand"
)
_SIGN = "the norm of a neuron's weights does not depend on their signs"
_LINE = "the summed tensor has one axis, so the sum along that axis is the sum of all"
_LAYER = "the largest entry of the whole layer is the same however the entries are laid out"


def _norm(file: str, line: str, w: str) -> tuple[Equivalent, ...]:
    """The mutants of a line with |w| or |w|² that leave each neuron's sum of squares as it is."""
    rolls = (line.replace(f"({w}", f"({w}.roll(1, {dim})") for dim in (1, -1))
    return (
        *(Equivalent(file, "peek at the neighbour", line, rolled, _ORDER) for rolled in rolls),
        Equivalent(file, "sign flipped", line, line.replace(f"({w}", f"(-{w}"), _SIGN),
    )


_COUNT = "return (((length - 1).abs() > 1e-06) & (length > 0)).sum()"
_DISTANCE = "distance = norms(view.w).sub_(1.0).abs_().add_(1e-10)"
_LARGEST = "largest = largest_magnitude(computed.tensor())"

EQUIVALENTS: tuple[Equivalent, ...] = (
    Equivalent(
        "constraints/unit_norm.py",
        "off by one",
        _COUNT,
        _COUNT.replace("> 1e-06", ">= 1e-06"),
        "no length is off by just that: near 1 lengths are multiples of 2^-53, in float32 of 2^-24, and the number "
        "nearest to 1e-6 is no multiple of either",
    ),
    Equivalent(
        "rules/instar.py",
        "peek at the neighbour",
        "return view.outer(view.g) - view.decay(view.g)",
        "return view.outer(view.g) - view.decay(view.g.roll(1, 0))",
        "a decay sums its coefficient over all stimuli, and a sum does not depend on their order",
    ),
    *_norm("rules/instar.py", "return u - half_square(w, u)", "w"),
    *_norm("rules/oja.py", "return u - half_square(w, u) * g", "w"),
    *(
        Equivalent("constraints/unit_norm.py", "wrong axis", _COUNT, _COUNT[:-1] + f"{dim})", _LINE)
        for dim in (0, -1)
    ),
    Equivalent(
        "constraints/unit_norm.py",
        "state before, not after",
        _COUNT,
        _COUNT.replace("return", "_result =") + "\nreturn _result",
        "the count is made from the length, a tensor of its own, which dividing the weights does not change",
    ),
    Equivalent(
        "constraints/unit_norm.py",
        "roles transposed",
        _COUNT,
        _COUNT.replace("length - 1", "1 - length"),
        "the absolute value of a difference does not depend on its sign",
    ),
    *_norm("constraints/unit_norm.py", "length = norms(w, self.p)", "w"),
    *_norm("rates/weight_norm.py", _DISTANCE, "view.w"),
    *(
        Equivalent("scalings/largest.py", "wrong axis", _LARGEST, other, _LAYER)
        for other in (
            "largest = largest_magnitude(computed.tensor().transpose(0, 1))",
            "largest = faults.whole(lambda _w: largest_magnitude(_w), computed.tensor())",
        )
    ),
)
