"""CIFAR-10, complete, with the original pixels."""

from pathlib import Path
from typing import Any, ClassVar

from neuroplast import Split, Stimuli, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.published import File, Published, PublishedSet, colour_images

_RAW = "cifar-10-batches-py"


class Cifar10(PublishedSet):
    """50,000 training and 10,000 test photographs of ten classes, as published.

    The copy that went through JPEG is another kind, `cifar10_jpeg`; figures do not compare.

    Shapes:
        x: (n, 3, 32, 32) bytes, red, green and blue, which stand for 0 to 1.
        y: (n,) from 0 to 9.

    Source:
        Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images, chapter 3.
    """

    kind: ClassVar[str] = "cifar10"
    known: ClassVar[Published] = Published(
        "cifar10",
        "CIFAR10",
        _RAW,
        (
            File(f"{_RAW}/data_batch_1", "c99cafc152244af753f735de768cd75f", 31035704),
            File(f"{_RAW}/data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec", 31035320),
            File(f"{_RAW}/data_batch_3", "54ebc095f3ab1f0389bbae665268c751", 31035999),
            File(f"{_RAW}/data_batch_4", "634d18415352ddfa80567beed471001a", 31035696),
            File(f"{_RAW}/data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb", 31035623),
            File(f"{_RAW}/test_batch", "40351d587109b95175f43aff81a1287e", 31035526),
            File(f"{_RAW}/batches.meta", "5ff9c542aee3614f3951f8cda6e48888"),
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
    return [Cifar10]
