"""What preprocessings of images share."""

from neuroplast import ConfigurationError
from neuroplast.shapes import Shape


def image(shape: Shape, kind: str) -> tuple[int, int, int]:
    """(channels, height, width) of one stimulus; ConfigurationError where it is no image."""
    if len(shape) != 3:
        raise ConfigurationError(
            f"{kind}: stimuli of shape {tuple(shape)} are no images; "
            "use stimuli of shape (channels, height, width), or leave it out"
        )
    return shape[0], shape[1], shape[2]
