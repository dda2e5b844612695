"""Skewness of responses that are known, by hand and by a law."""

import math

import pytest
import torch

from neuroplast import Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.skewness import Skewness


def measured(x, weights, **entries):
    network = Network(
        [layer_spec(synapse={"kind": "dense", "neurons": len(weights)}, **entries)], x.shape[1:]
    )
    network.layers["layer1"].w.copy_(torch.tensor(weights).view(network.layers["layer1"].w.shape))
    return Skewness().measure(network, x)["mean"]


def test_by_hand():
    """0, 0, 0, 4: mean 1, moments (3·1 + 9)/4 = 3 and (-3 + 27)/4 = 6: 6 / 3^1.5 = 2/√3. Negated: the opposite."""
    x = torch.tensor([[0.0], [0.0], [0.0], [4.0]])
    assert measured(x, [[1.0]]) == pytest.approx(2 / 3**0.5)
    assert measured(x, [[-2.5]]) == pytest.approx(-2 / 3**0.5)
    assert measured(x, [[1.0], [-1.0]]) == pytest.approx(0, abs=1e-7)


def test_its_norm_does_not_matter():
    x = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    w = torch.tensor([0.3, -1.0, 0.7])
    for length in (0.1, 20.0):
        scaled = measured(x, (length * w)[None].tolist(), population="relu")
        assert scaled == pytest.approx(measured(x, w[None].tolist(), population="relu"), rel=1e-5)


def test_rectified_normal_drives():
    """E y = 1/√2π, E y² = 1/2, E y³ = 2/√2π; the s.e. over 200,000 is about 0.015."""
    m1, m3 = 1 / math.sqrt(2 * math.pi), 2 / math.sqrt(2 * math.pi)
    law = (m3 - 1.5 * m1 + 2 * m1**3) / (0.5 - m1**2) ** 1.5
    x = torch.randn(200_000, 1, generator=torch.Generator().manual_seed(0))
    assert measured(x, [[1.0]], population="relu") == pytest.approx(law, abs=0.06)
    assert round(law, 2) == 1.64  # as its docstring says


def test_neurons_that_never_change_are_left_out():
    x = torch.tensor([[0.0], [0.0], [0.0], [4.0]])
    assert measured(x, [[1.0], [0.0]]) == pytest.approx(2 / 3**0.5)
    assert math.isnan(measured(x, [[0.0]]))
