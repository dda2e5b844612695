"""Patches of two photographs that come with scikit-learn."""

import hashlib
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch
from PIL import Image
from pydantic import Field
from torch import Tensor

from neuroplast import DataError, DataFile, Split, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.draws import streams

_SHA256 = {
    "china": "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
    "flower": "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638",
}
_HEIGHT, _WIDTH = 427, 640
_KEPT = 480
"""Columns for training patches; those right of them are for test patches, so that no pixel is in both."""
_SOURCE = (
    "photographs as scikit-learn ships them (sklearn.datasets.load_sample_images): "
    "china.jpg by danielbuechele, flickr.com/photos/danielbuechele/6061409035, "
    "flower.jpg by vultilion, flickr.com/photos/vultilion/6056698931; "
    "both CC BY 2.0, creativecommons.org/licenses/by/2.0, here cut into patches"
)


class Patches(Stimuli):
    """Square pieces of two photographs, a temple and a flower, from places drawn at random.

    Training patches come from the left three quarters of each photograph and test patches from the rest, as many from
    the one as from the other, or one more. They overlap. Grey values are the luminance of ITU-R BT.601.

    Shapes:
        x: (n, 1, side, side), or (n, 3, side, side) in colour; from 0 (black) to 1.

    Source:
        The two photographs that scikit-learn ships, sklearn.datasets.load_sample_images, each under CC BY 2.0:
        china.jpg by danielbuechele and flower.jpg by vultilion, on flickr.com. Patches of natural images
        as in Olshausen & Field (1996), Nature 381, 607-609.

    Raises:
        DataError: where scikit-learn is not installed, or its photographs are not the ones known here.
    """

    kind: ClassVar[str] = "patches"
    side: int = Field(16, ge=1, le=_WIDTH - _KEPT, description="side of a patch, in pixels")
    photographs: Literal["both", "china", "flower"] = Field(
        "both", description="where patches come from"
    )
    colour: bool = Field(
        False, description="whether patches have three channels, red, green and blue"
    )
    train: int = Field(10_000, ge=1, description="training stimuli")
    test: int = Field(1_000, ge=0, description="test stimuli")

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Read the photographs and draw training and test patches, each from a stream of its own."""
        (found,) = self.check(root)
        if not found.whole:
            raise DataError(f"patches: {found.detail}")
        for_train, for_test = streams(rng, 2)
        pictures = [self._read(name) for name in self._names()]
        return StimulusSet(
            self._draw([p[:, :, :_KEPT] for p in pictures], self.train, for_train),
            self._draw([p[:, :, _KEPT:] for p in pictures], self.test, for_test)
            if self.test
            else None,
            copy="patches of photographs",
            source=_SOURCE,
        )

    def _names(self) -> tuple[str, ...]:
        return ("china", "flower") if self.photographs == "both" else (self.photographs,)

    def _read(self, name: str) -> Tensor:
        """(channels, height, width) from 0 to 1."""
        with Image.open(_folder() / f"{name}.jpg") as picture:
            colours = torch.from_numpy(np.array(picture.convert("RGB"))).movedim(2, 0) / 255
        return colours if self.colour else (colours * _LUMINANCE).sum(0, keepdim=True)

    def _draw(self, pictures: list[Tensor], count: int, rng: torch.Generator) -> Split:
        """Patches at places drawn with replacement, from each picture in turn."""
        windows = [p.unfold(1, self.side, 1).unfold(2, self.side, 1) for p in pictures]
        _, height, width = windows[0].shape[:3]
        rows = torch.randint(height, (count,), generator=rng).tolist()
        columns = torch.randint(width, (count,), generator=rng).tolist()
        places = enumerate(zip(rows, columns, strict=True))
        return Split(torch.stack([windows[i % len(windows)][:, r, c] for i, (r, c) in places]))

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 3 if self.colour else 1, self.side, self.side

    @classmethod
    def files(cls, root: Path) -> list[DataFile]:
        """Whether scikit-learn, and with it the photographs, is installed."""
        folder = _folder()
        there = all((folder / f"{name}.jpg").is_file() for name in _SHA256)
        advice = (
            ""
            if there
            else "china.jpg and flower.jpg come with scikit-learn; pip install scikit-learn"
        )
        return [DataFile(cls.kind, folder, "original", there, None, advice)]

    @classmethod
    def check(cls, root: Path) -> list[DataFile]:
        """Whether the photographs are those that are known here."""
        (found,) = cls.files(root)
        if not found.present:
            return [found]
        content = {name: (found.path / f"{name}.jpg").read_bytes() for name in _SHA256}
        wrong = [
            n for n, known in _SHA256.items() if hashlib.sha256(content[n]).hexdigest() != known
        ]
        named = " and ".join(f"{name}.jpg" for name in wrong)
        detail = (
            f"{named} of {found.path} is another picture, or damaged; install scikit-learn again"
        )
        return [replace(found, whole=not wrong, detail=detail if wrong else "")]

    @classmethod
    def fetch(cls, root: Path) -> list[Path]:
        """Nothing to download where scikit-learn is; NotImplementedError where it is not."""
        (found,) = cls.files(root)
        if not found.present:
            raise NotImplementedError(f"{cls.kind}: {found.detail}")
        return [found.path]


def _folder() -> Path:
    """Where scikit-learn has its pictures. It is found, not imported, which would take seconds."""
    found = find_spec("sklearn")
    places = list(found.submodule_search_locations or []) if found else []
    return Path(places[0] if places else "sklearn") / "datasets" / "images"


_LUMINANCE = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [Patches]
