"""Norms of weight vectors while the rate falls to zero, for the rules that draw them to 1 and for controls."""

from matplotlib import pyplot as plt

PRESENTED = 100
"""Stimuli in a batch."""
NEURONS = 12
"""Neurons drawn of each condition, the first."""


def draw(runs):
    """A panel for each condition: norms of neurons of the first seed over the stimuli presented."""
    figure, panels = plt.subplots(2, 3, figsize=(7.2, 3.8), sharex=True)
    for panel, (condition, recordings) in zip(panels.flat, runs.items(), strict=True):
        if condition == "krotov_hopfield_p3":
            _extremes(panel, recordings[0])
        else:
            steps, values = recordings[0].layers["layer1"].series["w_norm"]
            shown = values[7::8, :NEURONS]
            panel.plot(steps[7::8] * PRESENTED / 1000, shown, color="C0", linewidth=0.4)
        panel.axhline(1, color="black", linewidth=0.6, linestyle=":")
        panel.set_yscale("log")
        panel.set_title(condition.replace("_", " "), fontsize=8)
    for panel in panels[1]:
        panel.set_xlabel("thousand stimuli presented")
    for panel in panels[:, 0]:
        panel.set_ylabel("norm of a neuron's weights")
    return figure


def _extremes(panel, run):
    """The 3-norm is not recorded step by step; its extremes and its median are, as a measure."""
    for name, style in (("shortest", "--"), ("median", "-"), ("longest", "--")):
        steps, values = run.metrics["weight_norms"][name]
        panel.plot(steps * PRESENTED / 1000, values, style, color="C0", marker=".", markersize=3)
    panel.set_ylabel("3-norm: extremes, median", fontsize=6)
