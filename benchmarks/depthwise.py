"""The outer product of a depthwise convolution, beside the form that computes all pairs of channels.

    python benchmarks/depthwise.py [--pairs 30] [--threads 2] [--channels 96 384] [--side 32 16] [--kernel 3 5]

The other side is how simulators that swap batch and channels get it: the weight gradient from every channel to every
other as one convolution, of which the diagonal is kept.
"""

from collections.abc import Callable
from itertools import product

import torch
import torch.nn.functional as F
from timing import begin, compare, parser
from torch import Tensor

from neuroplast_plugins.synapses.depthwise import Depthwise

Way = Callable[[], Tensor]


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--channels", type=int, nargs="+", default=[96, 384])
    options.add_argument("--side", type=int, nargs="+", default=[32, 16])
    options.add_argument("--kernel", type=int, nargs="+", default=[3, 5])
    options.add_argument("--batch", type=int, default=10)
    args = options.parse_args()
    report = begin(args.threads, args.table)
    sizes = zip(args.channels, args.side, strict=True)
    for (channels, side), kernel in product(sizes, args.kernel):
        name = f"depthwise outer product, {channels} channels of {side} x {side}, kernel {kernel}"
        ours, other = ways((channels, side, side), kernel, args.batch)
        torch.testing.assert_close(ours(), other(), rtol=1e-3, atol=1e-2)
        report.add(compare(name, ours, other, args.pairs, block=10))


def ways(shape: tuple[int, int, int], kernel: int, batch: int) -> tuple[Way, Way]:
    synapse = Depthwise(kernel=kernel)
    x = synapse.prepare(torch.rand(batch, *shape))
    w = synapse.arrange(torch.randn(synapse.weight_shape(shape)))
    post = synapse.drive(x, w)
    return lambda: synapse.outer(post, x, w), lambda: by_all_pairs(post, x)


def by_all_pairs(post: Tensor, x: Tensor) -> Tensor:
    """(channels, 1, kernel, kernel), from (channels, channels, kernel, kernel)."""
    pairs = F.conv2d(x.transpose(0, 1), post.transpose(0, 1))
    return pairs.diagonal().permute(2, 0, 1).unsqueeze(1)


if __name__ == "__main__":
    main()
