"""The whole published protocol on CIFAR-10: one epoch of the three-layer network, and a read-out of 50 epochs.

    python benchmarks/protocol.py [--precision fp32] [--stimuli cifar10] [--seed 0] [--threads 2] [--steps 200]

Ours is `neuroplast run softhebb_cifar10`, whole, with its record and its accuracies. The other side is multiplied out
from parts, and marked so: 200 steps, a pass of features over 2,000 images in batches of 64, and two epochs of the head
over 6,400 images. It computes all features again in each epoch of the head, as the released code does.
"""

import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import torch
from head import features, plain
from plain import PlainNetwork
from step import networks
from timing import Row, begin, parser, seconds

import neuroplast

TRAIN, TEST, BATCH, EPOCHS = 50_000, 10_000, 10, 50
SIZE = 24_576


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    options.add_argument("--stimuli", default="cifar10")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--steps", type=int, default=200)
    options.add_argument("--images", type=int, default=2000)
    args = options.parse_args()
    report = begin(args.threads, args.table)
    other, told = released(args.steps, args.images)
    print(told)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "neuroplast", "--quiet", "run", "softhebb_cifar10"),
            *(
                "--condition",
                "simultaneous",
                "--seed",
                str(args.seed),
                "--set",
                f"stimuli={args.stimuli}",
            ),
            *(
                "--precision",
                args.precision,
                "--threads",
                str(args.threads),
                "--out",
                f"{folder}/run",
            ),
        ]
        start = time.perf_counter()
        subprocess.run(command, check=True)
        took = time.perf_counter() - start
        found = accuracies(Path(folder) / "run")
    title = f"the published protocol on {args.stimuli}, {args.precision}, seed {args.seed}"
    note = f"the other's time is multiplied out; {found}"
    report.add(Row(title, took, other, other / took, note=note))


def released(steps: int, images: int) -> tuple[float, str]:
    """Seconds of the whole protocol of the other side, and of what they are made."""
    network: PlainNetwork = networks("fp32")[1]
    x = torch.rand(64, 3, 32, 32)
    network.step(x[:BATCH])
    step = seconds(lambda: network.step(x[:BATCH]), steps)
    features_of = seconds(lambda: network.features(x), max(1, images // 64)) / 64
    head = two_epochs() / (2 * 100 * 64)
    whole = step * TRAIN / BATCH + EPOCHS * TRAIN * (features_of + head) + TEST * features_of
    told = (
        f"the other: {1e3 * step:.1f} ms a step, {1e3 * features_of:.2f} ms an image for features, "
        f"{1e3 * head:.2f} ms an image for the head; multiplied out: {whole:.0f} s"
    )
    return whole, told


def two_epochs() -> float:
    """Seconds of the head's two epochs over a hundred batches, their features at hand."""
    source = features(6400, SIZE, torch.float32)
    next(plain(source))
    start = time.perf_counter()
    for _ in range(2):
        for _ in islice(plain(source), 100):
            pass
    return time.perf_counter() - start


def accuracies(folder: Path) -> str:
    metrics = neuroplast.open_run(folder).metrics["linear"]
    return ", ".join(f"{name} {float(found.values[-1]):.2f} %" for name, found in metrics.items())


if __name__ == "__main__":
    main()
