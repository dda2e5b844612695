"""The experiment on a rule by itself, its inputs given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from neuroplast.component import NO_STATE, State
from neuroplast.parts.rule import Rule
from neuroplast.testing.bench import LOCAL_NAMES, Setting
from neuroplast.testing.locality.experiment import LARGE, Experiment, Given, Values
from neuroplast.testing.locality.wiring import Wiring, wiring
from neuroplast.testing.numbers import normal
from neuroplast.view import View

ACTIVITIES = ("u", "v", "g")
EARLIER = "earlier "
"""Before the name of an input of the presentation before, which a part with memory may know of."""
_DECOY = "labels"
"""A signal that stands in every view, for rules that look through all there are."""


class Signals(dict[str, Tensor]):
    """Signals that answer to every name, so that a rule that asks for one it did not declare is found out."""

    def __init__(self, known: dict[str, Tensor], shape: tuple[int, ...]) -> None:
        super().__init__(known)
        self._shape = shape

    def __missing__(self, name: str) -> Tensor:
        """A new signal of this name."""
        self[name] = normal(*self._shape, seed=sum(map(ord, name)))
        return self[name]

    def __contains__(self, name: object) -> bool:
        """Every name is there."""
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """The signal, as every name is there."""
        return self[name]


def rules(rule: Rule, seed: int) -> Iterator[Experiment]:
    """The change of each synapse, with activities of about one, and with larger ones."""
    yield rule_alone(rule, LARGE, seed, 1.0 + 3 * seed)


def rule_alone(rule: Rule, setting: Setting, seed: int = 0, scale: float = 1.0) -> Experiment:
    """The change of each synapse, from x, u, v, g, w, w_e and signals that have nothing to do with one another.

    A rule with memory is shown two presentations, and looked at in the second.
    """
    wires = wiring(setting.synapse, setting.shape, raw=False)
    bench = _Alone(rule, setting, _signals(rule, setting), bool(rule.memories()))
    view = setting.view(seed=10 * seed)
    earlier = setting.view(seed=10 * seed + 100)
    givens = list(bench.presented("", view, wires, scale))
    if bench.remembers:
        past = bench.presented(EARLIER, earlier, wires, scale)
        givens += [replace(given, batched=False, at=None) for given in past]
    givens += [wires.weights("w", view.w, "weight"), wires.weights("w_e", view.w_e, "weight")]
    outputs = wires.neurons, wires.synapses
    return Experiment(bench.run, givens, "dw", outputs, sums=True, plain_sum=not bench.remembers)


@dataclass(frozen=True)
class _Alone:
    """A rule where it can be asked; signals: what it asks for; remembers: whether it has memory."""

    rule: Rule
    setting: Setting
    signals: dict[str, Tensor]
    remembers: bool

    def presented(self, prefix: str, view: View, wires: Wiring, scale: float) -> Iterator[Given]:
        """The inputs of one presentation."""
        yield wires.inputs(f"{prefix}x", view.x * scale)
        for name in ACTIVITIES:
            yield wires.activities(f"{prefix}{name}", getattr(view, name) * scale, "post")
        for name, signal in self.signals.items():
            one_for_all = signal.dim() == 1
            drawn = normal(*signal.shape, seed=len(prefix) + sum(map(ord, name))) * scale
            called = f"{prefix}signal {name}"
            yield (
                wires.for_all(called, drawn, name, "D")
                if one_for_all
                else wires.activities(called, drawn, name, "D")
            )

    def run(self, values: Values) -> Tensor:
        """The change by new memory."""
        memory = self.setting.memory(self.rule) if self.remembers else NO_STATE
        if self.remembers:
            self._delta(values, memory, EARLIER)
        return self._delta(values, memory, "").flatten()

    def _delta(self, values: Values, memory: State, prefix: str) -> Tensor:
        known = {n: values[f"{prefix}signal {n}"] for n in self.signals}
        x, u, v, g = (values[f"{prefix}{name}"] for name in ("x", *ACTIVITIES))
        view = View(
            geometry=self.setting.synapse,
            x=x,
            w=values["w"],
            w_e=values["w_e"],
            u=u,
            v=v,
            g=g,
            signals=Signals(known, known[_DECOY].shape),
            memory=memory,
        )
        return self.rule.delta(view).tensor()


def _signals(rule: Rule, setting: Setting) -> dict[str, Tensor]:
    """A signal for every name that the rule asks for: one value per neuron, or per stimulus where it takes no other."""
    view = setting.view(seed=3)
    wide = tuple(view.u.shape[:2])
    for shape in (wide, wide[:1]):
        names = sorted({*rule.reads, _DECOY} - LOCAL_NAMES)
        drawn = {name: normal(*shape, seed=n) for n, name in enumerate(names)}
        signals = Signals(drawn, shape)
        try:
            asked = replace(view, signals=signals, memory=setting.memory(rule))
            rule.delta(asked).tensor()
        except (RuntimeError, IndexError, ValueError):
            if shape == wide[:1]:
                raise
        else:
            break
    return dict(signals)
