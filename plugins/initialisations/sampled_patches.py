"""Weights that are pieces of what the layer sees."""

from collections.abc import Callable
from typing import ClassVar

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Initialisation, hookimpl
from neuroplast.shapes import Shape, Weights


class SampledPatches(Initialisation):
    """Each neuron starts from a patch of the layer's own normalised input, so that every one wins for something.

        w_i = x[c, r : r+k, s : s+k] + noise z,   z ~ N(0, 1);   dense layers: a whole stimulus

    Stimulus and place are drawn without replacement, and drawn again only where there are fewer patches than neurons.
    Patches that are all zero, such as blank background, are left out as long as there are others. In a convolution
    with groups a neuron takes the channels of its group.

    Shapes:
        w: (post, channels, k, k) or (post, pre), in the unit of x, as noise.

    Source:
        Coates & Ng (2012), in Neural Networks: Tricks of the Trade, 561-580; for k-means Forgy (1965),
        Biometrics 21, 768-769.

    Raises:
        ConfigurationError: without stimuli, or where no patch of the weights' shape fits into them.
    """

    kind: ClassVar[str] = "sampled_patches"
    noise: float = Field(0.0, ge=0, description="s.d. of what is added to each weight")

    def draw(
        self, shape: Shape, fan_in: int, rng: torch.Generator, inputs: Callable[[], Tensor] | None
    ) -> Weights:
        """A patch for each neuron."""
        if inputs is None:
            raise ConfigurationError(
                "sampled_patches: there are no stimuli to take patches from; build the layer in a run, which has "
                "some, or use another initialisation"
            )
        w = _patches(inputs().cpu().float(), shape, rng)
        return w + self.noise * torch.randn(shape, generator=rng) if self.noise else w


def _patches(x: Tensor, shape: Shape, rng: torch.Generator) -> Weights:
    """A patch of `shape` for each neuron, from stimuli (n, channels, height, width); any, where weights are dense."""
    if len(shape) == 2:
        x = x.flatten(1)[:, :, None, None]
        return _patches(x, (*shape, 1, 1), rng).flatten(1)
    neurons, channels, height, width = _fitting(x, shape)
    groups = x.shape[1] // channels
    lit = F.max_pool2d(x.abs().amax(1, keepdim=True), (height, width), stride=1)
    places = lit.flatten().nonzero().flatten()
    if not len(places):
        places = torch.arange(lit.numel())
    order = places[torch.randperm(len(places), generator=rng)]
    chosen = order[torch.arange(neurons) % len(order)]
    taken = []
    for i, place in enumerate(chosen.tolist()):
        stimulus, inside = divmod(place, lit.shape[2] * lit.shape[3])
        r, s = divmod(inside, lit.shape[3])
        c = i * groups // neurons * channels
        taken.append(x[stimulus, c : c + channels, r : r + height, s : s + width])
    return torch.stack(taken)


def _fitting(x: Tensor, shape: Shape) -> tuple[int, int, int, int]:
    """The shape, if patches of it can be cut from x; else ConfigurationError."""
    fits = len(shape) == x.dim() == 4 and shape[2] <= x.shape[2] and shape[3] <= x.shape[3]
    if not fits or x.shape[1] % shape[1]:
        raise ConfigurationError(
            f"sampled_patches: weights {tuple(shape)} are no patches of inputs {tuple(x.shape[1:])}; "
            "use a kernel that fits into the input, or another initialisation"
        )
    return shape[0], shape[1], shape[2], shape[3]


@hookimpl
def initialisations() -> list[type[Initialisation]]:
    """Provide the initialisation."""
    return [SampledPatches]
