"""Work on a GPU as CUDA graphs: captured once, then replayed.

What is small takes a GPU less time than the host needs to ask for it, one operation after another. A replay asks once,
and does the same operations on the same memory with the same numbers as when it was captured. So all that changes from
one time to the next has to lie on the GPU, and what the host decides in between cannot be captured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor

AS_IT_IS = 3
"""So many times work of a kind is done before it is captured, in which libraries and parts prepare what they keep."""

Capture = TypeVar("Capture")


def graph(
    work: Callable[[], object], generators: Sequence[torch.Generator] = ()
) -> torch.cuda.CUDAGraph:
    """Capture work, which is not done by that; whatever work or CUDA raises where that cannot be.

    generators: on the GPU, which it draws from; each replay draws on.
    """
    found, failure = torch.cuda.CUDAGraph(), None
    for rng in generators:
        found.register_generator_state(rng)
    try:
        with torch.cuda.graph(found, capture_error_mode="thread_local"):
            try:
                work()
            except Exception as error:
                failure = error
                raise
    except Exception:
        if failure is not None:  # to end such a capture fails as well, and says less
            raise failure from None
        raise
    return found


class Captures(Generic[Capture]):
    """Captures of work, by kind: what must be the same for one to serve.

    tell: hears why nothing is captured any more, once something could not be.
    """

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell: Callable[[str], object] | None = tell
        self._met: Counter[Hashable] = Counter()
        self._found: dict[Hashable, Capture] = {}

    def of(self, kind: Hashable, capture: Callable[[], Capture]) -> Capture | None:
        """What replays work of a kind; None where it has to be done as it is."""
        if self._tell is None or kind in self._found:
            return self._found.get(kind)
        self._met[kind] += 1
        if self._met[kind] <= AS_IT_IS:
            return None
        try:
            self._found[kind] = capture()
        except Exception as error:  # what is wrong with the work itself it says when it is done
            self._tell((str(error).splitlines() or [type(error).__name__])[0])
            self._tell = None
            self._found.clear()
        return self._found.get(kind)


class Replayed:
    """Work that is done many times over with other tensors of the same few shapes; on a GPU it is replayed.

    work: changes tensors in place that stay where they are, and asks for no number on the host. It is given tensors,
        which it does not keep. Where it cannot be captured it is done as it is.
    device: where it is done. generators: on that device, which it draws from.
    """

    def __init__(
        self,
        work: Callable[..., object],
        device: torch.device,
        generators: Sequence[torch.Generator] = (),
    ) -> None:
        self._work, self._generators = work, generators
        self._captures: Captures[tuple[torch.cuda.CUDAGraph, list[Tensor]]] | None = None
        if device.type == "cuda":
            self._captures = Captures(lambda why: None)

    def __call__(self, *given: Tensor) -> None:
        """Do it with these."""
        if self._captures is None:
            self._work(*given)
            return
        captured = self._captures.of(tuple(t.shape for t in given), lambda: self._capture(given))
        if captured is None:
            self._work(*given)
            return
        replayed, own = captured
        for mine, other in zip(own, given, strict=True):
            mine.copy_(other)
        replayed.replay()

    def _capture(self, given: Sequence[Tensor]) -> tuple[torch.cuda.CUDAGraph, list[Tensor]]:
        own = [t.clone() for t in given]
        return graph(lambda: self._work(*own), self._generators), own
