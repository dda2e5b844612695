"""How time grows with images, neurons and positions: exponents of time fitted over a factor of eight or more.

    python benchmarks/growth.py [--factor 8] [--rounds 5] [--threads 2] [--largest 1.0]

Steps of one convolutional SoftHebb layer; everything but what is named stays the same. Each size is run so many steps
that the largest takes at least so many seconds. An exponent of 1 is time in proportion.
"""

import math
import statistics
from collections.abc import Callable

import torch
from timing import Row, begin, parser, seconds

from neuroplast.drafts import draft
from neuroplast.layer import PLASTIC
from neuroplast.network import Network

CHANNELS = 96
Step = Callable[[], object]


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--factor", type=int, default=8)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--largest", type=float, default=1.0, help="seconds of the largest case")
    args = options.parse_args()
    report = begin(args.threads, args.table)
    factors = [2**i for i in range(int(math.log2(args.factor)) + 1)]
    for what, make in {"images": images, "neurons": neurons, "positions": positions}.items():
        steps = [make(factor) for factor in factors]
        for step in steps:
            step()
        count = math.ceil(args.largest / seconds(steps[-1]))
        rounds = [[count * seconds(step, count) for step in steps] for _ in range(args.rounds)]
        took = [statistics.median(times) for times in zip(*rounds, strict=True)]
        exponents = [slope(factors, times) for times in rounds]
        title = f"growth with {what}, {factors[-1]} times as many, {count} steps"
        note = f"exponent {slope(factors, took):.3f}, of single rounds {min(exponents):.3f} to {max(exponents):.3f}"
        report.add(Row(title, took[-1], note=note))


def images(factor: int) -> Step:
    """Batches of 16 up."""
    return step(16 * factor, 128, 16)


def neurons(factor: int) -> Step:
    """128 neurons up."""
    return step(32, 128 * factor, 16)


def positions(factor: int) -> Step:
    """Maps of 256 positions up, as near to squares as they go."""
    return step(16, 128, 16, 16 * factor)


def step(batch: int, neurons: int, height: int, width: int = 16) -> Step:
    layer = {
        "use": "softhebb",
        "synapse": {"kind": "conv2d", "neurons": neurons, "kernel": 3},
        "rate": {"kind": "constant", "eta": 0.01},
        "population": "triangle",
    }
    stimuli = {"kind": "gaussian", "inputs": 1}
    scenario = draft({"stimuli": stimuli, "layers": [layer]}).resolve()
    network = Network(scenario.layers, (CHANNELS, height, width), seed=0)
    network.adapt(dict.fromkeys(network.layers, PLASTIC))
    x = torch.rand(batch, CHANNELS, height, width)
    return lambda: network.learn(x)


def slope(factors: list[int], took: list[float]) -> float:
    """Of the line of least squares through the logarithms."""
    fitted = statistics.linear_regression(
        [math.log(f) for f in factors], [math.log(t) for t in took]
    )
    return fitted.slope


if __name__ == "__main__":
    main()
