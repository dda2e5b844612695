"""Luma of ITU-R BT.601: Y = 0.299 R + 0.587 G + 0.114 B."""

import torch
from torch.testing import assert_close

from neuroplast import Preprocessing, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds
from neuroplast_plugins.claims.preprocessings.tilted import preprocessed


class GreyClaims(PreprocessingClaims):
    """A weighted sum of the channels of each pixel."""

    of = "grey"
    cases = ({}, {"weights": (0.2, 0.3, 0.5)}, {"when": "train"})

    @holds
    def a_pixel_is_the_weighted_sum_of_its_channels(self, part: Preprocessing) -> None:
        """Red, green and blue of 1 alone give the three weights, in one channel."""
        x = torch.eye(3).view(3, 3, 1, 1).repeat(1, 1, 2, 2)
        weights = torch.tensor(part.weights)  # type: ignore[attr-defined]
        expected = weights.view(3, 1, 1, 1).expand(3, 1, 2, 2)
        assert_close(preprocessed(part, x, x), expected)

    @holds
    def by_hand(self, part: Preprocessing) -> None:
        """(1, 0.5, 0): 0.299 + 0.2935 = 0.5925; white stays 1."""
        standard = type(part)()
        x = torch.tensor([[1.0, 0.5, 0.0], [1.0, 1.0, 1.0]]).view(2, 3, 1, 1)
        assert_close(preprocessed(standard, x, x).flatten(), torch.tensor([0.5925, 1.0]))


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [GreyClaims]
