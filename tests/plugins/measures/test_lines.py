"""Lines that have a neuron of their own, for neurons that answer what they are told to."""

import pytest
import torch

from neuroplast import ConfigurationError, Network
from neuroplast.build import layer_spec
from neuroplast_plugins.measures.lines import Lines

ROWS = torch.eye(3).unsqueeze(2).expand(-1, -1, 3)
LINES = torch.cat([ROWS, ROWS.mT])
"""Three rows and three columns of 3 x 3 pixels, each alone."""


def images(*there):
    """An image of each set of lines, given by their numbers: rows 0 to 2, columns 3 to 5."""
    return torch.stack([LINES[list(numbers)].amax(0) for numbers in there]).unsqueeze(1)


def measured(fields, stimuli, offset=2.5, **parameters):
    """Neurons whose drive is the sum over their field, and that are active where more than 2.5 of it is lit."""
    spec = layer_spec(synapse={"kind": "dense", "neurons": len(fields)})
    network = Network([spec], (1, 3, 3))
    network.layers["layer1"].w.copy_(torch.stack(fields).flatten(1))
    return Lines(active=offset, **parameters).measure(network, stimuli)


ALL = images(*[[k] for k in range(6)], [0, 3], [1, 4], [2, 5], [0, 1])


def test_a_detector_for_each_line():
    """A field is one line; three of its pixels are lit where the line is there, fewer by lines that cross it."""
    assert measured(list(LINES), ALL) == {"alone": 6.0, "found": 6.0}


def test_two_detectors_of_one_line_find_one():
    assert measured([LINES[0], LINES[0], LINES[4]], ALL) == {"alone": 2.0, "found": 2.0}


def test_a_neuron_for_two_lines_finds_at_most_one():
    """Active with row 0 and row 1: alone, for both. Row 0 is in 3 of the 5 images with either, row 1 in 3."""
    both = LINES[0] + LINES[1]
    assert measured([both], images([0], [1], [0, 1]))["alone"] == 0
    # each row is in two of the three images in which it is active, which is more than half
    assert measured([both], images([0], [1], [0, 1]))["found"] == 2
    # and in two of four: not more than half
    assert measured([both], images([0], [1], [0, 3], [1, 3]))["found"] == 0


def test_half_of_the_images_with_a_line_is_not_enough():
    """Active where row 0 and column 0 are both there: five lit pixels of its field of five."""
    corner = (LINES[0] + LINES[3]).clamp_max(1)
    found = measured([corner], images([0, 3], [0], [3], [1]), offset=4.5)
    assert found == {"alone": 0.0, "found": 0.0}
    # in two of three images with row 0, and those with column 0
    found = measured([corner], images([0, 3], [0, 3], [0], [3], [1]), offset=4.5)
    assert found == {"alone": 0.0, "found": 2.0}


def test_silent_and_always_active_neurons_find_nothing():
    assert measured([torch.zeros(3, 3)], ALL) == {"alone": 0.0, "found": 0.0}
    assert measured([torch.ones(3, 3)], ALL, offset=0.5) == {"alone": 0.0, "found": 0.0}


def test_dim_lines_are_lines_where_so_said():
    assert measured(list(LINES), 0.4 * ALL, offset=1.0)["found"] == 0
    assert measured(list(LINES), 0.4 * ALL, offset=1.0, lit=0.3)["found"] == 6


@pytest.mark.parametrize("shape", [(5, 9), (5, 3, 3, 3)])
def test_what_is_no_image_of_one_channel(shape):
    with pytest.raises(ConfigurationError, match="give it images of one channel"):
        measured([LINES[0]], torch.zeros(shape))
