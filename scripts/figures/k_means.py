"""How well prototypes stand for stimuli under k-means, by dot products, by angles, and before learning."""

from matplotlib import pyplot as plt

from figures.panels import seeds

IMAGES = {"k_means": "k-means", "dot": "dot", "start": "start"}
CLUSTERS = {"clusters_k_means": "k-means", "clusters_dot": "dot", "clusters_start": "start"}
ANGLES = {"k_means": "k-means", "spherical": "spherical", "dot": "dot", "start": "start"}


def draw(runs):
    """Four panels: errors on images and on clusters, by angles, and neurons that never win."""
    figure, (images, clusters, angles, silent) = plt.subplots(1, 4, figsize=(7.2, 2.3))
    for panel, labels in ((images, IMAGES), (clusters, CLUSTERS)):
        seeds(panel, runs, labels, "quantisation_error", "error")
        for column, condition in enumerate(labels):
            found = [
                r.metrics["quantisation_error"]["winner_error"].values[-1] for r in runs[condition]
            ]
            panel.plot([column + 0.35] * len(found), found, "x", color="black", markersize=3)
        panel.set_ylim(0, 1)
    images.set_ylabel("error / variance\n(nearest: dots, winner: crosses)")
    images.set_title("images", fontsize=8)
    clusters.set_title("centred clusters", fontsize=8)
    seeds(angles, runs, ANGLES, "quantisation_error", "angle_error")
    angles.set_ylabel("1 - cos to the nearest by angle")
    angles.set_ylim(0)
    angles.set_title("images", fontsize=8)
    seeds(silent, runs, IMAGES, "quantisation_error", "silent", 100)
    silent.set_ylabel("neurons that win nothing (%)")
    silent.set_title("images", fontsize=8)
    for panel in (images, clusters, angles, silent):
        panel.tick_params(axis="x", labelrotation=45)
    return figure
