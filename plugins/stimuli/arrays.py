"""A user's own arrays."""

from pathlib import Path
from typing import Any, ClassVar

import torch
from pydantic import Field

from neuroplast import Stimuli, StimulusSet, hookimpl
from neuroplast_plugins.stimuli import array_files
from neuroplast_plugins.stimuli.array_files import Layout


class Arrays(Stimuli):
    """Stimuli from an .npz or .h5 file with x_train, and y_train, x_test, y_test, classes if wanted.

    Labels are needed for a read-out, not for learning. A file is read as data: nothing in it is
    executed, no link in it is followed.

    Shapes:
        x_*: (n, features), (n, height, width) or (n, height, width, channels). Integers, from 0 to
            255, are divided by 255; floats and truth values are taken as they are, as float32.
        y_*: (n,) or (n, 1), whole numbers from 0.
        classes: (classes,) text, the names in the order of the labels.
    """

    kind: ClassVar[str] = "arrays"
    file: str = Field(min_length=1, description="a path, or the name of a file in the data root")
    layout: Layout | None = Field(
        None, description="order of the axes of images with channels: nhwc (the default) or nchw"
    )

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Read the file; DataError where it is missing, damaged or something else."""
        path = array_files.find(self.kind, self.file, root)
        return array_files.read(self.kind, path, self.layout)

    @classmethod
    def reads(cls, path: Path) -> dict[str, Any] | None:
        """Files with one of the endings."""
        return {"file": str(path)} if path.suffix.lower() in array_files.ENDINGS else None


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [Arrays]
