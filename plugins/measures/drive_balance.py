"""What of a layer's drive is excitation, what inhibition, and what is left of both."""

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import ConfigurationError, Measure, Network, hookimpl
from neuroplast.shapes import Post


class DriveBalance(Measure):
    """Mean and spread of a layer's drive, beside the excitation and the inhibition that it is the difference of.

        u = E - I,   E = Σ over w > 0 of w x,   I = -Σ over w < 0 of w x,   of all projections together

    In balance, E and I are large and cancel: the mean of u is small beside both, and neurons differ by what is left.
    Meant for inputs that are not negative, where E and I are neither.

    Shapes:
        u, E, I: (batch, post, *positions), in the unit of x.

    Source:
        van Vreeswijk & Sompolinsky (1996), Science 274, 1724-1726; for feed-forward inhibition Cornford et al. (2021),
        ICLR, "Learning to live with Dale's principle".

    Raises:
        ConfigurationError: where the layer is not there, feeds itself, or its drive is no weighted sum.
    """

    kind: ClassVar[str] = "drive_balance"
    layer: str | None = Field(None, description="whose drive; the last layer's by default")
    stimuli: int = Field(
        1000, ge=1, description="how many training stimuli are looked at, the first"
    )

    def measure(self, network: Network, stimuli: Tensor) -> dict[str, float]:
        """`mean`, `spread` of u; `excitation`, `inhibition`, means of E and I; `gain`.

        spread: the root of the mean square of u about its mean. gain: mean of u² over the mean of x² of what the first
        projection is fed by, NaN where that is silent.
        """
        name = self.layer or next(reversed(network.layers), "")
        layer = network.layers.get(name)
        if layer is None:
            known = ", ".join(network.layers) or "none"
            raise ConfigurationError(
                f"drive_balance: no layer {name!r}; name one of the network's ({known})"
            )
        odd = [
            p.name for p in layer.projections if p.spec.recurrent or p.spec.similarity.kind != "dot"
        ]
        if odd:
            raise ConfigurationError(
                f"drive_balance: the drive of {odd[0]} is no sum of what comes from below; "
                'measure a layer with similarity = "dot" that does not feed itself'
            )
        given = _given(network, name, stimuli[: self.stimuli])
        excitation, inhibition = Tensor(), Tensor()
        parts = [
            projection.present(x, False)
            for projection, x in zip(layer.projections, given, strict=True)
        ]
        for projection, (x, w) in zip(layer.projections, parts, strict=True):
            e, i = projection.drive(x, w.clamp_min(0)), -projection.drive(x, w.clamp_max(0))
            excitation = e if not len(excitation) else excitation + e
            inhibition = i if not len(inhibition) else inhibition + i
        return _told(excitation, inhibition, parts[0][0])


def _given(network: Network, name: str, stimuli: Tensor) -> list[Tensor]:
    """What each projection is presented."""
    outputs = {
        "stimuli": stimuli.to(network.device),
        **network.responses(stimuli.to(network.device), upto=name),
    }
    join = network.layers[name].spec.join
    joined = []
    for names in network.sources[name]:
        fed = [outputs[source] for source in names]
        joined.append(torch.cat(fed, 1) if join == "concat" else torch.stack(fed).sum(0))
    return joined


def _told(excitation: Post, inhibition: Post, x: Tensor) -> dict[str, float]:
    e, i = excitation.double(), inhibition.double()
    u = e - i
    return {
        "mean": float(u.mean()),
        "spread": float(u.std(correction=0)),
        "excitation": float(e.mean()),
        "inhibition": float(i.mean()),
        "gain": float(u.square().mean() / x.double().square().mean()),
    }


@hookimpl
def measures() -> list[type[Measure]]:
    """Provide the measure."""
    return [DriveBalance]
