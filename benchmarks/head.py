"""The linear read-out on kept features, beside the released formulation: an epoch, and peak memory.

    python benchmarks/head.py [--images 50000] [--size 24576] [--dtype float32|bfloat16] [--pairs 30] [--threads 2]

The other side shuffles minibatches of 64, gathers each by indexing, and goes through torch's own dropout, linear layer,
autograd and Adam, on the same features in float32. It is timed on a share of the batches, in blocks that alternate
with ours; ours runs whole epochs besides.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat

import torch
from timing import Row, begin, compare, parser, peak
from torch import Tensor, nn

from neuroplast.features import KeptFeatures
from neuroplast_plugins.readouts.linear import Linear

CLASSES = 10


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--images", type=int, default=50_000)
    options.add_argument("--size", type=int, default=24_576, help="features of an image")
    options.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    options.add_argument("--block", type=int, default=10, help="batches timed at a time")
    options.add_argument("--epochs", type=int, default=3)
    args = options.parse_args()
    report = begin(args.threads, args.table)
    source = features(args.images, args.size, getattr(torch, args.dtype))
    share = KeptFeatures(source.array[: 64 * args.block], source.labels[: 64 * args.block])
    batches = -(-args.images // 64)
    took = epochs(source, args.epochs)
    report.add(
        Row(f"head, an epoch over {args.images} x {args.size}, {args.dtype}", took, note=peak())
    )
    released = chain.from_iterable(repeat(plain(source)))
    row = compare(
        f"head, a batch of 64 x {args.size}, {args.dtype}",
        lambda: fit(share, 1),
        lambda: [next(released) for _ in range(args.block)],
        args.pairs,
    )
    row = replace(row, ours=row.ours / args.block, other=row.other / args.block)
    note = f"the other's epoch by {batches} batches of these: {batches * row.other:.1f} s"
    report.add(replace(row, note=note))


def features(images: int, size: int, dtype: torch.dtype) -> KeptFeatures:
    """As a layer of rectified neurons gives them: random, half of them 0."""
    rng = torch.Generator().manual_seed(0)
    array = torch.empty(images, size, dtype=dtype)
    for block in array.split(1000):
        block.copy_(torch.randn(block.shape, generator=rng).relu_())
    return KeptFeatures(array, torch.randint(CLASSES, (images,), generator=rng))


def fit(source: KeptFeatures, epochs: int) -> None:
    Linear(epochs=epochs).fit(source, CLASSES, torch.Generator().manual_seed(0), lambda share: None)


def epochs(source: KeptFeatures, count: int) -> float:
    """Seconds of an epoch, on average over so many in one fit."""
    start = time.perf_counter()
    fit(source, count)
    return (time.perf_counter() - start) / count


def plain(source: KeptFeatures) -> Iterator[None]:
    """The released formulation, a batch at a time, for one epoch."""
    layers = nn.Sequential(nn.Dropout(0.5), nn.Linear(source.size, CLASSES)).train()
    adam = torch.optim.Adam(layers.parameters(), lr=1e-3)
    for index in torch.randperm(len(source)).split(64):
        x: Tensor = source.array[index].float()
        adam.zero_grad()
        nn.functional.cross_entropy(layers(x), source.labels[index]).backward()
        adam.step()
        yield


if __name__ == "__main__":
    main()
