"""Fields before and after learning, orientation index and skewness of all seeds."""

from matplotlib import pyplot as plt

from figures.panels import fields, seeds

CONDITIONS = {"learned": "learned", "before": "before", "random": "random"}


def draw(runs):
    """Left: half of the neurons of one seed. Right: each point a seed, the mean over its neurons."""
    figure, panels = plt.subplots(1, 4, figsize=(7.2, 2.4), width_ratios=[1.2, 1.2, 1, 1])
    for panel, name in zip(panels, ("before", "learned"), strict=False):
        w = runs[name][0].final_state()["layer1"]["w"].view(-1, 11, 11)
        fields(panel, w[:16], 4, CONDITIONS[name])
    seeds(panels[2], runs, CONDITIONS, "orientation_index", "mean")
    panels[2].set_ylabel("orientation index")
    panels[2].set_ylim(0, 1)
    seeds(panels[3], runs, CONDITIONS, "skewness", "mean")
    panels[3].set_ylabel("skewness of responses")
    panels[3].set_ylim(0, None)
    return figure
