"""A part in a whole layer: its companions there, the stimuli, and the steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from neuroplast.build import RegistryResolver
from neuroplast.errors import ConfigurationError
from neuroplast.layer import Layer
from neuroplast.progress import Progress
from neuroplast.shapes import Post
from neuroplast.source import Source
from neuroplast.spec import SELF, LayerSpec, ProjectionSpec, Settle, part_fields
from neuroplast.testing.asking import NotApplicable
from neuroplast.testing.bench import LOCAL_NAMES, Plain, Setting, geometries
from neuroplast.testing.companions import Learning, PerPresentation, Steady, Told, Winner
from neuroplast.testing.numbers import normal
from neuroplast.testing.stated import own_shapes
from neuroplast.testing.subject import Subject

PLACES = {
    interface.family: name for name, interface in reversed(list(part_fields(LayerSpec).items()))
}
"""The first entry of a layer that holds parts of each family; families not here cannot stand in a layer."""

SETTINGS = (
    Setting(Plain(neurons=5), (4, 4, 4), batch=6),
    Setting(Plain(neurons=12), (6, 8, 8), batch=4),
    Setting(Plain(neurons=1), (4, 1), batch=6),
)
"""What a part is tried on where it fits: the first of these, else the first of the registry's geometries."""


class FitsNowhere(NotApplicable):
    """A check that needs a layer has none to ask about."""


@dataclass(frozen=True)
class Trial:
    """A layer with the part on trial, on one setting. Layers are made anew from it, as often as they are needed.

    signs: those of the presynaptic neurons, whose activity is then not negative; None where they have none.
    """

    spec: LayerSpec
    setting: Setting
    signs: Sequence[int] | None = None

    def layer(
        self, seed: int = 0, dtype: torch.dtype = torch.float32, device: str = "cpu"
    ) -> Layer:
        """A new, plastic layer; with another dtype, the same numbers in that."""
        shape = self.setting.shape
        layer = Layer(
            self.spec,
            shape,
            seed=seed,
            device=device,
            inputs=lambda: [self.stimuli(0).to(device)],
            sources=[Source(shape, signs=self.signs)],
        )
        for tensor in layer.state.values():
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(dtype)
        return layer

    def stimuli(self, step: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Those of one step: normal, with a mean that is not zero; their magnitude where inputs have signs."""
        x = normal(self.setting.batch, *self.setting.shape, seed=100 + step, dtype=dtype) + 0.5
        return x if self.signs is None else x.abs()

    @property
    def labels(self) -> Tensor:
        """Those of every step: 0, 1, 0, 1, ..."""
        return torch.arange(self.setting.batch) % 2

    def learn(self, layer: Layer, steps: Iterable[int], of: int = 10) -> list[Post]:
        """The responses of some of the steps of a phase."""
        w = layer.projections[0].w
        dtype, device = w.dtype, w.device
        labels = self.labels.to(device)
        return [
            layer.learn(self.stimuli(step, dtype).to(device), labels, Progress(step, of))
            for step in steps
        ]


def trial(subject: Subject, settings: Sequence[Setting] = SETTINGS, **entries: Any) -> Trial:
    """The part in a layer, on the first setting that it fits; where a family has no default, with the kit's own.

    entries: entries of the layer, unless the part takes their place.
    """
    spec = _spec(subject, {"competition": Winner(), **entries})
    refusal = ""
    for make in _WAYS if subject.family == "constraint" else _WAYS[:1]:
        for setting in _settings(subject, settings):
            tried = make(spec, setting)
            try:
                tried.layer()
            except ConfigurationError as error:
                refusal = str(error)
                continue
            return tried
    raise FitsNowhere(
        f"{subject.kind} fits none of the layers that the kit tries it in; the last was refused with: {refusal}"
    )


def _plain(spec: LayerSpec, setting: Setting) -> Trial:
    """One projection from stimuli."""
    return Trial(spec.model_copy(update={"synapse": setting.synapse}), setting)


def _of_signs(spec: LayerSpec, setting: Setting) -> Trial:
    """One projection from neurons that excite or inhibit, in turn."""
    signs = [(1, -1)[n % 2] for n in range(setting.shape[0])]
    return replace(_plain(spec, setting), signs=signs)


def _recurrent(spec: LayerSpec, setting: Setting) -> Trial:
    """A projection from stimuli, and one of the neurons to each other, which the constraints are for."""
    own = {name: getattr(spec, name) for name in ProjectionSpec.model_fields}
    among = Plain(neurons=setting.synapse.output_shape(setting.shape)[0])
    outside = {**own, "name": _OUTSIDE, "synapse": setting.synapse, "constraints": ()}
    inside = {**own, "name": _INSIDE, "synapse": among, "source": SELF}
    both = tuple(ProjectionSpec.model_construct(**entries) for entries in (outside, inside))
    alone = {"synapse": None, "rule": None, "constraints": (), "projections": both}
    return Trial(spec.model_copy(update={**alone, "settle": Settle(steps=3)}), setting)


_OUTSIDE, _INSIDE = "outside", "inside"
_WAYS = (_plain, _of_signs, _recurrent)
"""Layers to try a part in, the plainest first; what is not plain is for constraints that are meant for it."""


def entry(name: str) -> str:
    """The name of a tensor of a layer's state without that of its projection."""
    return name.removeprefix(f"{_OUTSIDE}.").removeprefix(f"{_INSIDE}.")


def _spec(subject: Subject, entries: dict[str, Any]) -> LayerSpec:
    """The layer's parts but for the synapse: the one on trial, the defaults of the registry, the kit's own."""
    own = {"rule": Learning(), "scaling": PerPresentation(), "rate": [Steady()], **entries}
    if getattr(subject.part, "leaks", False):
        own["settle"] = {"steps": 3}
    placed = {**own, "synapse": Plain(neurons=1), **_place(subject)}
    for family, name in PLACES.items():
        required = LayerSpec.model_fields[name].is_required()
        if required and name not in placed and subject.registry.default(family) is None:
            raise NotApplicable(f"a layer needs a {family}, and no plugin provides a default")
    resolver = RegistryResolver(subject.registry)
    spec = LayerSpec.model_validate(placed, context={"resolver": resolver})
    asked = set(spec.rule.reads) - LOCAL_NAMES if spec.rule else set()
    return spec.model_copy(update={"signals": {**dict.fromkeys(asked, Told()), **spec.signals}})


def _place(subject: Subject) -> dict[str, Any]:
    """The entries that the part on trial stands for."""
    if subject.family == "recipe":
        return dict(subject.part.parts())
    name = PLACES[subject.family]
    many = name in LayerSpec.lists
    one: Any = {"told": subject.part} if name == "signals" else subject.part
    return {name: [one] if many else one}


def _settings(subject: Subject, settings: Sequence[Setting]) -> Iterator[Setting]:
    """The settings, then every geometry of the registry; for a synapse the shape that is claimed for it."""
    if subject.family != "synapse":
        yield from settings
        yield from geometries(subject.registry)
    elif subject.claims is None:
        raise NotApplicable(f"no claims say on what inputs to try {subject.kind}; state its shapes")
    else:
        yield from (Setting(subject.part, shape, 4) for shape in own_shapes(subject))
