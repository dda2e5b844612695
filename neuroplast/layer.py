"""A layer: named neurons with their projections. It owns all state, and here alone weights change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol, TypeVar

import torch
from torch import Tensor

from neuroplast import answers
from neuroplast.component import NO_STATE, State
from neuroplast.delta import Delta
from neuroplast.errors import ConfigurationError, LearningError, NotFiniteError
from neuroplast.parts.competition import Competition
from neuroplast.parts.dynamics import Dynamics
from neuroplast.parts.population import RisingPopulation
from neuroplast.parts.rule import Rule
from neuroplast.parts.signal import Signal
from neuroplast.precision import Precision
from neuroplast.progress import Progress
from neuroplast.projection import Projection, allocate
from neuroplast.settling import settle
from neuroplast.shapes import Post, Shape
from neuroplast.source import Source, check_parts, response_shape
from neuroplast.spec import LayerSpec
from neuroplast.surrogate import descent
from neuroplast.view import View

Kept = TypeVar("Kept")

Prepared = tuple[Tensor, Tensor]
"""What a projection is presented, normalised and padded, and its effective weights."""

Inputs = Tensor | Sequence[Tensor]
"""What a layer is presented: one tensor, or one for each projection from outside."""

Objective = Literal["explicit", "surrogate"]
"""Whether weights change by what a rule's equation says, or by descent on its surrogate loss."""


@dataclass(frozen=True)
class Adapts:
    """Which groups of a layer's state adapt: weights; neurons (thresholds, traces); statistics (normalisation)."""

    weights: bool = False
    neurons: bool = False
    statistics: bool = False

    def __bool__(self) -> bool:
        """Whether anything adapts."""
        return self.weights or self.neurons or self.statistics


FROZEN = Adapts()
PLASTIC = Adapts(weights=True, neurons=True, statistics=True)


class Observer(Protocol):
    """Looks at a layer in the middle of a step, and changes nothing.

    looks_inside: whether it does so in the coming step; if not, it may be told of `presented` alone, after the step.
    """

    @property
    def looks_inside(self) -> bool:
        """See above."""

    def presented(self, layer: Layer, views: Sequence[View]) -> None:
        """A batch was presented; the weights have not changed yet."""

    def applied(self, layer: Layer, projection: Projection) -> None:
        """The weights of a projection have changed by the step; its constraints have not seen them yet."""

    def changed(self, layer: Layer) -> None:
        """The weights have changed."""


