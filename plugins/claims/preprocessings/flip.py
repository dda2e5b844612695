"""Random horizontal flips: each image by itself, left for right (facts.md 1.2: p = 0.5)."""

import torch

from neuroplast import Preprocessing, State, hookimpl
from neuroplast.testing import Claims, PreprocessingClaims, holds


class FlipClaims(PreprocessingClaims):
    """Mirrored with a probability, else as it is."""

    of = "flip"
    cases = (
        {},
        {"probability": 0.25},
        {"probability": 1.0},
        {"probability": 0.0, "when": "always"},
    )

    @holds
    def images_are_mirrored_or_left(self, part: Preprocessing) -> None:
        """Of 400 images the share p is mirrored along its width, within 5 standard errors; all others are the same."""
        rng = torch.Generator().manual_seed(0)
        x = torch.rand(400, 3, 5, 6, generator=rng)
        found = part.apply(x.clone(), State({}), rng)
        mirrored = (found == x.flip(3)).flatten(1).all(1)
        same = (found == x).flatten(1).all(1)
        assert bool((mirrored ^ same).all())
        p = part.probability  # type: ignore[attr-defined]
        assert abs(float(mirrored.float().mean()) - p) <= 5 * (p * (1 - p) / 400) ** 0.5


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [FlipClaims]
