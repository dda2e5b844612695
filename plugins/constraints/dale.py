"""Dale's principle: a neuron excites all that it reaches, or inhibits all."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import (
    ConfigurationError,
    Constraint,
    ConstraintContext,
    Fit,
    Memory,
    Refusal,
    hookimpl,
)
from neuroplast.shapes import Weights


class Dale(Constraint):
    """s_j w_ij >= 0, s_j = ±1 the sign of presynaptic neuron j, fixed at birth. Counts values that were clipped to 0.

    Signs are those of the population that feeds the projection (`excitatory_inhibitory`), or, where `ratio` is given
    for inputs without signs, drawn at the start: round(ratio · inputs) excitatory, the rest inhibitory, in a random
    order. Initial weights keep their magnitude and get their input's sign.

    The count over the number of updates is the share of clipped updates.

    Shapes:
        signs: s, (pre,), channels in a convolution.

    Source:
        Eccles, Fatt & Koketsu (1954), J. Physiol. 126, 524-562; by columns of a weight matrix Song, Yang & Wang (2016),
        PLoS Comput. Biol. 12, e1004792.

    Raises:
        Refusal: where presynaptic activity may be negative, or has no signs and none are drawn; where the drive uses
            weights without their sign.
        ConfigurationError: where the population has signs and `ratio` is given, or a constraint that may turn signs
            comes later in the list.
    """

    kind: ClassVar[str] = "dale"
    signs = Memory("pre")
    ratio: float | None = Field(
        None, ge=0, le=1, description="share of excitatory inputs, drawn; none: from the population"
    )

    def check(self, fit: Fit) -> None:
        """Refuse signed activity, and inputs whose signs are unknown or known twice."""
        if fit.pre_signed:
            raise Refusal(
                "dale_on_signed_activity",
                "dale: presynaptic activity may be negative here, by its stimuli, population, preprocessing or "
                "normalisation; make rates non-negative and leave out what centres them, or use non_negative",
            )
        if self.ratio is None and fit.pre_signs is None:
            raise Refusal(
                "dale_without_populations",
                "dale: its inputs have no signs; feed it by a population with signs, or set ratio to draw them",
            )
        if self.ratio is not None and fit.pre_signs is not None:
            raise ConfigurationError(
                f"dale: ratio is {self.ratio:g}, and the population that feeds it has signs of its own; "
                "leave ratio out"
            )
        self._check_beside(fit)

    def _check_beside(self, fit: Fit) -> None:
        """Refuse parts of the projection that undo the signs."""
        projection = fit.projection
        if projection is None:
            return
        for later in projection.constraints[projection.constraints.index(self) + 1 :]:
            if later.turns_signs():
                raise ConfigurationError(
                    f"dale: {later} comes after it and may turn the signs that it has set; put dale after that one"
                )
        if not projection.effective.keeps_signs:
            raise Refusal(
                "dale_of_magnitudes",
                f"dale: the drive uses weights without their sign (effective = {projection.effective.kind!r}), so that "
                'inhibitory neurons would excite; set effective = "none", or use non_negative',
            )

    def start(self, w: Weights, context: ConstraintContext) -> None:
        """Fix the signs, and give the initial weights theirs."""
        memory = context.memory.signs
        signs = self._drawn(len(memory), context.rng)
        if context.pre_signs is not None:
            given = context.pre_signs  # of channels, where these were flattened
            signs = given.repeat_interleave(len(memory) // len(given))
        memory.copy_(signs)
        w.abs_().mul_(of_synapses(memory, w))

    def enforce(self, w: Weights, context: ConstraintContext) -> Tensor:
        """Clip what has the other sign."""
        other = w * of_synapses(context.memory.signs, w) < 0
        w.masked_fill_(other, 0.0)
        return other.sum()

    def _drawn(self, inputs: int, rng: torch.Generator) -> Tensor:
        exciting = torch.arange(inputs) < round((self.ratio or 0.0) * inputs)
        return torch.where(exciting, 1.0, -1.0)[torch.randperm(inputs, generator=rng)]


def of_synapses(signs: Tensor, w: Weights) -> Tensor:
    """The sign of every synapse's input, (post, pre in its group, 1, ...), so that it multiplies w."""
    groups = len(signs) // w.shape[1]
    by_group = signs.to(w.dtype).view(groups, 1, w.shape[1])
    each = by_group.expand(groups, len(w) // groups, w.shape[1]).reshape(len(w), w.shape[1])
    return each.view(*each.shape, *[1] * (w.dim() - 2))


@hookimpl
def constraints() -> list[type[Constraint]]:
    """Provide the constraint."""
    return [Dale]
