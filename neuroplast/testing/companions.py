"""The kit's own parts, for the places of a layer that the part on trial does not take and no plugin takes by default.

Each is as plain as it can be, and none is a plugin: what a part is told does not depend on which plugins are installed.
"""

from typing import ClassVar

import torch
from torch import Tensor

from neuroplast.component import State
from neuroplast.delta import Delta
from neuroplast.functional import norms, per_neuron
from neuroplast.parts.competition import Competition
from neuroplast.parts.constraint import Constraint, ConstraintContext
from neuroplast.parts.rate import Rate
from neuroplast.parts.rule import Rule
from neuroplast.parts.scaling import Scaling
from neuroplast.parts.signal import Signal
from neuroplast.progress import Progress
from neuroplast.shapes import Post, Weights
from neuroplast.view import View

OF_THE_KIT = "of_the_kit"
"""The kind of all of these."""


class Learning(Rule):
    """Δ = Σ f g (x - f g w), f the product of all signals: weights that stay in bounds."""

    kind: ClassVar[str] = OF_THE_KIT

    def delta(self, view: View) -> Delta:
        """Growth, with a decay by the square."""
        g = view.g
        for signal in view.signals.values():
            g = g * signal.to(g.dtype).reshape(*signal.shape, *[1] * (g.dim() - signal.dim()))
        return view.outer(g) - view.decay(g * g)


class Winner(Competition):
    """g = max(v, 0) for the neuron with the largest v, 0 for all others."""

    kind: ClassVar[str] = OF_THE_KIT

    def compete(self, v: Post, memory: State) -> Post:
        """The winner's drive, alone."""
        place = v.argmax(1, keepdim=True)
        return torch.zeros_like(v).scatter(1, place, v.gather(1, place).clamp_min(0))


class PerPresentation(Scaling):
    """Δ over the number of stimuli and positions."""

    kind: ClassVar[str] = OF_THE_KIT

    def scale(self, delta: Delta, view: View) -> Delta:
        """The mean."""
        return delta / view.count


class Steady(Rate):
    """η = 0.05."""

    kind: ClassVar[str] = OF_THE_KIT

    def at(self, view: View, progress: Progress) -> float:
        """The same at every step."""
        return 0.05


class Unit(Constraint):
    """|w_i| = 1, so that nothing runs away whatever the other parts do."""

    kind: ClassVar[str] = OF_THE_KIT

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Divide by the norm."""
        length = norms(w)
        w.div_(per_neuron(length.clamp_min(1e-10), w))
        return (length != 1).sum()


class Told(Signal):
    """1 for even labels, -1 for odd ones."""

    kind: ClassVar[str] = OF_THE_KIT

    def signal(self, labels: Tensor, response: Post) -> Tensor:
        """One value for each stimulus."""
        return (1 - 2 * (labels % 2)).to(response.dtype)
