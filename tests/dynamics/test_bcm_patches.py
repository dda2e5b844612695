"""On whitened patches BCM neurons answer more seldom, and prefer orientations more, than random weights do."""

import statistics

import pytest

import neuroplast
from neuroplast.recording.reader import open_run

T_975 = {4: 2.776}
"""Student's t, above which 2.5 % lie, by degrees of freedom."""

MEASURES = ("orientation_index", "skewness")


def interval(differences):
    """The 95 % interval of the mean of paired differences."""
    n = len(differences)
    half = T_975[n - 1] * statistics.stdev(differences) / n**0.5
    return statistics.fmean(differences) - half, statistics.fmean(differences) + half


def test_an_interval_by_hand():
    """1, 2, 3, 4, 5: mean 3, s.d. √2.5, so 3 ± 2.776 √(2.5 / 5) = 3 ± 1.963."""
    assert interval([1, 2, 3, 4, 5]) == pytest.approx((1.037, 4.963), abs=1e-3)


@pytest.mark.slow
def test_one_run(tmp_path):
    """Two fifths of the presentations."""
    found = {}
    for condition in ("learned", "before"):
        out = tmp_path / condition
        sets = [("phases.learn.presentations", 800_000)] if condition == "learned" else []
        done = neuroplast.run(
            "bcm_patches", condition=condition, seed=0, out=out, device="cpu", threads=1, sets=sets
        )
        found[condition] = done.results
    for measure in MEASURES:
        assert found["learned"][measure]["mean"] > found["before"][measure]["mean"]


@pytest.mark.dynamics
def test_in_full(tmp_path):
    """Over seeds the 95 % intervals of what learning adds are above 0, and random weights are as long as learned."""
    done = neuroplast.run_set("bcm_patches", out=tmp_path / "out", device="cpu", threads=1)
    found = {(r.condition, r.seed): r for r in done.runs}
    seeds = sorted({r.seed for r in done.runs})
    assert len(seeds) == 5
    for measure in MEASURES:
        for other in ("before", "random"):
            added = [
                found["learned", s].results[measure]["mean"]
                - found[other, s].results[measure]["mean"]
                for s in seeds
            ]
            assert interval(added)[0] > 0, (measure, other, added)
    lengths = {
        c: statistics.fmean(length(found[c, s].path) for s in seeds) for c in ("learned", "random")
    }
    assert lengths["random"] == pytest.approx(lengths["learned"], rel=0.1)


def length(folder):
    """The mean norm of the weights at the end."""
    with open_run(folder) as recording:
        return float(recording.final_state()["layer1"]["w"].flatten(1).norm(dim=1).mean())
