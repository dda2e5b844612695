"""Where centre-surround kernels of the published depthwise nets come from."""

import pytest

from neuroplast import run_set

NAME = "centre_surround"


def kernels(tmp_path, **asked):
    done = run_set(NAME, **asked, out=tmp_path / "out", device="cpu", threads=1)
    return {
        condition: {name.split(".")[1]: found.mean for name, found in named.items()}
        for condition, named in done.summary().items()
    }


def check_alone(found):
    """Facts: centre 1.02, edges 0.73, corners 0.50 on white noise, and flat without the surround."""
    rings = [found["alone"][f"ring_{i}"] for i in range(3)]
    assert rings == pytest.approx([1.02, 0.73, 0.50], abs=0.03)
    assert (found["alone"]["extreme"], found["alone"]["opposed"]) == (1, 0)
    flat = [found["alone_flat"][f"ring_{i}"] for i in range(3)]
    assert flat == pytest.approx([sum(flat) / 3] * 3, rel=0.08)
    assert found["alone_flat"]["extreme"] < 0.75


def test_white_noise_is_enough(tmp_path):
    check_alone(kernels(tmp_path, seeds=[0], conditions=["alone", "alone_flat"]))


@pytest.mark.dynamics
def test_the_surround_makes_them_and_images_do_not(tmp_path):
    pytest.importorskip("sklearn")
    found = kernels(tmp_path)
    check_alone(found)
    # random kernels, by chance: 96 of them, so three standard errors
    assert found["depthwise_random"]["opposed"] == pytest.approx(0.5, abs=0.16)
    assert found["depthwise_random"]["extreme"] == pytest.approx(2 / 9, abs=0.13)
    assert found["depthwise_random"]["r2"] == pytest.approx(0.25, abs=0.07)
    for net in ("depthwise", "dale"):
        for seen in ("", "_noise"):  # on photographs and on noise alike
            with_it, without = found[f"{net}{seen}"], found[f"{net}{seen}_flat"]
            assert with_it["r2"] > without["r2"] + 0.3, (net, seen)
            assert with_it["extreme"] > without["extreme"] + 0.3, (net, seen)
        # nor is the published cosine needed
        assert found[f"{net}_cosine"]["extreme"] > 0.6
    for condition in ("dale", "dale_noise"):
        assert found[condition]["extreme"] > 0.98
    for condition in ("dale_flat", "dale_noise_flat"):
        assert found[condition]["index"] < 0.1 < found["dale"]["index"]
