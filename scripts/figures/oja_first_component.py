"""How near Oja's neuron comes to the first component and to the mean, and its length while it learns."""

from matplotlib import pyplot as plt

from figures.panels import last

LABELS = {"centred": "0.5", "close": "0.8", "uncentred": "uncentred", "random": "random"}


def draw(runs):
    """Two panels: cosines of all seeds, and lengths over presentations."""
    figure, (cosines, lengths) = plt.subplots(1, 2, figsize=(6.4, 2.4))
    told = {"first component": ("principal_component", "o"), "mean": ("mean_alignment", "x")}
    for colour, (label, (group, mark)) in enumerate(told.items()):
        for column, condition in enumerate(LABELS):
            values = last(runs[condition], group, "cosine")
            places = [column + 0.3 * (colour - 0.5)] * len(values)
            cosines.plot(
                places, values, mark, color=f"C{colour}", ms=4, label=label if not column else None
            )
    cosines.set_xticks(range(len(LABELS)), LABELS.values())
    cosines.set_xlabel("second over first variance; controls")
    cosines.set_ylabel("|cos| of w with the ...")
    cosines.legend(loc="center left")
    for colour, condition in enumerate(LABELS):
        if condition == "random":
            continue
        for run in runs[condition]:
            steps, values = run.layers["layer1"].series["w_norm"]
            lengths.plot(
                steps * 10,
                values[:, 0],
                color=f"C{colour}",
                linewidth=0.6,
                label=LABELS[condition] if run is runs[condition][0] else None,
            )
    lengths.axhline(1, color="grey", linewidth=0.6, linestyle=":")
    lengths.set_xscale("log")
    lengths.set_xlabel("stimuli presented")
    lengths.set_ylabel("length |w|")
    lengths.legend()
    return figure
