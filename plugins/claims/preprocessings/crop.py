"""Random crops: each image padded on all sides, then cut out again at a random place, in its own size."""

import torch

from neuroplast import Preprocessing, State, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds


class CropClaims(PreprocessingClaims):
    """A displacement of up to `padding` pixels along each axis, all equally likely."""

    of = "crop"
    cases = ({}, {"padding": 1, "border": "zero"}, {"padding": 2}, {"padding": 0, "when": "always"})

    @holds
    def images_are_displaced_evenly(self, part: Preprocessing) -> None:
        """A point in the middle goes to each of the (2p + 1)² places about it, in 2,000 images within 6 s.d."""
        padding = part.padding  # type: ignore[attr-defined]
        x = torch.zeros(2000, 1, 21, 21)
        x[:, :, 10, 10] = 1
        found = part.apply(x, State({}), torch.Generator().manual_seed(0))
        assert found.shape == x.shape
        assert bool((found.flatten(1).sum(1) == 1).all())
        counts = found.sum((0, 1))
        places = counts[10 - padding : 11 + padding, 10 - padding : 11 + padding]
        assert int(places.sum()) == 2000, "some went further"
        each = 2000 / places.numel()
        assert float((places - each).abs().max()) <= 6 * each**0.5, places

    @holds
    def the_border_is_reflected_or_zero(self, part: Preprocessing) -> None:
        """Of an image of ones, a reflected border is not to be seen, and one of zeros is a frame at two sides."""
        x = torch.ones(50, 2, 12, 12)
        found = part.apply(x.clone(), State({}), torch.Generator().manual_seed(0))
        if part.border == "reflect" or part.padding == 0:  # type: ignore[attr-defined]
            assert torch.equal(found, x)
        else:
            assert bool((found == 0).any())
            lit = found[:, 0].sum((1, 2))  # (12 - rows off) (12 - columns off)
            off = range(part.padding + 1)  # type: ignore[attr-defined]
            allowed = {(12 - rows) * (12 - columns) for rows in off for columns in off}
            assert {int(n) for n in lit} <= allowed


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [CropClaims]
