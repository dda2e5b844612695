"""The features of images by the frozen CIFAR-10 network, beside the plain published formulation.

python benchmarks/features.py [--precision fp32 bf16] [--pairs 30] [--threads 2] [--batch 250]
"""

from dataclasses import replace

import torch
from step import networks
from timing import begin, compare, parser, peak


def main() -> None:
    options = parser(__doc__)
    options.add_argument(
        "--precision", nargs="+", choices=("fp32", "bf16"), default=["fp32", "bf16"]
    )
    options.add_argument(
        "--batch", type=int, default=250, help="images at a time; the other takes 64"
    )
    args = options.parse_args()
    report = begin(args.threads, args.table)
    x = torch.rand(args.batch, 3, 32, 32)
    for precision in args.precision:
        ours, plain = networks(precision)
        ours.freeze()
        row = compare(
            f"features of {args.batch} images by the CIFAR-10 net, {precision}",
            lambda ours=ours: ours.features(x),
            lambda plain=plain: [plain.features(part) for part in x.split(64)],
            args.pairs,
        )
        report.add(replace(row, note=f"{args.batch / row.ours:.0f} images/s, {peak()}"))


if __name__ == "__main__":
    main()
