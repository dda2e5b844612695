"""STL-10, complete: few labelled images, many without labels."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from pydantic import Field

from neuroplast import Split, Stimuli, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.published import File, Published, PublishedSet

_RAW = "stl10_binary"
_CLASSES = (
    "airplane",
    "bird",
    "car",
    "cat",
    "deer",
    "dog",
    "horse",
    "monkey",
    "ship",
    "truck",
)


class Stl10(PublishedSet):
    """Photographs: 5,000 to train on with labels or 100,000 without, and 8,000 test images with labels.

    Shapes:
        x: (n, 3, 96, 96) bytes, red, green and blue, which stand for 0 to 1.
        y: (n,) from 0 to 9; none for the training images where these are the unlabelled ones.

    Source:
        Coates, Lee and Ng (2011), AISTATS 15, 215-223.
    """

    kind: ClassVar[str] = "stl10"
    known: ClassVar[Published] = Published(
        "stl10",
        "STL10",
        _RAW,
        (
            File(f"{_RAW}/train_X.bin", "918c2871b30a85fa023e0c44e0bee87f", 5_000 * 3 * 96 * 96),
            File(f"{_RAW}/train_y.bin", "5a34089d4802c674881badbb80307741", 5_000),
            File(f"{_RAW}/unlabeled_X.bin", "5242ba1fed5e4be9e1e742405eb56ca4", 100_000 * 27_648),
            File(f"{_RAW}/test_X.bin", "7f263ba9f9e0b06b93213547f721ac82", 8_000 * 3 * 96 * 96),
            File(f"{_RAW}/test_y.bin", "36f9794fa4beb8a2c72628de14fa638e", 8_000),
        ),
        classes=_CLASSES,
    )
    part: Literal["labelled", "unlabelled"] = Field(
        "labelled", description="which images to train on: 5,000 with labels, or 100,000 without"
    )

    def read(self, dataset: Any) -> Split:
        """Colour images, channels first; torchvision numbers images without a label -1."""
        y = torch.from_numpy(dataset.labels).long()
        return Split(torch.from_numpy(dataset.data).contiguous(), None if (y < 0).all() else y)

    def splits(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """By torchvision's names."""
        return {"split": "train" if self.part == "labelled" else "unlabeled"}, {"split": "test"}

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 3, 96, 96


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [Stl10]
