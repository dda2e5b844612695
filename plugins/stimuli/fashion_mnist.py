"""Fashion-MNIST, complete: pictures of clothes."""

from pathlib import Path
from typing import Any, ClassVar

from neuroplast import Split, Stimuli, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.published import File, Published, PublishedSet, grey_images

_RAW = "FashionMNIST/raw"


class FashionMnist(PublishedSet):
    """60,000 training and 10,000 test images of clothes, of ten classes.

    Shapes:
        x: (n, 1, 28, 28) bytes, which stand for 0 (background) to 1.
        y: (n,) from 0 to 9.

    Source:
        Zalando SE; MIT. Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747.
    """

    kind: ClassVar[str] = "fashion_mnist"
    known: ClassVar[Published] = Published(
        "fashion_mnist",
        "FashionMNIST",
        _RAW,
        (
            File(f"{_RAW}/train-images-idx3-ubyte", "f4a8712d7a061bf5bd6d2ca38dc4d50a", 47040016),
            File(f"{_RAW}/train-labels-idx1-ubyte", "9018921c3c673c538a1fc5bad174d6f9", 60008),
            File(f"{_RAW}/t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a", 7840016),
            File(f"{_RAW}/t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965", 10008),
        ),
        trusted=False,
    )

    def read(self, dataset: Any) -> Split:
        """Grey images."""
        return grey_images(dataset)

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 1, 28, 28


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [FashionMnist]
