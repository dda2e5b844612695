"""MNIST, complete: handwritten digits."""

from pathlib import Path
from typing import ClassVar

import torch

from neuroplast import DataFile, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli import published
from neuroplast_plugins.stimuli.published import File, Published


class Mnist(Stimuli):
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
        "MNIST/raw",
        (
            File("MNIST/raw/train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", 47040016),
            File("MNIST/raw/train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624", 60008),
            File("MNIST/raw/t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea", 7840016),
            File("MNIST/raw/t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637", 10008),
        ),
        tuple("0123456789"),
        trusted=False,
    )

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Read both splits; DataError where they are not there or not whole."""
        return published.load(
            self.known, root, published.grey_images, {"train": True}, {"train": False}
        )

    def shape(self, root: Path) -> Shape:
        """(channels, height, width)."""
        return 1, 28, 28

    @classmethod
    def files(cls, root: Path) -> list[DataFile]:
        """Whether the set is there."""
        return published.report(cls.known, root, thorough=False)

    @classmethod
    def check(cls, root: Path) -> list[DataFile]:
        """Whether it is there and whole."""
        return published.report(cls.known, root, thorough=True)

    @classmethod
    def fetch(cls, root: Path) -> list[Path]:
        """Download it."""
        return published.fetch(cls.known, root)


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [Mnist]
