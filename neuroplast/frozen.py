"""What frozen layers answer to all training stimuli, for the layers above them that learn one after another."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from neuroplast.features import BLOCK, room
from neuroplast.network import Network
from neuroplast.preparation import Preparation
from neuroplast.scenario import PhaseSpec
from neuroplast.spec import STIMULI
from neuroplast.stages import Stage


class FrozenAnswers:
    """Answers of the layers below a greedy layer, kept where that pays.

    It pays where they are read more than once and do not change (no augmentation); where there is no room, in memory or
    on disk, they are recomputed for each batch. What one stage kept is there for the next of the same phase.
    """

    def __init__(self, network: Network, stimuli: Tensor, prepare: Preparation) -> None:
        self.network, self.stimuli, self.prepare = network, stimuli, prepare
        self._kept: tuple[PhaseSpec | None, dict[str, Tensor]] = None, {}

    def below(self, stage: Stage) -> dict[str, Tensor]:
        """Those that feed the layer of a stage, by name; none where they are not kept."""
        (phase, before), self._kept = self._kept, (stage.phase, {})
        if stage.phase.order != "greedy" or stage.phase.learning == "gradient" or stage.epochs == 1:
            return {}
        name = next(iter(stage.groups))
        sources = {source for names in self.network.sources[name] for source in names}
        if self.prepare.augments or not sources & self.network.layers.keys():
            return {}
        known = before if phase is stage.phase else {}
        found: dict[str, Tensor] = {}
        for source in sources:
            response = known[source] if source in known else self._answered(source, known)
            if response is None:
                return {}
            found[source] = response
        self._kept = stage.phase, found
        return found

    def _answered(self, source: str, known: Mapping[str, Tensor]) -> Tensor | None:
        """What one source answers to all stimuli, from what is known; None where there is no room for it."""
        kept: Tensor | None = None
        for index in torch.split(torch.arange(len(self.stimuli)), BLOCK):
            at_hand = {STIMULI: self.prepare(self.stimuli[index], "train")}
            at_hand |= {name: r[index].to(self.network.device) for name, r in known.items()}
            with torch.no_grad():
                response = self.network.response(source, at_hand)
            if kept is None:
                # In float32 always: rounded, they would differ from recomputed ones.
                shape = (len(self.stimuli), *response.shape[1:])
                kept = room(shape, device=self.network.device)
                if kept is None:
                    return None
            kept[index[0] : index[-1] + 1] = response
        return kept
