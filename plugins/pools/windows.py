"""How many windows fit a map."""

from neuroplast import ConfigurationError, Refusal
from neuroplast.shapes import Shape


def pooled_shape(kind: str, shape: Shape, size: int, stride: int, padding: int) -> Shape:
    """(post, height', width') after windows of `size`; ConfigurationError where none fits."""
    if len(shape) != 3:
        raise Refusal(
            "pool_without_positions",
            f'{kind} pool: needs a response (post, height, width), found {shape}; set pool = "none"',
        )
    if 2 * padding > size:
        raise ConfigurationError(
            f"{kind} pool: padding {padding} is more than half the window {size}; lower it"
        )
    sides = [(side + 2 * padding - size) // stride + 1 for side in shape[1:]]
    if min(sides) < 1:
        raise ConfigurationError(
            f"{kind} pool: a window of {size} does not fit a map of {shape[1]} x {shape[2]} with padding {padding}; "
            "use a smaller window, or fewer pools before it"
        )
    return shape[0], sides[0], sides[1]
