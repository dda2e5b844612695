"""Several seeds at once, each in a process of its own, beside one after the other with all threads.

    python benchmarks/seeds.py [--scenario norms quickstart] [--set PATH=VALUE] [--seeds 4] [--jobs 2]
        [--rounds 3] [--pairs 30] [--stack 4] [--threads 2]

Whole runs are timed, their processes' start, records and read-outs included. The other way to do several at once is to
stack their tensors in one process: drives and outer products are timed so beside one seed after the other, by groups of
a convolution and by batches of matrices.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
from timing import Row, Work, begin, compare, parser, seconds
from torch import Tensor
from torch.nn.functional import conv2d

from neuroplast import run_set
from neuroplast.drafts import draft

CONVOLUTIONS = {
    "convolution of 3 to 96, 5 x 5": (3, 96, 5, 36),
    "convolution of 96 to 384, 3 x 3": (96, 384, 3, 18),
    "convolution of 384 to 1536, 3 x 3": (384, 1536, 3, 10),
}
"""Those of the CIFAR-10 network: channels in and out, kernel, side with its padding."""

MATRICES = {
    "100 inputs, 200 neurons, batch 10": (100, 200, 10),
    "784 inputs, 100 neurons, batch 100": (784, 100, 100),
}

Pair = tuple[Work, Work]
"""The same stacked, and one after the other."""


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--scenario", nargs="*", default=["norms", "quickstart"])
    options.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", dest="sets")
    options.add_argument("--seeds", type=int, default=4)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--stack", type=int, default=4, help="seeds in one tensor")
    args = options.parse_args()
    report = begin(args.threads, args.table)
    for scenario in args.scenario:
        report.add(side_by_side(scenario, args))
    for title, (stacked, each) in products(args.stack):
        report.add(compare(f"{args.stack} seeds stacked, {title}", stacked, each, args.pairs))


def side_by_side(scenario: str, args: argparse.Namespace) -> Row:
    """The first condition of a scenario, both ways in turn."""
    condition = draft(scenario).conditions[0]
    threads = args.threads // args.jobs

    def learn(jobs: int, threads: int) -> None:
        with TemporaryDirectory() as folder:
            run_set(
                scenario,
                sets=args.sets,
                seeds=range(args.seeds),
                conditions=[condition],
                out=Path(folder) / "out",
                device="cpu",
                threads=threads,
                jobs=jobs,
            )

    rounds = [
        (
            seconds(lambda: learn(args.jobs, max(1, threads))),
            seconds(lambda: learn(1, args.threads)),
        )
        for _ in range(args.rounds)
    ]
    ours, other = (median(side) for side in zip(*rounds, strict=True))
    ratio = median(after / at_once for at_once, after in rounds)
    title = f"{scenario}, {args.seeds} seeds, {args.jobs} at once"
    return Row(title, ours, other, ratio, note=f"whole runs, {args.rounds} rounds")


def products(seeds: int) -> Iterator[tuple[str, Pair]]:
    """Drive and outer product of each shape."""
    for title, (channels, neurons, kernel, side) in CONVOLUTIONS.items():
        x = [torch.randn(10, channels, side, side) for _ in range(seeds)]
        w = [torch.randn(neurons, channels, kernel, kernel) for _ in range(seeds)]
        yield from convolutions(title, *([last(t) for t in tensors] for tensors in (x, w)))
    for title, (inputs, neurons, batch) in MATRICES.items():
        yield from matrices(
            title, torch.randn(seeds, batch, inputs), torch.randn(seeds, neurons, inputs)
        )


def convolutions(title: str, x: list[Tensor], w: list[Tensor]) -> Iterator[tuple[str, Pair]]:
    u = [conv2d(a, b) for a, b in zip(x, w, strict=True)]
    all_x, all_w, all_u = last(torch.cat(x, 1)), last(torch.cat(w)), last(torch.cat(u, 1))
    yield (
        f"{title}, drive",
        (
            lambda: conv2d(all_x, all_w, groups=len(x)),
            lambda: [conv2d(a, b) for a, b in zip(x, w, strict=True)],
        ),
    )
    yield (
        f"{title}, outer product",
        (
            lambda: outer(all_u, all_x, all_w, len(x)),
            lambda: [outer(g, a, b, 1) for g, a, b in zip(u, x, w, strict=True)],
        ),
    )


def matrices(title: str, x: Tensor, w: Tensor) -> Iterator[tuple[str, Pair]]:
    u = x @ w.mT
    yield (
        f"{title}, drive",
        (lambda: x @ w.mT, lambda: [a @ b.T for a, b in zip(x, w, strict=True)]),
    )
    yield (
        f"{title}, outer product",
        (lambda: u.mT @ x, lambda: [g.T @ a for g, a in zip(u, x, strict=True)]),
    )


def outer(g: Tensor, x: Tensor, w: Tensor, groups: int) -> Tensor:
    """Σ g x over stimuli and positions, by the kernel for gradients of weights."""
    steps, zeros = [1, 1], [0, 0]
    asked = [False, True, False]
    return torch.ops.aten.convolution_backward(
        g, x, w, None, steps, zeros, steps, False, zeros, groups, asked
    )[1]


def last(t: Tensor) -> Tensor:
    """With channels last in memory."""
    return t.contiguous(memory_format=torch.channels_last)


if __name__ == "__main__":
    main()
