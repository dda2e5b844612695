"""What torch.compile would save of a training step: its passes over weights and activity in one kernel each.

    python benchmarks/compiled.py [--pairs 30] [--threads 2]

Of the three layers of the CIFAR-10 network, batch 10: what comes after the outer product (the change, its largest
entry, the new weights, their norms, and their rounding for the next drive), and what comes after the drive (shares of
soft winner-take-all with their signs, their rounding, and the sums by which weights decay). Products take the same
kernels either way. Ours is what the engine does; a ratio below 1 says that the compiled one is faster. It needs a C++
compiler.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from timing import Report, begin, compare, parser
from torch import Tensor

from neuroplast.component import NO_STATE
from neuroplast.drafts import load_scenario
from neuroplast.functional import largest_magnitude, norms, per_neuron, softmax, total

LAYERS = (((96, 3, 5, 5), 32), ((384, 96, 3, 3), 16), ((1536, 384, 3, 3), 8))
"""The weights, and the positions along an axis."""
BATCH, ETA = 10, 1e-4
TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
COMPETITION = load_scenario("softhebb_cifar10", condition="simultaneous").layers[0].competition
Passes = Callable[..., Sequence[Tensor]]


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--layers", type=int, default=len(LAYERS), help="only the first so many")
    args = words.parse_args()
    report = begin(args.threads, args.table)
    if reason := unable():
        print(f"left out, since torch.compile does not work here: {reason}")
        return
    for name, dtype in TYPES.items():
        weights = [weighing(shape, dtype) for shape, _ in LAYERS[: args.layers]]
        activity = [(drives(shape[0], size), dtype) for shape, size in LAYERS[: args.layers]]
        for what, eager, plain, layers in (
            ("weights", changed, changed_at_once, weights),
            ("activity", shared, shared_at_once, activity),
        ):
            against(report, f"passes over {what}, {name}", eager, plain, layers, args.pairs)


def unable() -> str:
    """Why nothing can be compiled, such as that there is no C++ compiler, or nothing."""
    try:
        torch.compile(torch.neg)(torch.ones(1))
    except RuntimeError as error:
        return str(error).partition("\n")[0]
    return ""


def against(
    report: Report,
    what: str,
    eager: Passes,
    plain: Passes,
    layers: Sequence[tuple[Any, ...]],
    pairs: int,
) -> None:
    """Compare the passes over all layers, after a look that they give the same."""
    start = time.perf_counter()
    compiled = torch.compile(plain, dynamic=False)
    for given in layers:
        for one, other in zip(eager(*copied(given)), compiled(*copied(given)), strict=True):
            torch.testing.assert_close(one.float(), other.float(), rtol=1e-2, atol=1e-3)
    note = f"compiled in {time.perf_counter() - start:.0f} s"

    def of(passes: Passes) -> Callable[[], None]:
        def run() -> None:
            for given in layers:
                passes(*given)

        return run

    report.add(replace(compare(what, of(eager), of(compiled), pairs), note=note))


def weighing(shape: tuple[int, ...], dtype: torch.dtype) -> tuple[Tensor, ...]:
    """An outer product as it comes from its kernel, weights, and what each neuron decays by and learns at."""
    last = torch.channels_last
    product, w = (torch.randn(shape).to(memory_format=last) for _ in range(2))
    return product.to(dtype), w, torch.rand(shape[0]), ETA * torch.rand(shape[0])


def drives(neurons: int, size: int) -> Tensor:
    return torch.randn(BATCH, neurons, size, size).to(memory_format=torch.channels_last)


def changed(product: Tensor, w: Tensor, decay: Tensor, rate: Tensor) -> tuple[Tensor, ...]:
    """As the engine goes about it, part by part."""
    dw = product.float()  # float32 is changed in place
    dw.addcmul_(w, per_neuron(-decay, w))
    w.addcmul_(dw, per_neuron(rate / largest_magnitude(dw), w))
    return norms(w), w.to(product.dtype)


def changed_at_once(product: Tensor, w: Tensor, decay: Tensor, rate: Tensor) -> tuple[Tensor, ...]:
    """The same as one expression, which a compiler may fuse."""
    dw = product.float() - w * decay.view(-1, 1, 1, 1)
    new = w + dw * (rate / dw.abs().amax()).view(-1, 1, 1, 1)
    w.copy_(new)
    return (new * new).sum((1, 2, 3)).sqrt(), new.to(product.dtype)


def shared(v: Tensor, dtype: torch.dtype) -> tuple[Tensor, ...]:
    g = COMPETITION.compete(v, NO_STATE)
    return g.to(dtype), total(g * v)


def shared_at_once(v: Tensor, dtype: torch.dtype) -> tuple[Tensor, ...]:
    s = softmax(v)
    neurons = torch.arange(v.shape[1]).view(1, -1, 1, 1)
    g = torch.where(neurons == v.argmax(1, keepdim=True), s, -s)
    return g.to(dtype), (g * v).sum((0, 2, 3))


def copied(given: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(x.clone() if isinstance(x, Tensor) else x for x in given)


if __name__ == "__main__":
    main()
