"""Views of one projection in one step, as a layer makes them, and what to compare them with."""

from dataclasses import replace

import torch

from neuroplast import View
from neuroplast.component import NO_STATE
from neuroplast.reference import Reference
from neuroplast_plugins.synapses.conv2d import Conv2d
from neuroplast_plugins.synapses.dense import Dense
from neuroplast_plugins.synapses.depthwise import Depthwise


def view_of(synapse, w, x, g=None, u=None, v=None, w_e=None, signals=None, memory=NO_STATE):
    """A view of a prepared input. Where not given: w_e is w, u the linear drive, v = u, g = v."""
    w_e = w if w_e is None else w_e
    u = synapse.drive(x, w_e) if u is None else u
    v = u if v is None else v
    g = v if g is None else g
    return View(synapse, x, w, w_e, u, v, g, signals or {}, memory)


def dense_view(w, x, g=None, **given):
    """A dense projection: w (post, pre), x (batch, pre), g (batch, post)."""
    return view_of(Dense(neurons=len(w)), w, x, g, **given)


def conv_view(w, x, g=None, groups=1, stride=1, dilation=1, padding=0, border="zeros", **given):
    """A convolution: w (post, pre / groups, side, side), x an image that is still to be padded."""
    synapse = Conv2d(
        neurons=w.shape[0],
        kernel=w.shape[-1],
        groups=groups,
        stride=stride,
        dilation=dilation,
        padding=padding,
        border=border,
    )
    return view_of(synapse, w, synapse.prepare(x), g, **given)


def depthwise_view(w, x, g=None, stride=1, dilation=1, padding=0, border="zeros", **given):
    """A depthwise convolution: w (channels · multiplier, 1, side, side)."""
    synapse = Depthwise(
        kernel=w.shape[-1],
        multiplier=w.shape[0] // x.shape[1],
        stride=stride,
        dilation=dilation,
        padding=padding,
        border=border,
    )
    return view_of(synapse, w, synapse.prepare(x), g, **given)


def referred(view):
    """The same view in float64 on the reference lowering."""
    tensors = {name: getattr(view, name).double() for name in ("x", "w", "w_e", "u", "v", "g")}
    return replace(view, geometry=Reference(view.geometry), **tensors)


def surrogate_change(view, c):
    """-∂L/∂w of L = -Σ g·u + ½ Σ_i (Σc)_i |w_i|², u the linear drive, g and c constant."""
    w = view.w.detach().clone().requires_grad_()
    u = view.geometry.drive(view.x, w)
    decay = c.transpose(0, 1).flatten(1).sum(1)
    loss = -(view.g * u).sum() + (decay * w.flatten(1).square().sum(1)).sum() / 2
    (gradient,) = torch.autograd.grad(loss, w)
    return -gradient
