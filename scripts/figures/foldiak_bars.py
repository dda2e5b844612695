"""What each neuron hears from the images, how many lines are told, and how often pairs are active together."""

from matplotlib import pyplot as plt

from figures.panels import fields, seeds

CONDITIONS = {"full": "learned\nlateral", "no_lateral": "no\nlateral", "hard_wta": "hard\nWTA"}
P = 0.125


def draw(runs):
    """Above: the weights from the images, of the first seed. Below: all seeds."""
    figure = plt.figure(figsize=(6.4, 4.4))
    above, below = figure.subfigures(2, 1, height_ratios=[1, 1])
    for panel, (name, label) in zip(above.subplots(1, 3), CONDITIONS.items(), strict=True):
        w = runs[name][0].final_state()["layer1"]["forward.w"].view(-1, 8, 8)
        fields(panel, w, 4, label.replace("\n", " "))
    told, alone, together = below.subplots(1, 3)
    for panel, metric, title in (
        (told, "found", "lines told, of 16"),
        (alone, "alone", "told one at a time"),
    ):
        seeds(panel, runs, CONDITIONS, "lines", metric)
        panel.set_ylim(-0.8, 16.8)
        panel.set_ylabel(title)
    for limit in (15, 12, 4):
        told.axhline(limit, color="grey", linewidth=0.6, linestyle=":")
    seeds(together, runs, CONDITIONS, "coactivity", "together", 1 / P**2)
    together.axhspan(0.9, 1.1, color="lightgrey", linewidth=0)
    together.set_yscale("symlog", linthresh=2)
    together.set_yticks([0, 1, 2, 10], ["0", "1", "2", "10"])
    together.set_ylabel("mean E[$y_i y_k$] / p²")
    return figure
