"""Neurons of unit length and read-out accuracy over 1/τ; hard winners and random weights as lines."""

from statistics import fmean

from matplotlib import pyplot as plt

FORMS = {"anti": "losers anti-Hebbian", "plain": "losers as winners"}
LINES = {"hard": ("hard winners", "--"), "random": ("random weights", ":")}


def draw(runs):
    """Two panels over the inverse temperature, a curve for each form; each seed a point."""
    figure, panels = plt.subplots(1, 2, figsize=(6.4, 2.6))
    for panel, (group, metric) in zip(
        panels,
        (("unit_norm_share", "share"), ("ridge", "validation_accuracy")),
        strict=True,
    ):
        for colour, (form, label) in enumerate(FORMS.items()):
            places = [c for c in runs if c.startswith(form)]
            over = [1.25 ** (int(c.partition("_n")[2]) - 50) for c in places]
            found = [_last(runs[c], group, metric) for c in places]
            panel.plot(over, [fmean(f) for f in found], color=f"C{colour}", label=label)
            for x, values in zip(over, found, strict=True):
                panel.plot([x] * len(values), values, ".", color=f"C{colour}", markersize=4)
        for name, (label, style) in LINES.items():
            level = fmean(_last(runs[name], group, metric))
            panel.axhline(level, color="black", linestyle=style, linewidth=1, label=label)
        panel.set_xscale("log")
        panel.set_xlabel("1/τ (per unit of drive)")
    panels[0].set_ylabel("share with | |w| - 1 | < 0.01")
    panels[1].set_ylabel("ridge, validation accuracy (%)")
    panels[1].legend(loc="lower right")
    return figure


def _last(recordings, group, metric):
    return [float(r.metrics[group][metric].values[-1]) for r in recordings]
