"""Learning by a surrogate loss: the weight change of a rule from autograd, in place of its explicit form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from neuroplast import answers
from neuroplast.delta import Computed, Delta
from neuroplast.errors import NotFiniteError, PartError
from neuroplast.shapes import Weights

if TYPE_CHECKING:
    from neuroplast.parts.rule import Rule
    from neuroplast.view import View


def descent(rule: Rule, view: View) -> Delta:
    """-∂L/∂w of the surrogate loss L = -½ Σ y_s², not yet computed.

    y_s is what the rule's `surrogate` makes of the linear drive u = w_e · x, inside the graph; its values are then
    overwritten by the plasticity activity g. So ∂L/∂y_s = -g, and descending L adds g · ∂y_s/∂w, summed over stimuli
    and positions. The change is applied to w, like that of `Rule.delta`.

    Source:
        Miconi (2021), arXiv 2107.01729.
    """
    return Delta(view.geometry, view.w_e, (Computed(lambda: _descent(rule, view)),))


def _descent(rule: Rule, view: View) -> Weights:
    with torch.enable_grad():
        w = view.w_e.detach().requires_grad_(True)
        y_s = rule.surrogate(view.geometry.drive(view.x, w), w, view.g)
    answers.response(rule, "surrogate", y_s, view.g)
    dw = torch.autograd.grad(y_s, w, view.g, allow_unused=True)[0] if y_s.requires_grad else None
    if dw is None:
        raise PartError(
            rule,
            "surrogate gave what is not in the graph of w; "
            "make it of u or w, without detach(), item() or no_grad()",
        )
    if not dw.isfinite().all():
        raise NotFiniteError(f"{rule.kind}: descent of the surrogate loss not finite")
    return dw
