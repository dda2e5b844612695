"""Excitation, inhibition and what is left, layer by layer, with and without balance."""

from statistics import fmean

from matplotlib import pyplot as plt

LAYERS = ("first", "second", "third")
TITLES = {
    "balanced": "balanced",
    "no_inhibition": "no inhibition",
    "half": "half of it",
    "twice": "twice as much",
}


def draw(runs):
    """A panel for each condition, mean over seeds at the start; crosses: balanced, after learning."""
    figure, panels = plt.subplots(1, len(runs), figsize=(7.2, 2.3), sharey=True)
    for panel, (condition, recordings) in zip(panels, runs.items(), strict=True):
        for colour, name in enumerate(("excitation", "inhibition", "spread")):
            for place, marker in ((0, "o-"), (-1, "x")):
                if place == 0 or condition == "balanced":
                    panel.plot(
                        range(1, 4),
                        _means(recordings, name, place),
                        marker,
                        color=f"C{colour}",
                        label=name if place == 0 else None,
                        markersize=4,
                        linewidth=1,
                    )
        size = [abs(m) for m in _means(recordings, "mean", 0)]
        panel.plot(range(1, 4), size, "k.--", label="|mean drive|", linewidth=1)
        panel.set_yscale("symlog", linthresh=0.01)
        panel.set_title(TITLES[condition], fontsize=8)
        panel.set_xticks(range(1, 4))
        panel.set_xlabel("layer")
    panels[0].set_ylabel("drive (units of the stimuli)")
    panels[0].set_ylim(0, 1e4)
    panels[-1].legend(loc="upper right", fontsize=7)
    return figure


def _means(recordings, name, place):
    found = [[float(r.metrics[x][name].values[place]) for r in recordings] for x in LAYERS]
    return [fmean(values) for values in found]
