"""Patches of the two photographs that come with scikit-learn, china.jpg and flower.jpg, 427 x 640 pixels each."""

from pathlib import Path

import torch

from neuroplast import DataError, Stimuli, StimulusSet, hookimpl
from neuroplast.testing import Claims, NotApplicable, StimuliClaims, holds

STREAM = torch.Generator().manual_seed(0)


def _loaded(stimuli: Stimuli) -> StimulusSet:
    """The set, where scikit-learn and its photographs are here."""
    try:
        return stimuli.load(Path(), STREAM)
    except DataError as error:
        raise NotApplicable(str(error)) from error


class PatchesClaims(StimuliClaims):
    """Squares cut out at random places."""

    of = "patches"
    cases = (
        {"train": 500, "test": 100},
        {"train": 300, "test": 0, "photographs": "china", "colour": True, "side": 9},
        {"train": 300, "test": 100, "photographs": "flower", "side": 12},
    )

    @holds
    def they_have_the_size_asked_for(self, stimuli: Stimuli) -> None:
        """One channel, or three in colour; as many as were asked for, and values of a photograph."""
        found = _loaded(stimuli)
        channels = 3 if stimuli.colour else 1  # type: ignore[attr-defined]
        side = stimuli.side  # type: ignore[attr-defined]
        assert tuple(found.train.x.shape) == (stimuli.train, channels, side, side)  # type: ignore[attr-defined]
        assert (len(found.test) if found.test else 0) == stimuli.test  # type: ignore[attr-defined]
        largest = 255 if found.train.x.dtype == torch.uint8 else 1
        assert 0 <= float(found.train.x.min()) < float(found.train.x.max()) <= largest

    @holds
    def they_are_in_the_photographs(self, stimuli: Stimuli) -> None:
        """In colour, each patch is found in a photograph that was asked for, pixel for pixel, not at one place only."""
        from sklearn.datasets import load_sample_image  # type: ignore[import-untyped]

        coloured = stimuli.model_copy(update={"colour": True})
        x = _loaded(coloured).train.x[:12].double()
        x = x if float(x.max()) > 1 else x * 255
        asked = stimuli.photographs  # type: ignore[attr-defined]
        names = ("china", "flower") if asked == "both" else (asked,)
        places = set()
        side = x.shape[-1]
        for name in names:
            image = (
                torch.from_numpy(load_sample_image(f"{name}.jpg").copy()).permute(2, 0, 1).double()
            )
            windows = image.unfold(1, side, 1).unfold(2, side, 1)  # (3, rows, columns, side, side)
            for n, patch in enumerate(x.round()):
                # first pixel and last, then all of those that are left
                near = (windows[..., 0, 0] == patch[:, None, None, 0, 0]).all(0)
                near &= (windows[..., -1, -1] == patch[:, None, None, -1, -1]).all(0)
                for i, j in near.nonzero().tolist():
                    if torch.equal(windows[:, i, j], patch):
                        places.add((n, name, i, j))
        assert {n for n, *_ in places} == set(range(len(x))), "some are in no photograph"
        assert len({(name, i, j) for _, name, i, j in places}) > 10
        assert {name for _, name, _, _ in places} == set(names)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [PatchesClaims]
