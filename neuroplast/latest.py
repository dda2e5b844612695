"""Remembers the last answer about a tensor, for who asks the same again in a step."""

from __future__ import annotations

from typing import NamedTuple
from weakref import ReferenceType, ref

from torch import Tensor


class _Answer(NamedTuple):
    of: ReferenceType[Tensor]
    version: int
    about: object
    answer: Tensor


class Latest:
    """The last answer, as long as the tensor that it is about is there and was not changed in place."""

    def __init__(self) -> None:
        self._known: _Answer | None = None

    def get(self, x: Tensor, about: object = None) -> Tensor | None:
        """What was kept of this tensor, else None."""
        known = self._known
        if known is None or known.of() is not x or known.version != x._version:
            return None
        return known.answer if known.about == about else None

    def keep(self, x: Tensor, answer: Tensor, about: object = None) -> Tensor:
        """Keep the answer to `about`, and return it. Nothing is kept of a tensor whose changes are not counted."""
        if not x.is_inference():
            self._known = _Answer(ref(x, self._forget), x._version, about, answer)
        return answer

    def _forget(self, gone: ReferenceType[Tensor]) -> None:
        known = self._known
        if known is not None and known.of is gone:
            self._known = None
