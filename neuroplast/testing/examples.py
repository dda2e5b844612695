"""Whether an example worked by hand can be read: its names, and the lengths of its lists."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from neuroplast.errors import PluginError
from neuroplast.tables import nearest
from neuroplast.testing.bench import LOCAL_NAMES
from neuroplast.testing.claims import Example
from neuroplast.testing.forms import Axes, Form, Numbers

Lengths = dict[str, tuple[int, str]]
"""How long each axis is, and which numbers said so first."""


def faults_of(example: Example, form: Form, part: Any) -> Iterator[str]:
    """Everything that keeps an example from being read.

    part: the part that it is about, made with its parameters.
    """
    if not isinstance(example.given, Mapping):
        yield f"given is {example.given!r}; make it a table of the arguments by name"
        return
    tables = {"memory": form.memory, "signals": form.signals}
    tables["layers"] = form.layers
    known = [*form.given, *form.flags, *(name for name, may in tables.items() if may)]
    for name in sorted(example.given.keys() - set(known), key=str):
        yield f"gives {name!r}, which nothing reads; {nearest(str(name), known)}"
    lengths: Lengths = {}
    wrong = [
        *_wrong(example.given, form.given, part, lengths, "gives no {}"),
        *_wrong_expected(example.expected, form, part, lengths),
        *(_wrong_layers(example.given.get("layers", [{}])) if form.layers else ()),
    ]
    yield from wrong
    for name in form.flags:
        if not isinstance(value := example.given.get(name, False), bool):
            yield f"{name} is {value!r}; make it True or False"
    if form.memory:
        yield from _wrong_memory(example.given.get("memory", {}), part, lengths)
    if form.signals:
        yield from _wrong_signals(example.given.get("signals", {}), part, lengths)
    if not wrong:
        yield from form.more({k: plain(v) for k, v in example.given.items()})


def plain(values: Any) -> Any:
    """Nested lists and numbers, also where tensors, arrays or tuples were given."""
    if hasattr(values, "tolist"):
        return values.tolist()
    return [plain(v) for v in values] if isinstance(values, list | tuple) else values


# -- the arguments -----------------------------------------------------------------------------------------------------


def _wrong(
    values: Mapping[str, Any],
    wanted: Mapping[str, Numbers],
    part: Any,
    lengths: Lengths,
    missing: str,
) -> Iterator[str]:
    """What is wrong with numbers by name."""
    for name, numbers in wanted.items():
        if name in values:
            yield from _misfits(name, values[name], numbers, lengths)
        elif numbers.needed(part) if callable(numbers.needed) else numbers.needed:
            yield f"{missing.format(name)}; give it: {_meant(numbers)}"


def _wrong_layers(layers: Any) -> Iterator[str]:
    tables = isinstance(layers, list | tuple) and all(isinstance(n, Mapping) for n in layers)
    if not tables or not layers:
        yield f"layers is {layers!r}; make it a list of tables, the entries of each layer as in a scenario"


def _wrong_expected(expected: Any, form: Form, part: Any, lengths: Lengths) -> Iterator[str]:
    wanted = form.expected
    if isinstance(wanted, Numbers) and form.by_name:
        yield from _wrong_by_name(expected, wanted, lengths)
        return
    if isinstance(wanted, Numbers):
        yield from _misfits("expected", expected, wanted, lengths)
        return
    names = ", ".join(map(repr, wanted))
    if not isinstance(expected, Mapping) or not expected:
        yield f"expected is {expected!r}; make it a table with some of {names}"
        return
    for name in sorted(expected.keys() - wanted.keys(), key=str):
        yield f"expects {name!r}, which nothing gives; {nearest(str(name), wanted)}"
    named = {f"expected {name}": values for name, values in expected.items()}
    asked = {f"expected {name}": numbers for name, numbers in wanted.items()}
    yield from _wrong(named, asked, part, lengths, "has no {}")


def _wrong_by_name(expected: Any, each: Numbers, lengths: Lengths) -> Iterator[str]:
    if not isinstance(expected, Mapping) or not expected:
        yield f"expected is {expected!r}; make it a table of numbers, by the names that the part gives them"
        return
    for name, values in expected.items():
        yield from _misfits(f"expected {name}", values, each, lengths)


def _misfits(name: str, values: Any, numbers: Numbers, lengths: Lengths) -> Iterator[str]:
    """What is wrong with the numbers of one name; the lengths of axes not seen before are kept."""
    found = _shape(name, plain(values), numbers.whole)
    if isinstance(found, str):
        yield found
        return
    axes = next((a for a in map(_fitting(found), numbers.axes) if a is not None), None)
    if axes is None:
        yield f"{name} has {_shaped(found)}; give {_meant(numbers)}"
        return
    for axis, n in zip(axes, found, strict=True):
        known, where = lengths.setdefault(axis, (n, name))
        if n != known:
            yield f"{name} has {n} {axis} where {where} has {known}"


def _fitting(shape: tuple[int, ...]) -> Any:
    """Names for the axes of numbers of this shape; None where there are more or fewer."""

    def named(axes: Axes) -> Axes | None:
        if axes[-1:] == ("...",):
            more = tuple(f"position {i + 1}" for i in range(len(shape) - len(axes) + 1))
            axes = (*axes[:-1], *more)
        return axes if len(axes) == len(shape) else None

    return named


def _shape(name: str, values: Any, whole: bool) -> tuple[int, ...] | str:
    """The shape of nested lists of numbers; else what is wrong with them."""
    if not isinstance(values, list):
        return _number(name, values, whole)
    if not values:
        return f"{name} has an empty list; give numbers"
    shapes = [_shape(name, value, whole) for value in values]
    wrong = next((s for s in shapes if isinstance(s, str)), None)
    if wrong is not None:
        return wrong
    if len(set(shapes)) > 1:
        return f"{name} is ragged: {values!r}; give lists of the same length"
    return len(values), *shapes[0]


def _number(name: str, value: Any, whole: bool) -> tuple[int, ...] | str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{name} has {value!r}; give numbers, as nested lists"
    if not math.isfinite(value):
        return f"{name} has {value!r}; give finite numbers"
    if whole and (value < 0 or not isinstance(value, int)):
        return f"{name} is {value!r}; give a whole number from 0"
    return ()


def _shaped(shape: Any) -> str:
    return f"shape {shape}" if shape else "one number"


def _meant(numbers: Numbers) -> str:
    """The axes that numbers may have, in words."""
    what = "a whole number" if numbers.whole else "a number"
    return " or ".join(f"({', '.join(axes)})" if axes else what for axes in numbers.axes)


# -- memory and signals ------------------------------------------------------------------------------------------------


def _wrong_memory(memory: Any, part: Any, lengths: Lengths) -> Iterator[str]:
    """Memory that the part does not declare, or of another size."""
    if not isinstance(memory, Mapping):
        yield f"memory is {memory!r}; make it a table of values by name"
        return
    declared = part.memories()
    sizes = _sizes(part, {axis: n for axis, (n, _) in lengths.items()})
    for name, values in memory.items():
        if name not in declared:
            yield f"memory {name!r} is none of {part.kind}; {nearest(str(name), declared)}"
            continue
        found = _shape(f"memory {name}", plain(values), whole=False)
        if isinstance(found, str):
            yield found
            continue
        try:
            wanted = declared[name].size(sizes)
        except PluginError:  # told by the check of what a part declares
            continue
        if math.prod(found) != math.prod(wanted):
            yield f"memory {name} has {_shaped(found)}; it needs {_shaped(wanted)}"


def _sizes(part: Any, lengths: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """What the axes of memory stand for in an example; competitors are neurons, or positions of one."""
    in_space = getattr(part, "axis", "channels") != "channels"
    rivals = lengths.get("competitors", 1)
    post = lengths.get("post", 1 if in_space else rivals)
    pre = lengths.get("pre", lengths.get("channels", lengths.get("synapses", 1)))
    places = math.prod(n for axis, n in lengths.items() if axis.startswith("position "))
    return {
        "scalar": (),
        "pre": (pre,),
        "post": (post,),
        "positions": (rivals if in_space else places,),
        "weights": (post, pre),
    }


def _wrong_signals(signals: Any, part: Any, lengths: Lengths) -> Iterator[str]:
    """Signals that the rule does not read, that are missing, or of another size."""
    if not isinstance(signals, Mapping):
        yield f"signals is {signals!r}; make it a table of values by name"
        return
    read = set(part.reads) - LOCAL_NAMES
    for name in sorted(signals.keys() - read, key=str):
        yield f"signal {name!r} is not read by {part.kind}; {nearest(str(name), read)}"
    wanted = Numbers((("batch",), ("batch", "post")))
    for name in sorted(read):
        if name in signals:
            yield from _misfits(f"signal {name}", signals[name], wanted, lengths)
        else:
            yield f"gives no signal {name!r}, which {part.kind} reads; give {_meant(wanted)}"
