"""Shares of wins in the last 2,000 presentations, neurons in order of theirs, from two starts."""

from matplotlib import pyplot as plt

LAST = 2000
SEEDS = 3
CONDITIONS = {
    "none": "no mechanism",
    "thresholds": "adaptive thresholds",
    "boosting": "boosting",
    "revival": "revival",
}


def draw(runs):
    """A panel for each start, a curve for each of three seeds; it ends where neurons have no wins."""
    figure, panels = plt.subplots(1, 2, figsize=(6.4, 2.6), sharey=True)
    for panel, suffix, title in (
        (panels[0], "", "random Gaussian start"),
        (panels[1], "_sampled", "start from samples"),
    ):
        for colour, (name, label) in enumerate(CONDITIONS.items()):
            for i, recording in enumerate(runs[name + suffix][:SEEDS]):
                wins = _wins(recording).sort(descending=True).values
                shares = wins[wins > 0] / wins.mean()
                shown = label if i == 0 else None
                panel.plot(range(1, len(shares) + 1), shares, f"C{colour}", lw=0.8, label=shown)
        panel.axhline(4, color="black", linewidth=0.6, linestyle="--")
        panel.set_yscale("log")
        panel.set_title(title, fontsize=8)
        panel.set_xlabel("neurons that win, in order")
        panel.set_xlim(0, 101)
    panels[0].set_ylabel("share of wins (1 / neurons)")
    panels[1].legend()
    return figure


def _wins(recording):
    """Of each neuron, from the record of all steps."""
    batch = recording.scenario["phases"][0]["batch"]
    return recording.layers["layer1"].series["win_count"].values[-(LAST // batch) :].sum(0)
