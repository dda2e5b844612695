"""Rings, index and r² of kernels that were written down, and chance."""

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.centre_surround import CentreSurround


def measured(*kernels, **parameters):
    """Of one map for each kernel, on one input channel."""
    w = torch.tensor(kernels).unsqueeze(1)
    synapse = {"kind": "conv2d", "neurons": len(w), "kernel": w.shape[-1]}
    made = Network([layer_spec(synapse=synapse)], (1, 9, 9))
    made.layers["layer1"].w.copy_(w)
    return CentreSurround(**parameters).measure(made, torch.zeros(1, 1, 9, 9))


RADIAL = [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
OPPOSED = [[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]]
EDGE = [[1.0, 0.0, -1.0], [1.0, 0.0, -1.0], [1.0, 0.0, -1.0]]


def test_a_radial_kernel_of_one_sign():
    found = measured(RADIAL)
    assert [found[f"ring_{i}"] for i in range(3)] == [4, 2, 1]
    assert found["r2"] == pytest.approx(1)
    assert found["index"] == pytest.approx(
        2.5 / 5.5
    )  # surround 12 / 8 = 1.5: (4 - 1.5) / (4 + 1.5)
    assert (found["opposed"], found["extreme"]) == (0, 1)


def test_opposite_signs():
    found = measured(OPPOSED)
    assert found["r2"] == pytest.approx(1)
    assert (found["index"], found["opposed"], found["extreme"]) == (1, 1, 1)


def test_the_sign_does_not_matter():
    turned = (-torch.tensor(OPPOSED)).tolist()
    assert measured(turned) == measured(OPPOSED)


def test_an_edge_is_not_radial():
    found = measured(EDGE)  # every ring has the mean 0, as has the whole
    assert found["r2"] == pytest.approx(0)
    assert (found["opposed"], found["extreme"]) == (0, 0)


def test_a_part_of_a_kernel_is_radial():
    """RADIAL + EDGE: rings have the mean of RADIAL, what is left is EDGE, of sum of squares 6.

    RADIAL is 16/9 on average, its squares about that sum to 36 - 256/9 = 68/9.
    """
    both = (torch.tensor(RADIAL) + torch.tensor(EDGE)).tolist()
    assert measured(both)["r2"] == pytest.approx(68 / (68 + 54))


def test_means_and_shares_over_kernels():
    found = measured(RADIAL, OPPOSED)
    assert found["opposed"] == 0.5
    assert found["ring_0"] == 6


def test_five_by_five_has_six_rings():
    w = torch.zeros(5, 5)
    w[2, 2] = 1.0
    found = measured(w.tolist())
    assert [f"ring_{i}" in found for i in range(7)] == [True] * 6 + [False]


def test_kernels_without_weights_are_left_out():
    assert measured(RADIAL, [[0.0] * 3] * 3) == measured(RADIAL)


def test_chance():
    """Of independent normal weights: r² 2/8, opposed in 1/2, extreme in 2/9; five s.d. of 4,000 kernels each."""
    rng = torch.Generator().manual_seed(0)
    found = measured(*torch.randn(4000, 3, 3, generator=rng).tolist())
    assert found["r2"] == pytest.approx(0.25, abs=0.015)
    assert found["opposed"] == pytest.approx(0.5, abs=0.04)
    assert found["extreme"] == pytest.approx(2 / 9, abs=0.033)


def test_layers_without_kernels():
    made = Network([layer_spec(synapse={"kind": "dense", "neurons": 2})], (4,))
    with pytest.raises(ConfigurationError, match="no kernels with a middle: its weights are"):
        CentreSurround().measure(made, torch.zeros(1, 4))
    with pytest.raises(ConfigurationError, match="there is no such layer"):
        CentreSurround(layer="layer9").measure(made, torch.zeros(1, 4))
