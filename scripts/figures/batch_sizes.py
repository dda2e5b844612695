"""How far weights move, and from where they come to with one stimulus at a time, over the size of the batch."""

from matplotlib import pyplot as plt

SIZES = (1, 10, 100)


def draw(runs):
    """Three panels over the batch, a line for each scaling: distance moved, distance from batch 1, accuracy."""
    figure, panels = plt.subplots(1, 3, figsize=(7.2, 2.4))
    for colour, scaling in enumerate(("sum", "mean", "largest")):
        lines = [runs[f"{scaling}_{n}"] for n in SIZES]
        for panel, value in zip(panels, (moved, _apart(lines[0]), _accuracy), strict=True):
            found = [[value(i, run) for i, run in enumerate(line)] for line in lines]
            panel.plot(SIZES, [sum(f) / len(f) for f in found], color=f"C{colour}", label=scaling)
            for x, values in zip(SIZES, found, strict=True):
                panel.plot([x] * len(values), values, ".", color=f"C{colour}", markersize=4)
            faster = runs.get(f"{scaling}_100_faster", []) if scaling != "sum" else []
            values = [value(i, run) for i, run in enumerate(faster)]
            panel.plot(
                [100] * len(values), values, "^", color=f"C{colour}", markersize=4, mfc="none"
            )
    panels[2].axhline(_mean_accuracy(runs["random"]), color="grey", ls=":", label="random weights")
    panels[2].plot([], [], "k^", mfc="none", markersize=4, label="100 times the rate")
    for panel, label in zip(
        panels,
        (
            "distance moved |w - w(0)|",
            "distance from batch 1\n/ distance moved there",
            "accuracy (%)",
        ),
        strict=True,
    ):
        panel.set_xscale("log")
        panel.set_xlabel("stimuli in a batch")
        panel.set_ylabel(label)
    panels[2].legend(fontsize=6, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def moved(_, run):
    """How far the weights of a run are from where they started."""
    return float((_end(run) - run.snapshot(0)["layer1"]["w"]).norm())


def apart(run, other):
    """How far the ends of two runs are from each other, as a share of how far the other moved."""
    return float((_end(run) - _end(other)).norm()) / moved(0, other)


def _apart(others):
    return lambda i, run: apart(run, others[i])


def _accuracy(_, run):
    return float(run.metrics["ridge"]["test_accuracy"].values[-1])


def _mean_accuracy(runs):
    return sum(_accuracy(0, run) for run in runs) / len(runs)


def _end(run):
    return run.final_state()["layer1"]["w"]
