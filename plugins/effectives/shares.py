"""Shares of one resource, for synapses that compete for it."""

from typing import Literal

import torch

from neuroplast import Fit, Refusal
from neuroplast.shapes import Shape, Weights

Axis = Literal["output", "input", "spatial", "global"]
"""Which synapses compete: all neurons' from one input, one neuron's at one pixel, one kernel's pixels, or all."""

Form = Literal["linear", "softmax", "l2"]
"""How a strength becomes a share."""


def shares(m: Weights, axis: Axis, form: Form) -> Weights:
    """Each synapse's share, from its strength m and those of the synapses that it competes with along the axis.

    linear: m / (Σ m + 1e-6). softmax: e^m / Σ e^m. l2: m / max(sqrt(Σ m²), 1e-12).
    """
    m = m.unsqueeze(
        -1
    )  # so that there is an axis to sum over where a dense synapse competes in space, alone
    along = [-1, *_axes(axis, m.dim() - 1)]
    if form == "l2":
        parts, whole = m, torch.linalg.vector_norm(m, dim=along, keepdim=True).clamp_min(1e-12)
    elif form == "softmax":
        parts = (m - m.amax(along, keepdim=True)).exp()
        whole = parts.sum(along, keepdim=True)
    else:
        parts, whole = m, m.sum(along, keepdim=True) + 1e-6
    found: Weights = (parts / whole).squeeze(-1)
    return found


def refuse_without_rivals(kind: str, axis: Axis, fit: Fit) -> None:
    """Refuse weights of which each would compete with itself alone, or with synapses of other inputs."""
    if fit.weight_shape is None:
        return
    shape = fit.weight_shape
    if axis != "global" and all(shape[i] == 1 for i in _axes(axis, len(shape))):
        raise Refusal(
            "synapse_without_rivals",
            f'{kind}: along axis = "{axis}" no weight of shape {shape} competes with another; '
            "choose another axis, or leave it out",
        )
    if axis == "output" and shape[0] != fit.response_shape[0]:
        raise Refusal(
            "no_shared_input",
            f"{kind}: positions have weights of their own, {shape[0]} rows for {fit.response_shape[0]} neurons, and "
            'see other inputs; choose axis = "input", "spatial" or "global", or a convolution',
        )
    if axis == "output" and (channels := _input_channels(fit)) and shape[1] != channels:
        raise Refusal(
            "no_shared_input",
            f"{kind}: a group of the synapse sees {shape[1]} of {channels} channels, so neurons of two groups have no "
            'presynaptic neuron to compete for; choose axis = "input", "spatial" or "global", or groups = 1',
        )


def _axes(axis: Axis, dims: int) -> list[int]:
    """The axes of w over which the shares sum."""
    of = {"output": [0], "input": [1], "spatial": range(2, dims), "global": range(dims)}
    return list(of[axis])


def _input_channels(fit: Fit) -> int | None:
    """The channels that a convolution's synapse is given; None where there is no map, or nothing is known."""
    if fit.projection is None or fit.input_shape is None:
        return None
    shape: Shape = fit.projection.normalisation.output_shape(fit.input_shape)
    return shape[0] if len(shape) == 3 and len(fit.weight_shape or ()) == 4 else None
