"""What every rule is held to."""

from __future__ import annotations

import torch
from torch import Tensor

from neuroplast.testing.bench import Setting, geometries, ladder
from neuroplast.testing.check import NotApplicable, check
from neuroplast.testing.claims import RuleClaims, Site
from neuroplast.testing.numbers import hold_near
from neuroplast.testing.subject import Subject
from neuroplast.view import View


@check("rule", "equals its formula, looped")
def equals_its_formula(subject: Subject) -> None:
    """An independent loop over stimuli, positions and synapses in float64 gives the same change."""
    for setting in ladder():
        _hold(subject, setting)


@check("rule", "equals its formula on the geometry", lambda s: geometries(s.registry))
def equals_its_formula_everywhere(subject: Subject, setting: Setting) -> None:
    """The same on every geometry, through the inputs that each neuron sees there."""
    _hold(subject, setting)


def _hold(subject: Subject, setting: Setting) -> None:
    view = setting.view(subject.part)
    expected = looped(subject, view)
    found = subject.part.delta(setting.view(subject.part)).tensor()
    shown = {"x": view.x, "w": view.w, "w_e": view.w_e, "u": view.u, "v": view.v, "g": view.g}
    hold_near("dw", found, expected.reshape(found.shape), **shown)


def looped(subject: Subject, view: View) -> Tensor:
    """The change by the claimed formula, (post, synapses of a neuron)."""
    claims = subject.claims
    if not isinstance(claims, RuleClaims):
        raise NotApplicable(f"no claims say what {subject.kind} does; state its formula")
    patches = view.geometry.patches(view.x)  # type: ignore[attr-defined]
    batch, positions, groups, synapses = patches.shape
    neurons = len(view.w)
    each = {
        name: getattr(view, name).flatten(2).reshape(batch, neurons, positions).tolist()
        for name in "uvg"
    }
    w, w_e = view.w.flatten(1).tolist(), view.w_e.flatten(1).tolist()
    seen = patches.tolist()
    dw = [[0.0] * synapses for _ in range(neurons)]
    for b in range(batch):
        for t in range(positions):
            for j in range(synapses):
                layer: list[Site] = []
                for i in range(neurons):
                    signals = {
                        k: float(v[b, i] if v.ndim > 1 else v[b]) for k, v in view.signals.items()
                    }
                    x = seen[b][t][i * groups // neurons][j]
                    u, v, g = (each[name][b][i][t] for name in "uvg")
                    layer.append(Site(x, w[i][j], w_e[i][j], u, v, g, i, signals, {}, layer))
                for i, site in enumerate(layer):
                    dw[i][j] += claims.change(subject.part, site)
    return torch.tensor(dw, dtype=torch.float64)
