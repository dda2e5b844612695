"""How near Sanger's neurons come to the principal components, one by one, and as a subspace over time."""

from matplotlib import pyplot as plt

from figures.panels import last

LABELS = {
    "gaussian": "Gaussian",
    "gaussian_oja": "Gaussian, Oja",
    "gaussian_random": "Gaussian, random",
    "patches": "patches",
    "patches_random": "patches, random",
}


def draw(runs):
    """Two panels: cosines of the first eight at the end, and the largest angle between subspaces while learning."""
    figure, (cosines, angles) = plt.subplots(1, 2, figsize=(6.4, 2.6))
    for colour, (condition, label) in enumerate(LABELS.items()):
        rows = [last(runs[condition], "principal_components", f"cosine_{k}") for k in range(1, 9)]
        cosines.plot(
            range(1, 9), [sum(row) / len(row) for row in rows], color=f"C{colour}", label=label
        )
        for k, row in enumerate(rows, start=1):
            cosines.plot([k] * len(row), row, ".", color=f"C{colour}", markersize=3)
        for run in runs[condition]:
            steps, values = run.metrics["first_five"]["largest_angle"]
            angles.plot(steps, values, color=f"C{colour}", linewidth=0.7)
    cosines.set_xlabel("k")
    cosines.set_ylabel("|cos| of w_k with component k")
    cosines.legend(loc="center left", fontsize=6)
    angles.set_xlabel("steps of 20 stimuli")
    angles.set_ylabel("largest angle of the first five's\nspan with the components' (°)")
    angles.set_ylim(0, 90)
    return figure
