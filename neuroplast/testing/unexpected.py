"""Errors that a check did not expect: where they came from, and on what."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from torch import Tensor

from neuroplast.testing.bench import TENSORS, Setting
from neuroplast.testing.calls import Call
from neuroplast.testing.numbers import in_words
from neuroplast.view import View

_KIT = Path(__file__).parent


def trace(error: BaseException) -> str:
    """The traceback from where the kit was left; empty of an error that came of the kit's own call."""
    frames = traceback.extract_tb(error.__traceback__)
    outside = [i for i, frame in enumerate(frames) if not _is_kit(frame.filename)]
    if not outside:
        return ""
    last = traceback.format_exception_only(error)
    return "".join([*traceback.format_list(frames[outside[0] :]), *last])


def speaker(error: BaseException, claims: Any) -> str:
    """Who raised, where it was not the part: its claims, of which the last frame outside the kit is a method."""
    frames = [
        f for f, _ in traceback.walk_tb(error.__traceback__) if not _is_kit(f.f_code.co_filename)
    ]
    own = frames and claims is not None and type(frames[-1].f_locals.get("self")) is type(claims)
    return "its claims " if own else ""


def call(error: BaseException) -> str:
    """The line of the kit that an error came of."""
    frames = traceback.extract_tb(error.__traceback__)
    return "".join(traceback.format_list(frames[-1:])) if frames else ""


def example(error: BaseException) -> str:
    """What the part was given when it raised: the tensors that the nearest function of the kit had at hand."""
    frames = [f for f, _ in traceback.walk_tb(error.__traceback__) if _is_kit(f.f_code.co_filename)]
    found = (dict(_handed(frame)) for frame in reversed(frames))
    return in_words(**next((values for values in found if values), {}))


def _is_kit(file: str) -> bool:
    return _KIT in Path(file).parents or file == inspect.__file__  # which compares signatures


def _handed(frame: FrameType) -> Iterator[tuple[str, Any]]:
    """Tensors by name, also those of views and calls, and the settings they were made in."""
    for name, value in frame.f_locals.items():
        if isinstance(value, Tensor | Setting):
            yield name, value
        elif isinstance(value, Call):
            yield from value.given.items()
        elif isinstance(value, View):
            yield from ((n, getattr(value, n)) for n in TENSORS)
