from math import sqrt

import pytest
import torch
from pydantic import ValidationError
from support.geometries import CASES
from support.numbers import assert_near, normal
from torch.testing import assert_close

from neuroplast_plugins.competitions.hard_wta import HardWta
from neuroplast_plugins.similarities.cosine import Cosine
from neuroplast_plugins.similarities.cosine_by_channel import CosineByChannel
from neuroplast_plugins.similarities.distance import Distance
from neuroplast_plugins.similarities.power import Power
from neuroplast_plugins.similarities.weight_normalised import WeightNormalised
from neuroplast_plugins.synapses.conv2d import Conv2d
from neuroplast_plugins.synapses.dense import Dense
from neuroplast_plugins.synapses.depthwise import Depthwise


def test_cosine_stays_between_minus_one_and_one():
    for case in CASES.values():
        x = case.synapse.prepare(case.x(torch.float32))
        u = Cosine().drive(case.synapse, x, case.w(torch.float32))
        assert float(u.abs().max()) <= 1


def test_cosine_of_a_patch_with_itself_is_one():
    synapse = Conv2d(neurons=1, kernel=3, padding=0)
    w = normal(1, 2, 3, 3)
    for contrast in (1e-3, 7.0):
        assert_near(Cosine().drive(synapse, contrast * w, w), torch.ones(1, 1, 1, 1))
        assert_near(Cosine().drive(synapse, -contrast * w, w), -torch.ones(1, 1, 1, 1))


def test_a_silent_patch_beside_a_bright_one_has_no_direction():
    x = torch.zeros(1, 1, 3, 8)
    x[..., 5:] = 1e4
    u = Cosine().drive(Conv2d(neurons=1, kernel=3, padding=0), x, torch.ones(1, 1, 3, 3))
    # patches that see 0, 0, 0, 1, 2 and 3 bright columns: n 3 / (3 sqrt(3 n)) = sqrt(n / 3)
    expected = torch.tensor([0.0, 0.0, 0.0, sqrt(1 / 3), sqrt(2 / 3), 1.0])
    assert_close(u[0, 0, 0], expected)


def test_the_published_cosine_reaches_the_side_of_the_kernel():
    """k² places of unit length on a patch alike everywhere: k² / sqrt(k²) = k, where the cosine is 1."""
    for k in (1, 3, 5):
        synapse = Conv2d(neurons=1, kernel=k, padding=0)
        ones = torch.ones(1, 1, k, k, dtype=torch.float64)
        assert CosineByChannel().drive(synapse, ones, ones).item() == pytest.approx(k)
        assert Cosine().drive(synapse, ones, ones).item() == pytest.approx(1)


def test_the_published_cosine_forgets_magnitudes_between_places():
    synapse = Conv2d(neurons=1, kernel=2, padding=0)
    x, w = normal(1, 3, 4, 4), normal(1, 3, 2, 2)
    places = torch.tensor([[1.0, 0.1], [5.0, 30.0]], dtype=torch.float64)
    assert_near(
        CosineByChannel().drive(synapse, x, w * places), CosineByChannel().drive(synapse, x, w)
    )
    assert not torch.allclose(Cosine().drive(synapse, x, w * places), Cosine().drive(synapse, x, w))


def test_the_published_cosine_of_depthwise_weights_sees_signs_alone():
    synapse = Depthwise(kernel=3, padding=0)
    x, w = normal(2, 3, 5, 5), normal(3, 1, 3, 3)
    u = CosineByChannel().drive(synapse, x, w)
    assert_near(
        u, synapse.drive(x, w.sign()) / (synapse.drive(x * x, torch.ones_like(w)) + 1e-8).sqrt()
    )
    assert_near(u, CosineByChannel().drive(synapse, x, w * normal(3, 1, 3, 3, seed=1).abs()))


def test_with_weights_that_are_not_negative_they_are_all_ones():
    """What N32 rests on: learned magnitudes reach neither activity nor winners."""
    synapse, x = Depthwise(kernel=3), normal(2, 3, 5, 5)
    x = synapse.prepare(x)
    learned = CosineByChannel().drive(synapse, x, normal(3, 1, 3, 3).abs())
    assert_near(
        learned, CosineByChannel().drive(synapse, x, torch.ones(3, 1, 3, 3, dtype=torch.float64))
    )


def test_weight_normalised_by_hand():
    w, x = torch.tensor([[3.0, 4.0], [0.0, 0.0]]), torch.tensor([[1.0, 2.0]])
    u = WeightNormalised().drive(Dense(neurons=2), x, w)
    assert_close(u, torch.tensor([[2.2, 0.0]]))  # (3 + 8) / 5


def test_the_nearest_neuron_has_the_largest_distance_drive():
    w, x = normal(6, 5), 2 * normal(40, 5, seed=1)
    u = Distance().drive(Dense(neurons=6), x, w)
    nearest = (x[:, None] - w[None]).square().sum(2).argmin(1)
    assert torch.equal(u.argmax(1), nearest)
    assert_near(x.square().sum(1, keepdim=True) - 2 * u, (x[:, None] - w[None]).square().sum(2))
    dot = (x @ w.T).argmax(1)
    assert (dot != nearest).any()  # the inner product alone prefers long weights


def test_power_by_hand():
    w, x = torch.tensor([[-2.0, 0.5, 0.0]]), torch.tensor([[1.0, 4.0, 9.0]])
    drives = [Power(p=p).drive(Dense(neurons=1), x, w).item() for p in (1, 2, 3)]
    # signs: -1 + 4; as it is: -2 + 2; signed squares: -4 + 1
    assert drives == pytest.approx([3.0, 0.0, -3.0])


def test_power_below_one_is_refused():
    with pytest.raises(ValidationError):
        Power(p=0.5)


def test_the_current_brings_the_p_norm_to_one():
    """Σ sign(w)|w|^(p-1) Δw = Σ g u (1 - Σ|w|^p) under Δw = Σ g (x - u w), for every neuron."""
    x, w = normal(20, 5), normal(3, 5, seed=1)
    for p in (2.0, 3.0, 4.5):
        u = Power(p=p).drive(Dense(neurons=3), x, w)
        g = HardWta().compete(u, None)
        dw = g.T @ x - (g * u).sum(0)[:, None] * w
        along = (w.sign() * w.abs() ** (p - 1) * dw).sum(1)
        assert_near(along, (g * u).sum(0) * (1 - w.abs().pow(p).sum(1)))
