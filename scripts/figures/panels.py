"""Pieces of figures that several scenarios share."""

import torch


def last(recordings, group, metric):
    """A metric as each run ended with it."""
    return [float(r.metrics[group][metric].values[-1]) for r in recordings]


def fields(panel, w, columns, title):
    """Weights (neurons, height, width) side by side, each to its own largest magnitude: red positive, blue negative."""
    height, width = w.shape[1:]
    w = w / w.abs().amax((1, 2), keepdim=True).clamp_min(1e-30)
    rows = -(-len(w) // columns)
    sheet = torch.full((rows * (height + 1) + 1, columns * (width + 1) + 1), torch.nan)
    for i, field in enumerate(w):
        top, left = (height + 1) * (i // columns) + 1, (width + 1) * (i % columns) + 1
        sheet[top : top + height, left : left + width] = field
    panel.imshow(sheet, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    panel.set_title(title, fontsize=8)
    panel.set_axis_off()


def seeds(panel, runs, labels, group, metric, scale=1.0):
    """A column of points for each condition, the seeds, with a bar at their mean."""
    for column, condition in enumerate(labels):
        values = [v * scale for v in last(runs[condition], group, metric)]
        spread = [column + 0.25 * (i / max(1, len(values) - 1) - 0.5) for i in range(len(values))]
        panel.plot(spread, values, ".", color=f"C{column}", markersize=5)
        mean = sum(values) / len(values)
        panel.plot([column - 0.3, column + 0.3], [mean, mean], color="black", linewidth=1)
    panel.set_xticks(range(len(labels)), labels.values())
    panel.set_xlim(-0.5, len(labels) - 0.5)
