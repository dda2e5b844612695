"""What claims of each family consist of: the formulas they must state, and what their examples are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Axes = tuple[str, ...]
"""Names of axes, outermost first; () is one number. `...` as the last stands for any more, or none."""


@dataclass(frozen=True)
class Numbers:
    """Numbers that an example gives, as nested lists.

    axes: theirs; further ones are those that they may have instead.
    needed: whether they must be given, which may depend on the part.
    whole: whether they are counts or indices: whole numbers that are not negative.
    """

    axes: tuple[Axes, ...]
    needed: bool | Callable[[Any], bool] = True
    whole: bool = False


def needed(*axes: str, whole: bool = False) -> Numbers:
    """Numbers that must be given."""
    return Numbers((axes,), whole=whole)


def optional(*axes: str, whole: bool = False) -> Numbers:
    """Numbers that may be given."""
    return Numbers((axes,), needed=False, whole=whole)


Given = Mapping[str, Any]
"""What an example is given, by name."""


def _nothing_more(given: Given) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True)
class Form:
    """What claims of one family consist of.

    formulas: the methods that must be stated. given, expected: the numbers of an example; expected by name where it
    has several. memory, signals: whether an example may give the part's memory, and third factors, by name.
    flags: names that are true or false. more: what else can be wrong with numbers of the right shapes.
    layers: whether an example may give layers, each a table of entries as in a scenario.
    by_name: whether a table is expected, of as many such numbers as the part gives, by its own names.
    """

    formulas: tuple[str, ...] = ()
    given: Mapping[str, Numbers] = field(default_factory=dict)
    expected: Numbers | Mapping[str, Numbers] = field(default_factory=dict)
    memory: bool = False
    signals: bool = False
    flags: tuple[str, ...] = ()
    more: Callable[[Given], Iterator[str]] = _nothing_more
    layers: bool = False
    by_name: bool = False


def _counted(given: Given) -> Iterator[str]:
    """A scaling's events are as many as it is told."""
    for row in given.get("g", [])[:1]:
        if len(row) != given["count"]:
            yield f"g has {len(row)} events where count is {given['count']}"


def _in_phase(given: Given) -> Iterator[str]:
    """Steps and epochs are counted from 0, so the last is one less than there are."""
    for name, of in (("step", "steps"), ("epoch", "epochs")):
        n, last = given.get(name, 0), given.get(of, 1) - 1
        if n > last:
            yield f"{name} is {n} where {of} is {last + 1}; the last {name} is {last}"


def _signs(given: Given) -> Iterator[str]:
    if any(sign not in (-1, 1) for sign in given.get("signs", [])):
        yield f"signs is {given['signs']!r}; each is 1 or -1"


def _reads_g(part: Any) -> bool:
    return bool(part.reads_g)


_FLAT_OR_MAP = Numbers((("post",), ("post", "position 1", "position 2")))
"""A value of each neuron, or a map of its values."""


def _on_places(axis: str, needed: bool) -> Numbers:
    """Values of each stimulus, or a map of them."""
    return Numbers((("batch", axis), ("batch", axis, "position 1", "position 2")), needed)


_FORMS: dict[str, Form] = {
    "rule": Form(
        ("change",),
        {
            "w": needed("post", "pre"),
            "x": needed("batch", "pre"),
            "g": needed("batch", "post"),
            "u": optional("batch", "post"),
            "v": optional("batch", "post"),
            "w_e": optional("post", "pre"),
        },
        needed("post", "pre"),
        memory=True,
        signals=True,
    ),
    "competition": Form(
        ("compete",), {"v": needed("competitors")}, needed("competitors"), memory=True
    ),
    "dynamics": Form(("integrate",), {"u": _FLAT_OR_MAP}, _FLAT_OR_MAP, memory=True),
    "scaling": Form(
        ("scale",),
        {
            "dw": needed("post", "synapses"),
            "count": needed(whole=True),
            "g": optional("post", "events"),
        },
        needed("post", "synapses"),
        more=_counted,
    ),
    "rate": Form(
        ("at",),
        {
            "w": optional("synapses"),
            "g": optional("events"),
            **{n: optional(whole=True) for n in ("step", "steps", "epoch", "epochs")},
        },
        needed(),
        memory=True,
        more=_in_phase,
    ),
    "step": Form(
        ("apply",), {"w": needed(), "dw": needed(), "eta": needed()}, needed(), memory=True
    ),
    "constraint": Form(
        ("allowed",),
        {"w": needed("post", "synapses"), "signs": optional("synapses")},
        needed("post", "synapses"),
        memory=True,
        more=_signs,
    ),
    "population": Form(
        ("respond",),
        {"v": needed("post"), "g": Numbers((("post",),), needed=_reads_g)},
        needed("post"),
    ),
    "pool": Form(
        ("pool",), {"y": needed("rows", "columns")}, needed("pooled rows", "pooled columns")
    ),
    "normalisation": Form(
        ("normalise",),
        {"x": needed("stimuli", "channels", "...")},
        needed("stimuli", "channels", "..."),
        memory=True,
        flags=("adapting",),
    ),
    "effective": Form(
        ("effective",), {"w": needed("post", "synapses")}, needed("post", "synapses")
    ),
    "similarity": Form(("drive",), {"x": needed("synapses"), "w": needed("synapses")}, needed()),
    "synapse": Form(("positions", "neurons", "sees")),
    "signal": Form(
        ("signal",),
        {"label": needed(whole=True), "y": needed("post")},
        Numbers(((), ("post",))),
    ),
    "recipe": Form(
        ("parts",),
        {"w": needed("post", "pre"), "x": _on_places("pre", True)},
        {"w": optional("post", "pre"), "y": _on_places("post", False)},
    ),
    "measure": Form(
        given={
            "x": Numbers((("stimuli", "features"), ("stimuli", "channels", "rows", "columns"))),
            "w": Numbers((("post", "pre"), ("post", "pre", "kernel rows", "kernel columns"))),
        },
        expected=needed(),
        layers=True,
        by_name=True,
    ),
}
"""By family; those that are not here have neither formulas that must be stated, nor examples."""


def form(family: str) -> Form:
    """What claims of a family consist of."""
    return _FORMS.get(family, Form())
