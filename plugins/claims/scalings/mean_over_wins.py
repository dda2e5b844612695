"""The mean over what each neuron has won, as in Amato et al. (2019): a step towards the mean of the won patches."""

from dataclasses import replace
from typing import Any

import torch
from torch.testing import assert_close

from neuroplast import Scaling, hookimpl
from neuroplast.testing import Claims, Example, ScalingClaims, holds, ladder


class MeanOverWinsClaims(ScalingClaims):
    """Δ_i / max(1, wins of neuron i in this step); a win is g > 0."""

    of = "mean_over_wins"
    examples = (
        Example(
            given={
                "dw": [[1.0, -2.0], [3.0, 6.0], [0.0, 4.0]],
                "count": 4,
                "g": [[1.0, 1.0, 0.0, 0.0], [0.0, 0.5, 2.0, 1.0], [0.0, 0.0, 0.0, 0.0]],
            },
            expected=[[0.5, -1.0], [1.0, 2.0], [0.0, 4.0]],
            note="2 wins, 3 wins however large, and none, which divides by 1",
        ),
        Example(
            given={"dw": [[-3.0]], "count": 3, "g": [[-1.0, -1.0, 0.25]]},
            expected=[[-3.0]],
            note="negative activity is no win: one",
        ),
    )

    def scale(
        self, scaling: Any, dw: list[list[float]], count: int, g: list[list[float]]
    ) -> list[list[float]]:
        """Each neuron by its own number."""
        scaled = []
        for changes, activities in zip(dw, g, strict=True):
            wins = sum(1 for activity in activities if activity > 0)
            scaled.append([change / max(1, wins) for change in changes])
        return scaled

    @holds
    def is_the_mean_where_everyone_always_wins(self, scaling: Scaling) -> None:
        """Where every neuron wins at every stimulus and position, it is the mean over all of them."""
        for setting in ladder():
            view = setting.view(g=setting.post().abs() + 0.1)
            delta = view.outer(view.g)
            assert_close(scaling.scale(delta, view).tensor(), delta.tensor() / view.count)

    @holds
    def more_of_the_same_changes_nothing(self, scaling: Scaling) -> None:
        """The same stimuli presented twice in one batch give the same scaled change."""
        for setting in ladder():
            view = setting.view(g=setting.post().sign().clamp_min(0))
            once = scaling.scale(view.outer(view.g), view).tensor()
            x, u, v, g = (torch.cat([t, t]) for t in (view.x, view.u, view.v, view.g))
            twice = replace(view, x=x, u=u, v=v, g=g)
            assert_close(scaling.scale(twice.outer(twice.g), twice).tensor(), once)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [MeanOverWinsClaims]