class Layer:
    """A layer of neurons, with one projection from its input, or several, or none (it then joins, responds and pools).

    spec: its parts. input_shapes: the shape of one input for each projection from outside, or of the joined input.
    sources: what else is known of each of these inputs. inputs: yields one batch for each.
    precision: how exactly drives and changes are computed.
    adapts: which groups of its state adapt; a new layer is plastic.
    """

    def __init__(
        self,
        spec: LayerSpec,
        *input_shapes: Shape,
        seed: int = 0,
        device: str | torch.device = "cpu",
        inputs: Callable[[], Sequence[Tensor]] | None = None,
        sources: Sequence[Source] | None = None,
        precision: Precision = "fp32",
    ) -> None:
        self.spec, self.name = spec, spec.name or "layer"
        self.device = torch.device(device)
        self.adapts = PLASTIC
        self.observer: Observer | None = None
        self.projections: list[Projection] = []
        self.response_shape = response_shape(self.name, spec, input_shapes)
        own = Source(
            self.response_shape,
            signed=spec.population.signed,
            signs=spec.population.signs(self.response_shape[0]),
        )
        given = iter(sources or [Source(shape) for shape in input_shapes])
        specs = spec.all_projections()
        from_where = [own if p.recurrent else next(given) for p in specs]
        check_parts(spec, self.response_shape, from_where)
        outside = 0
        for i, (projection, source) in enumerate(zip(specs, from_where, strict=True)):
            name = self.name if len(specs) == 1 else f"{self.name}.{projection.name or i}"
            sampled = None
            if inputs and not projection.recurrent:
                sampled = partial(_nth, inputs, outside)
                outside += 1
            self.projections.append(
                Projection(
                    projection,
                    source.shape,
                    name,
                    seed,
                    self.device,
                    sampled,
                    source.signs,
                    precision,
                )
            )
        self.output_shape = spec.pool.output_shape(self.response_shape)
        self._memories: dict[str, State] = {}
        self._own: dict[str, Tensor] = {}
        for path, part in self._neuron_parts():
            post, positions = self.response_shape[:1], self.response_shape[1:]
            axes = {"scalar": (), "post": post, "positions": positions}
            self._memories[path], tensors = allocate(part, axes, self.device)
            self._own.update({f"{path}.{name}": tensor for name, tensor in tensors.items()})

    @property
    def _outside(self) -> list[Projection]:
        """The projections from elsewhere than the layer itself."""
        return [p for p in self.projections if not p.spec.recurrent]

    @property
    def w(self) -> Tensor:
        """The weights of the only projection."""
        if len(self.projections) != 1:
            raise ConfigurationError(
                f"{self.name}: has {len(self.projections)} projections; ask one of them for w"
            )
        return self.projections[0].w

    @property
    def state(self) -> dict[str, Tensor]:
        """Every tensor that evolves, by name: `w`, `<part>.<name>`, or `<projection>.w` where there are several."""
        return {**self._named(lambda p: p.state), **self._own}

    @property
    def generators(self) -> dict[str, torch.Generator]:
        """Every random stream that learning draws from, by name; with `state`, all that decides how it goes on."""
        return self._named(lambda p: p.generators)

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Overwrite all state in place; ConfigurationError where a name or a shape differs."""
        own = self.state
        for name in sorted(own.keys() ^ state.keys()):
            raise ConfigurationError(
                f"{self.name}: state {name!r} is only on one side; was it another scenario?"
            )
        for name, tensor in own.items():
            if tensor.shape != state[name].shape:
                raise ConfigurationError(
                    f"{self.name}: {name} has shape {tuple(tensor.shape)}, the stored one {tuple(state[name].shape)}"
                )
        for name, tensor in own.items():
            tensor.copy_(state[name])

    def check_labels(self, labels: Tensor | None) -> None:
        """Refuse labels that this layer cannot be taught by; ConfigurationError."""
        for part in self.spec.signals.values():
            part.check_labels(self._labels(labels), self.response_shape[0])

    def freeze(self) -> None:
        """Let nothing adapt."""
        self.adapts = FROZEN

    @torch.no_grad()
    def learn(
        self,
        x: Inputs,
        labels: Tensor | None = None,
        progress: Progress | None = None,
        respond_after: bool = False,
        objective: Objective = "explicit",
    ) -> Post:
        """Present a batch, change the weights, return the response that the weights gave before the change.

        labels: (batch,), needed by signals only. respond_after: return what the changed weights answer to it instead.
        objective: what the rules' changes are computed from.
        Raises LearningError where a change is not finite.
        """
        views, v_response = self._presented(x)
        if respond_after and views:
            self._learn(views, v_response, labels, progress, objective)
            return self._answer_again(views)
        answer = self._answer(v_response, views)
        self._learn(views, v_response, labels, progress, objective)
        return answer

    @torch.no_grad()
    def learn_unheard(
        self,
        x: Inputs,
        labels: Tensor | None = None,
        progress: Progress | None = None,
        objective: Objective = "explicit",
    ) -> None:
        """Learn as well where nobody asks for the response, which then is not computed."""
        self._learn(*self._presented(x), labels, progress, objective)

    def respond(self, x: Inputs) -> Post:
        """The pooled response; changes nothing but, while they adapt, the statistics of the normalisation."""
        views, v_response = self.present(x, compete=self.spec.population.reads_g)
        return self._answer(v_response, views)

    def present(self, x: Inputs, compete: bool) -> tuple[list[View], Post]:
        """Normalise, drive, integrate, compete: a view for each projection, and the v that is responded to."""
        xs = (x,) if isinstance(x, Tensor) else tuple(x)
        if not self.projections:
            return [], xs[0]
        prepared = [
            p.present(x, self.adapts.statistics) for p, x in zip(self._outside, xs, strict=True)
        ]
        return self._compete(prepared, compete, self.adapts.statistics)

    def _compete(
        self, prepared: list[Prepared], compete: bool, adapting: bool
    ) -> tuple[list[View], Post]:
        """The views of all projections, from what those from outside are presented, and the v that is responded to.

        adapting: whether the statistics of what neurons hear of each other adapt, which are of their g.
        """
        recurrent = len(self._outside) < len(self.projections)
        pairs = list(zip(self._outside, prepared, strict=True))
        drives = [p.drive(*given) for p, given in pairs]
        responses = [
            p.response_drive(*given, drive) for (p, given), drive in zip(pairs, drives, strict=True)
        ]
        same = all(r is d for r, d in zip(responses, drives, strict=True))
        u, v = self._integrate(_sum(drives))
        v_response = v if same else self._integrate(_sum(responses))[1]
        g = self._competed(v) if compete or (adapting and recurrent) else v
        rest, views = iter(prepared), []
        for p in self.projections:
            # among themselves neurons learn from what they learn with: pre and post are both g
            x, w_e = p.present(g, adapting) if p.spec.recurrent else next(rest)
            views.append(View(p.geometry, x, p.w, w_e, u, v, g, winners=self.spec.competition.won))
        return views, v_response

    def _presented(self, x: Inputs) -> tuple[list[View], Post]:
        """What there is to learn from."""
        learning = self.adapts.weights or self.adapts.neurons or self.observer is not None
        return self.present(x, compete=learning or self.spec.population.reads_g)

    def _learn(
        self,
        views: list[View],
        v_response: Post,
        labels: Tensor | None,
        progress: Progress | None,
        objective: Objective,
    ) -> None:
        """Change what adapts, and let the observer see it."""
        if self.spec.signals and (self.adapts.weights or self.adapts.neurons):
            views = self._signalled(views, labels, self._respond(v_response, views))
        if self.observer:
            self.observer.presented(self, views)
        if self.adapts.weights:
            for projection, view in zip(self.projections, views, strict=True):
                self._change(projection, view, progress or Progress(), objective)
                projection.rates.adapt(view)
        if self.adapts.neurons and views:
            for path, part in self._neuron_parts():
                part.adapt(views[0].remembering(self._memories[path]))
        if self.observer:
            self.observer.changed(self)

    def _change(
        self, projection: Projection, view: View, progress: Progress, objective: Objective
    ) -> None:
        """Change one projection's weights: w ← constrain(w + step(η · scale(Δ)))."""
        spec = projection.spec
        if spec.rule is None or spec.scaling is None:
            return
        try:
            own = view.remembering(projection.memory("rule"))
            dw = answers.change(spec.rule, "delta", _delta(spec.rule, own, objective))
            delta = answers.change(spec.scaling, "scale", spec.scaling.scale(dw, view))
            spec.step.apply(
                projection.w, delta, projection.rates.at(view, progress), projection.memory("step")
            )
        except NotFiniteError as error:
            raise self.not_finite(progress.step, str(error)) from error
        if self.observer:
            self.observer.applied(self, projection)
        projection.enforce(view)

    def not_finite(self, step: int, what: str) -> LearningError:
        """The sentence that names layer, part, step and remedy."""
        rules = " and ".join(f"{p.spec.rule.kind!r}" for p in self.projections if p.spec.rule)
        hints = dict.fromkeys(
            p.spec.rule.hint for p in self.projections if p.spec.rule and p.spec.rule.hint
        )
        remedy = "; ".join(hints) or "lower the rate or bound the weights with a constraint"
        return LearningError(
            f"{self.name}: {what} at step {step} under rule {rules or 'none'}; {remedy}"
        )

    def _signalled(self, views: list[View], labels: Tensor | None, y: Post) -> list[View]:
        labels = self._labels(labels)
        signals = {name: self._signal(part, labels, y) for name, part in self.spec.signals.items()}
        return [replace(view, signals=signals) for view in views]

    def _labels(self, labels: Tensor | None) -> Tensor:
        """Those that the signals need."""
        if labels is None:
            names = ", ".join(self.spec.signals)
            raise ConfigurationError(
                f"{self.name}: signals ({names}) need labels, and these stimuli have none; "
                "leave the signals out, or use labelled stimuli"
            )
        return labels

    def _signal(self, part: Signal, labels: Tensor, y: Post) -> Tensor:
        found = part.signal(labels, y)
        shape = y.shape[:2] if isinstance(found, Tensor) and found.dim() == 2 else y.shape[:1]
        return answers.tensor(part, "signal", found, shape, y)

    def _answer_again(self, views: list[View]) -> Post:
        """The response of the changed weights to the same prepared inputs."""
        prepared = [
            (v.x, p.effective())
            for p, v in zip(self.projections, views, strict=True)
            if not p.spec.recurrent
        ]
        again, v_response = self._compete(prepared, self.spec.population.reads_g, adapting=False)
        return self._answer(v_response, again)

    def _answer(self, v: Post, views: list[View]) -> Post:
        """The pooled response; what only rises with a level is computed of levels already pooled, which are fewer."""
        part = self.spec.population
        if not (isinstance(part, RisingPopulation) and self.spec.pool.picks):
            return self._pooled(self._respond(v, views))
        level = answers.response(part, "level", part.level(v, _first_g(views)), v)
        picked = self._pooled(level)
        return answers.response(part, "rise", part.rise(picked), picked)

    def _respond(self, v: Post, views: list[View]) -> Post:
        return self._responded(v, _first_g(views))

    def _responded(self, v: Post, g: Post | None) -> Post:
        part = self.spec.population
        return answers.response(part, "respond", part.respond(v, g), v)

    def _competed(self, v: Post) -> Post:
        part = self.spec.competition
        return answers.response(part, "compete", part.compete(v, self._memory("competition")), v)

    def _pooled(self, y: Post) -> Post:
        part, shape = self.spec.pool, (len(y), *self.output_shape)
        return answers.tensor(part, "pool", part.pool(y), shape, y)

    def _integrate(self, u: Post) -> tuple[Post, Post]:
        """The whole drive, that of the layer itself included, and v."""
        dynamics = [
            (part, self._memory(f"dynamics.{i}")) for i, part in enumerate(self.spec.dynamics)
        ]
        if self.spec.settle is not None:
            effective = [(p, p.effective()) for p in self.projections if p.spec.recurrent]

            def drive(y: Post) -> Post:
                return _sum([u, *(p.drive(p.prepare(y, False), w_e) for p, w_e in effective)])

            return settle(self.spec.settle, drive, dynamics, self._heard, torch.zeros_like(u))
        v = u
        for part, memory in dynamics:
            v = answers.response(part, "integrate", part.integrate(v, memory), u)
        return u, v

    def _heard(self, v: Post) -> Post:
        """What the neurons answer at one inner step."""
        reads = self.spec.population.reads_g
        return self._responded(v, self._competed(v) if reads else None)

    def _named(self, of: Callable[[Projection], Mapping[str, Kept]]) -> dict[str, Kept]:
        """What each projection has, by name, with the projection's own before it where there are several."""
        if len(self.projections) == 1:
            return dict(of(self.projections[0]))
        return {
            f"{p.name.removeprefix(self.name + '.')}.{name}": kept
            for p in self.projections
            for name, kept in of(p).items()
        }

    def _memory(self, path: str) -> State:
        return self._memories.get(path, NO_STATE)

    def _neuron_parts(self) -> list[tuple[str, Dynamics | Competition]]:
        """The parts whose memory adapts with the neurons, in the order in which they do."""
        named: list[tuple[str, Dynamics | Competition]]
        named = [(f"dynamics.{i}", part) for i, part in enumerate(self.spec.dynamics)]
        return [*named, ("competition", self.spec.competition)]


def _delta(rule: Rule, view: View, objective: Objective) -> Delta:
    return descent(rule, view) if objective == "surrogate" else rule.delta(view)


def _first_g(views: list[View]) -> Post | None:
    return views[0].g if views else None


def _nth(inputs: Callable[[], Sequence[Tensor]], n: int) -> Tensor:
    return inputs()[n]


def _sum(drives: Sequence[Post]) -> Post:
    total = drives[0]
    for drive in drives[1:]:
        total = total + drive
    return total
