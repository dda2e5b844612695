import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli.gaussian_clusters import GaussianClusters


def load(seed=0, **parameters):
    rng = torch.Generator().manual_seed(seed)
    return load_stimuli(GaussianClusters(**parameters), "/nowhere", rng)


@given(
    seed=st.integers(0, 2**32 - 1),
    clusters=st.integers(2, 8),
    inputs=st.integers(1, 6),
    separation=st.floats(0.5, 20),
    spread=st.floats(0.1, 5),
)
def test_the_nearest_centres_are_as_far_apart_as_asked(seed, clusters, inputs, separation, spread):
    parameters = {"clusters": clusters, "inputs": inputs, "separation": separation}
    c = load(seed, **parameters, spread=spread, train=1, test=0).truth["centres"].double()
    assert min(math.dist(a, b) for i, a in enumerate(c) for b in c[:i]) == pytest.approx(
        separation * spread, rel=1e-3
    )
    assert_close(c.mean(0), torch.zeros(inputs).double(), atol=1e-5 * c.abs().max(), rtol=0)


def test_clusters_are_round_and_lie_around_their_centres():
    """N = 10,000 a cluster: a mean has standard error spread / 100, a deviation spread / 141."""
    found = load(clusters=2, inputs=3, spread=2.0, train=20_000)
    for label in (0, 1):
        off = found.train.x[found.train.y == label] - found.truth["centres"][label]
        assert off.mean(0).abs().max() < 6 * 2.0 / 100
        assert (off.std(0) - 2.0).abs().max() < 6 * 2.0 / 141
        assert torch.corrcoef(off.T).triu(1).abs().max() < 6 / 100


@pytest.mark.parametrize(("separation", "error"), [(2.0, 0.1587), (4.0, 0.0228)])
def test_separation_sets_the_error_of_the_best_classifier(separation, error):
    """Half the distance between two centres is z = separation / 2; the error is the normal tail there."""
    found = load(clusters=2, inputs=5, separation=separation, train=20_000)
    nearest = torch.cdist(found.train.x, found.truth["centres"]).argmin(1)
    rate = (nearest != found.train.y).double().mean().item()
    assert abs(rate - error) < 6 * math.sqrt(error * (1 - error) / 20_000)


def test_labels_are_balanced_and_in_no_order():
    found = load(clusters=3, train=100, test=6)
    assert sorted(found.train.y.bincount().tolist()) == [33, 33, 34]
    assert found.test.y.bincount().tolist() == [2, 2, 2]
    assert found.train.y.tolist() != sorted(found.train.y.tolist())
    assert found.train.y.tolist() != (torch.arange(100) % 3).tolist()
    assert found.classes == ("cluster 0", "cluster 1", "cluster 2")


def test_a_seed_decides_everything_and_counts_shift_nothing_else():
    one, same, longer, other = load(1), load(1), load(1, train=9), load(2)
    assert one.train.x.equal(same.train.x)
    assert one.train.y.equal(same.train.y)
    assert one.test.x.equal(longer.test.x)
    assert one.truth["centres"].equal(longer.truth["centres"])
    assert not one.truth["centres"].equal(other.truth["centres"])


def test_a_single_cluster_lies_at_zero():
    assert load(clusters=1, train=5).truth["centres"].abs().max() == 0
