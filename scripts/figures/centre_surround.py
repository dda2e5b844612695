"""Mean weight by distance from the middle, and how many kernels are centre and surround, in every condition."""

from statistics import fmean

from matplotlib import pyplot as plt

DISTANCES = (0, 1, 2**0.5)
NETS = {
    "dale": "net called Dale",
    "depthwise": "depthwise net",
    "alone": "one layer alone, on noise",
}
STYLES = {
    "": ("images", "C0", "o-"),
    "_flat": ("images, no surround", "C0", "o:"),
    "_noise": ("noise", "C1", "s-"),
    "_noise_flat": ("noise, no surround", "C1", "s:"),
    "_cosine": ("images, true cosine", "C2", "^-"),
    "_cosine_flat": ("images, true cosine, no surround", "C2", "^:"),
    "_random": ("random kernels", "grey", "x:"),
}


def draw(runs):
    """Above: profiles, each net a panel. Below: kernels whose centre is their extreme, beside chance."""
    figure, rows = plt.subplots(2, 3, figsize=(7.2, 4.4), height_ratios=[3, 2])
    for (net, title), profile, bars in zip(NETS.items(), rows[0], rows[1], strict=True):
        only_noise = net == "alone"
        shown = [(s, STYLES[f"_noise{s}" if only_noise else s]) for s in STYLES if net + s in runs]
        for suffix, (label, colour, style) in shown:
            found = [_mean(runs[net + suffix], f"ring_{i}") for i in range(3)]
            profile.plot(DISTANCES, found, style, color=colour, label=label, markersize=4)
        profile.set_title(title, fontsize=8)
        profile.set_xlabel("distance from the middle (pixels)")
        for i, (suffix, (_, colour, style)) in enumerate(shown):
            share = _mean(runs[net + suffix], "extreme")
            filled = not style.endswith(":")
            bars.barh(-i, share, color=colour if filled else "none", edgecolor=colour)
        bars.axvline(2 / 9, color="black", linewidth=1, linestyle="--")
        bars.set_xlim(0, 1)
        bars.set_yticks([])
        bars.set_xlabel("share: centre is the extreme")
    rows[0][0].set_ylabel("mean weight, centre positive")
    handles, labels = rows[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=7)
    return figure


def _mean(recordings, metric):
    return fmean(float(r.metrics["centre_surround"][metric].values[-1]) for r in recordings)
