"""The index of each neuron over its peak, in every condition, and fields before and after learning."""

from pathlib import Path

import torch
from matplotlib import pyplot as plt

from figures.panels import fields
from neuroplast_plugins.stimuli.gaussian_bars import GaussianBars

K = 12
LEAST = 1e-9
"""Where peaks of 0 are drawn."""

CONDITIONS = {
    "sliding": ("sliding threshold", "o"),
    "initial": ("before learning", "s"),
    "fixed_low": ("fixed at 0.1 (clipped)", "^"),
    "fixed_high": ("fixed at 1", "v"),
    "slow": ("slower than weights", "x"),
}


def draw(runs):
    """Left: 32 neurons of one seed in each condition, peaks in K. Right: fields of half of them."""
    figure, panels = plt.subplots(1, 3, figsize=(7.2, 2.8), width_ratios=[2.6, 1, 1])
    bars = GaussianBars().load(Path(), torch.Generator()).truth["bars"]
    scatter = panels[0]
    for name, (label, marker) in CONDITIONS.items():
        y = (_weights(runs[name][0]).flatten(1) @ bars.T).clamp_min(0)
        peak = y.amax(1)
        index = torch.where(peak > 0, 1 - y.mean(1) / peak.clamp_min(1e-30), 0.0)
        scatter.plot((peak / K).clamp_min(LEAST), index, marker, label=label, markersize=3)
    scatter.axhspan(1 - 1 / K - 0.02, 1 - 1 / K + 0.02, color="lightgrey", linewidth=0)
    scatter.axvline(0.5, color="black", linewidth=0.6, linestyle="--")
    scatter.axvline(0.1, color="black", linewidth=0.6, linestyle=":")
    scatter.set_xscale("log")
    scatter.set_xlabel("peak response (K = 12)")
    scatter.set_ylabel("index, 1 - mean / peak")
    scatter.legend(fontsize=6, loc="center left", bbox_to_anchor=(0.12, 0.5))
    sliding = runs["sliding"][0]
    before = sliding.snapshot(0)["layer1"]["w"].view(-1, 11, 11)
    for panel, w, title in (
        (panels[1], before, "before"),
        (panels[2], _weights(sliding), "after, sliding threshold"),
    ):
        fields(panel, w[:16], 4, title)
    return figure


def _weights(recording):
    return recording.final_state()["layer1"]["w"].view(-1, 11, 11)
