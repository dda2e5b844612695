"""Lengths and directions of weight vectors at the end, over the radius that they started from."""

import torch
from matplotlib import pyplot as plt


def draw(runs):
    """Two panels: shares of neurons that came to unit length or turned, and every length of the first seed."""
    figure, (shares, lengths) = plt.subplots(1, 2, figsize=(6.4, 2.6))
    over = [1.25 ** (int(c[1:]) - 10) for c in runs]
    told = {"| |w| - 1 | < 0.005": _near, "cosine with the start < 0.9": _turned}
    for colour, (label, share) in enumerate(told.items()):
        found = [[share(r) for r in recordings] for recordings in runs.values()]
        mean = [sum(f) / len(f) for f in found]
        shares.plot(over, mean, color=f"C{colour}", label=label)
        for x, values in zip(over, found, strict=True):
            shares.plot([x] * len(values), values, ".", color=f"C{colour}", markersize=4)
    for x, recordings in zip(over, runs.values(), strict=True):
        norms = _weights(recordings[0])[1].norm(dim=1)
        lengths.plot([x] * 3, norms.quantile(torch.tensor([0.0, 0.5, 1.0])), "k_-", linewidth=1)
    lengths.plot(over, over, ":", color="grey", label="as at the start")
    lengths.set_ylim(0, 3)
    lengths.set_ylabel("|w|: least, median, largest")
    lengths.legend(loc="upper right")
    shares.set_ylabel("share of neurons")
    shares.legend(loc="center right")
    for panel in (shares, lengths):
        panel.set_xscale("log")
        panel.set_xlabel("radius R of the initial weights")
    return figure


def _weights(recording):
    before, after = recording.snapshot(0)["layer1"]["w"], recording.final_state()["layer1"]["w"]
    return before.flatten(1), after.flatten(1)


def _near(recording):
    return float(((_weights(recording)[1].norm(dim=1) - 1).abs() < 0.005).double().mean())


def _turned(recording):
    cosine = torch.nn.functional.cosine_similarity(*_weights(recording), dim=1)
    return float((cosine < 0.9).double().mean())
