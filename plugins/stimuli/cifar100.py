"""CIFAR-100, complete, with the original pixels."""

from pathlib import Path
from typing import Any, ClassVar

from neuroplast import Split, Stimuli, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.published import File, Published, PublishedSet, colour_images

_RAW = "cifar-100-python"


class Cifar100(PublishedSet):
    """50,000 training and 10,000 test photographs of a hundred classes, as published.

    Shapes:
        x: (n, 3, 32, 32) bytes, red, green and blue, which stand for 0 to 1.
        y: (n,) from 0 to 99, the fine labels.

    Source:
        Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images, chapter 3.
    """

    kind: ClassVar[str] = "cifar100"
    known: ClassVar[Published] = Published(
        "cifar100",
        "CIFAR100",
        _RAW,
        (
            File(f"{_RAW}/train", "16019d7e3df5f24257cddd939b257f8d"),
            File(f"{_RAW}/test", "f0ef6b0ae62326f3e7ffdfab6717acfc"),
            File(f"{_RAW}/meta", "7973b15100ade9c7d40fb424638fde48"),
        ),
    )

    def read(self, dataset: Any) -> Split:
        """Colour images."""
        return colour_images(dataset)

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 3, 32, 32


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [Cifar100]
