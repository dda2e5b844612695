"""BCM neurons become selective where the threshold slides, and slides fast enough; nowhere else."""

import pytest
import torch

import neuroplast
from neuroplast.recording.reader import open_run

K = 12
"""Different stimuli, of which a selective neuron answers one, with K."""

CONTROLS = ("initial", "fixed_low", "fixed_high", "slow")


def hold_learned(found):
    """Of 32 neurons at least 30, and at least 8 preferred orientations."""
    assert found["selective"] >= 30
    assert found["preferred"] >= 8
    assert found["silent"] == 0
    assert found["index"] == pytest.approx(1 - 1 / K, abs=0.02)


def hold_control(condition, found):
    """None is selective: silent before learning and where the threshold is high, without bound where it is low."""
    assert found["selective"] == 0
    if condition == "initial":
        assert found["peak"] < 0.1 * K
        assert found["silent"] == 32
    elif condition == "fixed_low":
        assert found["peak"] > 10 * K
        assert found["silent"] == 0
    elif condition == "fixed_high":
        assert found["silent"] == 32


def run(condition, seed, folder, **more):
    done = neuroplast.run(
        "bcm_selectivity",
        condition=condition,
        seed=seed,
        out=folder,
        device="cpu",
        threads=1,
        **more,
    )
    return done.results["selectivity"]


@pytest.mark.slow
def test_neurons_become_selective(tmp_path):
    found = run("sliding", 0, tmp_path / "out")
    hold_learned(found)
    # shown every 12 presentations, the preferred bar meets y = θ at its lowest: θ = 0.98^11 (0.98 θ + 0.02 θ²)
    assert found["peak"] == pytest.approx((1 - 0.98**12) / (0.02 * 0.98**11), rel=0.1)
    with open_run(tmp_path / "out") as recording:
        w = recording.snapshot(0)["layer1"]["w"]
    # started with |N(0, 0.05)|, of mean 0.05 √(2/π) = 0.0399: within five standard errors, 0.03 / √3872 each
    assert float(w.min()) >= 0
    assert float(w.mean()) == pytest.approx(0.0399, abs=0.0025)


def test_the_threshold_starts_at_the_set_s_mean_square(tmp_path):
    sets = ["phases.learn.presentations=12"]
    run("sliding", 0, tmp_path / "out", sets=sets)
    with open_run(tmp_path / "out") as recording:
        start, end = recording.snapshot(0)["layer1"], recording.final_state()["layer1"]
    assert start["w"].equal(end["w"])
    w = start["w"].flatten(1).double()
    theta = (w @ bars().T).clamp_min(0).square().mean(1)
    torch.testing.assert_close(end["rule.theta"].double(), theta, rtol=1e-5, atol=0)


def bars():
    """(12, 121): a Gaussian profile of 0.8 pixels across each line, in a disc of 11 pixels, of unit norm."""
    rows, columns = torch.meshgrid(*[torch.arange(-5.0, 6).double()] * 2, indexing="ij")
    angle = torch.arange(K).double().view(-1, 1, 1) * torch.pi / K
    across = columns * angle.sin() + rows * angle.cos()
    x = (-across.square() / 1.28).exp() * (rows.square() + columns.square() <= 30.25)
    return torch.nn.functional.normalize(x.flatten(1), dim=1)


@pytest.mark.slow
@pytest.mark.parametrize("condition", CONTROLS)
def test_controls_do_not(condition, tmp_path):
    """A tenth of the presentations is enough to see where they go."""
    found = run(condition, 0, tmp_path / "out", sets=[("phases.learn.presentations", 6000)])
    hold_control(condition, found)


@pytest.mark.dynamics
def test_in_full(tmp_path):
    done = neuroplast.run_set("bcm_selectivity", out=tmp_path / "out", device="cpu", threads=1)
    for found in done.runs:
        if found.condition == "sliding":
            hold_learned(found.results["selectivity"])
        else:
            hold_control(found.condition, found.results["selectivity"])
    assert len(done.runs) == 5 * len(("sliding", *CONTROLS))
