"""Receptive fields as pictures."""

import numpy as np
import pytest
import torch

from neuroplast import ConfigurationError, run
from neuroplast.analysis.fields import picture, receptive_fields

BARS = {"kind": "oriented_bars", "side": 8}
SHORT = {"layers": [], "phases": [{"presentations": 10}], "stimuli": BARS}


def test_zero_is_mid_grey_and_the_largest_weight_an_end_of_the_scale():
    fields = torch.zeros(2, 1, 2, 2)
    fields[0, 0, 0, 0], fields[1, 0, 1, 1] = 4.0, -2.0
    image = np.asarray(picture(fields, side=2))
    assert image.shape == (2 + 2 * 2, 2 * (2 + 2) + 2, 3)  # two fields of 2 pixels, lines of 2
    first, second = image[2:4, 2:4, 0], image[2:4, 6:8, 0]
    assert first.tolist() == [[255, 128], [128, 128]]
    assert second.tolist() == [[128, 128], [128, 64]]  # one scale: -2 of 4 is half way to black


def test_dense_weights_on_images_are_fields_too(tmp_path):
    dense = {"synapse": {"kind": "dense", "neurons": 3}, "rule": "hebb", "scaling": "mean"}
    layer = {**dense, "rate": {"kind": "constant", "eta": 0.1}}
    done = run({**SHORT, "layers": [layer]}, out=tmp_path / "run")
    fields = receptive_fields(done.path)
    assert fields.shape == (3, 1, 8, 8)
    assert torch.equal(fields.flatten(1), done.network.layers["layer1"].w)


def test_a_run_without_layers_has_none(tmp_path):
    done = run(SHORT, out=tmp_path / "run")
    with pytest.raises(ConfigurationError, match="has no layers"):
        receptive_fields(done.path)
