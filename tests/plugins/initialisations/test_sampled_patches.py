import pytest
import torch

from neuroplast import ConfigurationError, load, run
from neuroplast_plugins.initialisations.sampled_patches import SampledPatches


def draw(x, shape, seed=0, **parameters):
    rng = torch.Generator().manual_seed(seed)
    fan_in = torch.Size(shape[1:]).numel()
    return SampledPatches(**parameters).draw(shape, fan_in, rng, None if x is None else lambda: x)


def numbered(n, channels, side):
    """Images in which no two numbers are equal."""
    return 1 + torch.arange(float(n * channels * side * side)).view(n, channels, side, side)


def windows(x, height, width):
    """Every patch of every stimulus."""
    for image in x:
        for r in range(x.shape[2] - height + 1):
            for c in range(x.shape[3] - width + 1):
                yield image[:, r : r + height, c : c + width]


def test_every_neuron_is_a_patch_and_no_two_are_the_same():
    x = numbered(3, 2, 4)
    w = draw(x, (27, 2, 2, 2))  # 3 stimuli of 9 places
    found = {tuple(row.flatten().tolist()) for row in w}
    assert found == {tuple(p.flatten().tolist()) for p in windows(x, 2, 2)}


def test_dense_neurons_are_whole_stimuli():
    x = numbered(5, 1, 2)
    w = draw(x, (5, 4))
    assert sorted(w.tolist()) == x.flatten(1).tolist()
    assert sorted(draw(x.flatten(1), (5, 4)).tolist()) == x.flatten(1).tolist()


def test_neurons_beyond_the_number_of_patches_share():
    w = draw(numbered(2, 1, 2), (5, 4))
    assert len({tuple(row) for row in w.tolist()}) == 2


def test_a_group_s_neurons_take_its_channels():
    """Four neurons on four channels in two groups: the first two see channels 0 and 1, the others 2 and 3."""
    x = torch.arange(1.0, 5).view(1, 4, 1, 1).expand(6, 4, 3, 3)
    w = draw(x, (4, 2, 3, 3))
    assert w[:, :, 0, 0].tolist() == [[1, 2], [1, 2], [3, 4], [3, 4]]


def test_blank_patches_are_left_out_while_there_are_others():
    x = torch.zeros(50, 1, 6, 6)
    x[7, 0, 2, 3] = -1.0
    w = draw(x, (40, 1, 3, 3))
    assert w.flatten(1).any(1).all()
    assert not draw(torch.zeros(4, 1, 6, 6), (8, 1, 3, 3)).any()


def test_noise_is_added():
    x = numbered(4, 1, 20)
    difference = draw(x, (4, 1, 20, 20), noise=0.5) - draw(x, (4, 1, 20, 20))
    assert abs(float(difference.std()) - 0.5) < 0.05
    assert abs(float(difference.mean())) < 0.1


def test_what_has_no_patches_is_refused():
    with pytest.raises(ConfigurationError, match="there are no stimuli"):
        draw(None, (3, 4))
    with pytest.raises(ConfigurationError, match="no patches of inputs"):
        draw(numbered(2, 1, 4), (3, 1, 5, 5))
    with pytest.raises(ConfigurationError, match="no patches of inputs"):
        draw(numbered(2, 1, 4), (3, 7))


def test_a_run_starts_from_its_stimuli_and_is_read_back(tmp_path):
    """Layers are checked before there are stimuli, learn from patches of them, and are loaded with other weights."""
    layer = {"initialisation": "sampled_patches", "rule": "instar", "competition": "hard_wta"}
    scenario = {
        "about": "neurons that start from a bar each",
        "stimuli": {"kind": "bars", "side": 4, "train": 50},
        "presentations": 10,
        "layers": [
            {
                "synapse": {"kind": "dense", "neurons": 3},
                "scaling": "mean",
                "rate": {"kind": "constant", "eta": 1e-9},
                **layer,
            }
        ],
    }
    run(scenario, out=tmp_path / "out")
    w = load(tmp_path / "out" / "run.h5").layers["layer1"].projections[0].w
    assert w.any(1).all()
    assert ((w - w.round()).abs() < 1e-6).all()  # still as in the stimuli, 0 or 1
