"""MNIST, complete: handwritten digits."""

from pathlib import Path
from typing import Any, ClassVar

from neuroplast import Split, Stimuli, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.published import File, Published, PublishedSet, grey_images

_RAW = "MNIST/raw"


class Mnist(PublishedSet):
    """60,000 training and 10,000 test images of handwritten digits.

    Shapes:
        x: (n, 1, 28, 28) bytes, which stand for 0 (paper) to 1 (ink).
        y: (n,) the digit.

    Source:
        LeCun, Cortes and Burges; CC BY-SA 3.0. LeCun et al. (1998), Proc. IEEE 86, 2278-2324.
    """

    kind: ClassVar[str] = "mnist"
    known: ClassVar[Published] = Published(
        "mnist",
        "MNIST",
        _RAW,
        (
            File(f"{_RAW}/train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", 47040016),
            File(f"{_RAW}/train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624", 60008),
            File(f"{_RAW}/t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea", 7840016),
            File(f"{_RAW}/t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637", 10008),
        ),
        classes=tuple("0123456789"),
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
    return [Mnist]
