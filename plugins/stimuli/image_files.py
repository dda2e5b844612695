"""Images in folders: which there are, of which class, and their pixels."""

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from neuroplast import DataError

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".pgm", ".tif", ".tiff", ".webp")
_GREY = ("1", "L", "LA")
_UNREADABLE = (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError)
_SHOWN = 5


@dataclass(frozen=True)
class Found:
    """The images of one split, and for each the name of its class, where there are classes."""

    files: list[Path]
    classes: list[str]


def folders(path: Path) -> list[str]:
    """The names of the sub-folders that are not hidden, sorted."""
    return sorted(p.name for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))


def listed(who: str, path: Path) -> Found:
    """The images of a folder, by class and name; DataError where there are none, or some lie astray."""
    loose = sorted(p for p in path.iterdir() if _is_image(p))
    classes = folders(path)
    if loose and classes:
        raise DataError(
            f"{who}: {path} has images ({loose[0].name}, ...) beside folders ({classes[0]}, ...); "
            "put every image into the folder of its class, or all into one folder"
        )
    if not loose and not classes:
        raise DataError(f"{who}: {path} has no images; put some there ({', '.join(ENDINGS)})")
    found = Found(loose, [])
    for name in classes:
        inside = sorted(
            Path(folder, file)
            for folder, _, files in os.walk(path / name)
            for file in files
            if _is_image(Path(folder, file))
        )
        if not inside:
            raise DataError(
                f"{who}: {path / name} has no images; put some there, or remove the folder"
            )
        found.files.extend(inside)
        found.classes.extend([name] * len(inside))
    return found


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file()


def each(who: str, files: list[Path], action: Callable[[int, Image.Image], object]) -> None:
    """Open every image; one DataError names those that cannot be read, with their sizes."""
    faults = []
    for i, path in enumerate(files):
        try:
            with Image.open(path) as image:
                action(i, image)
        except _UNREADABLE as error:
            faults.append(f"{path} ({path.stat().st_size} bytes): {error}")
    if faults:
        more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        told = "\n".join(f"  {fault}" for fault in [*faults[:_SHOWN], *more])
        raise DataError(
            f"{who}: {len(faults)} of {len(files)} images cannot be read; mend or remove them\n{told}"
        )


def is_grey(image: Image.Image) -> bool:
    """Whether an image has no colours; ValueError where its values are no bytes."""
    if image.mode.startswith(("I", "F")):
        raise ValueError(
            f"it holds {image.mode} values, not bytes; save it with 8 bits a channel, or use an .npz"
        )
    return image.mode in _GREY


def pixels(image: Image.Image, channels: int, height: int, width: int) -> Tensor:
    """(channels, height, width) bytes, scaled bilinearly where the size is another."""
    if "transparency" in image.info:
        image = image.convert("RGBA")
    image = image.convert("L" if channels == 1 else "RGB")
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(image)).view(height, width, channels).permute(2, 0, 1)
