"""Columns of both signs over the steps, and the weights at the end, in the three conditions."""

from matplotlib import pyplot as plt

TITLES = {"dale": "dale", "free": "no constraint", "non_negative": "non_negative"}


def draw(runs):
    """Violations over the steps; then each condition's matrix, red exciting, blue inhibiting."""
    figure, panels = plt.subplots(1, 4, figsize=(7.2, 2.3), width_ratios=[1.4, 1, 1, 1])
    for colour, (condition, recordings) in enumerate(runs.items()):
        for i, recording in enumerate(recordings):
            found = recording.metrics["dale_violations"]["mixed"]
            label = TITLES[condition] if not i else None
            style = {"color": f"C{colour}", "linewidth": 2 if condition == "dale" else 1}
            panels[0].plot(found.steps[::5], found.values[::5], label=label, **style)
    panels[0].set_xlabel("step (10 stimuli)")
    panels[0].set_ylabel("columns with both signs, of 50")
    panels[0].legend(loc="center right")
    for panel, (condition, recordings) in zip(panels[1:], runs.items(), strict=True):
        w = recordings[0].final_state()["layer2"]["w"]
        shown = panel.imshow(w, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto", interpolation="none")
        panel.axvline(39.5, color="black", linewidth=0.8)
        panel.set_title(TITLES[condition], fontsize=8)
        panel.set_xlabel("from neuron")
        panel.set_yticks([])
    panels[1].set_ylabel("to neuron")
    figure.colorbar(shown, ax=panels[-1], label="weight")
    return figure
