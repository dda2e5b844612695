"""A user's own images, one sub-folder a class."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import torch
from PIL import Image
from pydantic import Field

from neuroplast import DataError, Split, Stimuli, StimulusSet, hookimpl
from neuroplast_plugins.stimuli.array_files import find
from neuroplast_plugins.stimuli.image_files import Found, each, folders, is_grey, listed, pixels

Side = Annotated[int, Field(ge=1)]

TRAIN = "train"


class ImageFolder(Stimuli):
    """Images from folders: `train/CLASS/*.png` and `test/CLASS/*.png`, or `CLASS/*.png`, or `*.png`.

    Without `train`, all are training images. Classes are numbered in the order of their names, and
    images below the folder of a class belong to it however deep they lie. Images without such
    folders have no labels. Hidden files and files with other endings are left out, transparency is
    dropped.

    Shapes:
        x: (n, 1 or 3, height, width) bytes, which stand for 0 to 1.
        y: (n,) from 0 to classes - 1.
    """

    kind: ClassVar[str] = "image_folder"
    folder: str = Field(
        min_length=1, description="a path, or the name of a folder in the data root"
    )
    resize: Side | tuple[Side, Side] | None = Field(
        None,
        description="side, or height and width, to which every image is scaled whatever its "
        "proportions; without it, all must have one size",
    )
    colour: Literal["auto", "rgb", "grey"] = Field(
        "auto", description="what images are turned into; auto: grey where all are grey, else rgb"
    )
    test: str = Field("test", min_length=1, description="folder of test images, beside train")

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Read all images; DataError names those that cannot be read, or do not fit the others."""
        path = find(self.kind, self.folder, root)
        if not path.is_dir():
            raise DataError(f"{self.kind}: {path} is a file; give the folder that holds the images")
        train, test = self._found(path)
        shape = self._shape(path, train.files + (test.files if test else []))
        classes = sorted(set(train.classes))
        if test and (odd := sorted(set(test.classes) - set(classes))):
            raise DataError(
                f"{self.kind}: {path / self.test} has a class {odd[0]!r} that {path / TRAIN} has not; "
                "name the folders of classes alike"
            )
        return StimulusSet(
            self._read(train, classes, shape),
            self._read(test, classes, shape) if test else None,
            classes=tuple(classes),
            copy="image folder",
            source=str(path),
        )

    def _found(self, path: Path) -> tuple[Found, Found | None]:
        """The training images, and the test images where there are any."""
        inside = folders(path)
        if TRAIN not in inside:
            if self.test in inside:
                raise DataError(
                    f"{self.kind}: {path} has a folder {self.test!r} but none {TRAIN!r}; add it, or "
                    f"rename {self.test!r} if it is a class"
                )
            return listed(self.kind, path), None
        others = [name for name in inside if name != TRAIN]
        if others and self.test not in others:
            raise DataError(
                f"{self.kind}: {path} has no folder {self.test!r} beside {TRAIN!r}, but "
                f"{', '.join(others)}; name the one with test images: test = {others[0]!r}"
            )
        train = listed(self.kind, path / TRAIN)
        return train, listed(self.kind, path / self.test) if others else None

    def _shape(self, path: Path, files: list[Path]) -> tuple[int, int, int]:
        """(channels, height, width) that all images are brought to."""
        sizes: Counter[tuple[int, int]] = Counter()
        coloured = []

        def look(i: int, image: Image.Image) -> None:
            sizes[image.height, image.width] += 1
            if not is_grey(image):
                coloured.append(i)

        each(self.kind, files, look)
        channels = 3 if self.colour == "rgb" or (self.colour == "auto" and coloured) else 1
        if self.resize is not None:
            height, width = self.resize if isinstance(self.resize, tuple) else (self.resize,) * 2
            return channels, height, width
        if len(sizes) > 1:
            told = ", ".join(f"{n} of {h} x {w}" for (h, w), n in sizes.most_common(3))
            raise DataError(
                f"{self.kind}: the images in {path} have {len(sizes)} sizes ({told}"
                f"{', ...' if len(sizes) > 3 else ''}); set resize = [height, width]"
            )
        return channels, *next(iter(sizes))

    def _read(self, found: Found, classes: list[str], shape: tuple[int, int, int]) -> Split:
        x = torch.empty(len(found.files), *shape, dtype=torch.uint8)
        each(self.kind, found.files, lambda i, image: x[i].copy_(pixels(image, *shape)))
        y = torch.tensor([classes.index(name) for name in found.classes]) if found.classes else None
        return Split(x, y)

    @classmethod
    def reads(cls, path: Path) -> dict[str, Any] | None:
        """Any folder."""
        return {"folder": str(path)} if path.is_dir() else None


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [ImageFolder]
