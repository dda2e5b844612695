"""Windows drawn on paper: which pixels synapses see, in the middle, at the borders, and beyond."""

from types import SimpleNamespace

import pytest

from neuroplast import registry
from neuroplast_plugins.claims.synapses.windows import windows


def synapse(**parameters):
    given = {"kernel": 3, "stride": 1, "dilation": 1, "padding": "same", "border": "zeros"}
    return SimpleNamespace(**{**given, **parameters})


def seen(kind, parameters, shape, neuron, position):
    known = registry.current()
    part = known.get("synapse", kind).part(**parameters)
    return known.claims("synapse", kind).sees(part, shape, neuron, position)


@pytest.mark.parametrize(
    ("parameters", "size", "expected"),
    [
        ({}, 5, 5),
        ({"padding": 0}, 5, 3),
        ({"stride": 2}, 5, 3),  # centres at 0, 2, 4
        ({"stride": 2}, 6, 3),  # and not at 6
        ({"dilation": 2}, 5, 5),  # two more on each side
        ({"dilation": 2, "padding": 0}, 7, 3),  # a field of 5
        (
            {"kernel": 4, "padding": 1, "stride": 3},
            7,
            2,
        ),  # 9 with padding: 0-3, 3-6, and 6-9 does not fit
    ],
)
def test_how_many_windows_fit(parameters, size, expected):
    assert windows(synapse(**parameters), size) == expected


@pytest.mark.parametrize(
    ("border", "row"),
    [("reflect", [1, 0, 1]), ("replicate", [0, 0, 1]), ("circular", [3, 0, 1])],
)
def test_above_the_first_row(border, row):
    """A 3 by 3 window around pixel (0, 1) of a 4 by 3 image."""
    parameters = {"neurons": 1, "kernel": 3, "border": border}
    expected = [(0, r, c) for r in row for c in (0, 1, 2)]
    assert seen("conv2d", parameters, (1, 4, 3), 0, (0, 1)) == expected


@pytest.mark.parametrize(
    ("border", "column"),
    [("reflect", [1, 2, 1]), ("replicate", [1, 2, 2]), ("circular", [1, 2, 0])],
)
def test_right_of_the_last_column(border, column):
    """A 3 by 3 window around pixel (1, 2) of a 4 by 3 image."""
    parameters = {"neurons": 1, "kernel": 3, "border": border}
    expected = [(0, r, c) for r in (0, 1, 2) for c in column]
    assert seen("conv2d", parameters, (1, 4, 3), 0, (1, 2)) == expected


def test_two_pixels_beyond_the_edge():
    """A field of five in a row of three, reflected on both edges: 2 1 | 0 1 2 | 1 0."""
    parameters = {"neurons": 1, "kernel": 5, "border": "reflect"}
    found = seen("conv2d", parameters, (1, 3, 3), 0, (0, 0))
    rows = [index[1] for index in found[::5]]
    assert rows == [2, 1, 0, 1, 2]
    found = seen("conv2d", parameters, (1, 3, 3), 0, (2, 2))
    assert [index[2] for index in found[:5]] == [0, 1, 2, 1, 0]


def test_zeros_are_seen_as_nothing():
    found = seen("conv2d", {"neurons": 1, "kernel": 3, "border": "zeros"}, (1, 2, 2), 0, (0, 0))
    assert found == [None, None, None, None, (0, 0, 0), (0, 0, 1), None, (0, 1, 0), (0, 1, 1)]


def test_stride_moves_the_window_and_dilation_spreads_it():
    parameters = {"neurons": 1, "kernel": 2, "stride": 3, "dilation": 2, "padding": 0}
    assert seen("conv2d", parameters, (1, 6, 6), 0, (1, 0)) == [
        (0, 3, 0),
        (0, 3, 2),
        (0, 5, 0),
        (0, 5, 2),
    ]


def test_groups_see_their_own_channels():
    parameters = {"neurons": 4, "kernel": 1, "groups": 2}
    found = [seen("conv2d", parameters, (4, 1, 1), neuron, (0, 0)) for neuron in range(4)]
    assert found == [[(0, 0, 0), (1, 0, 0)]] * 2 + [[(2, 0, 0), (3, 0, 0)]] * 2


def test_depthwise_neurons_of_a_channel_stand_together():
    found = [
        seen("depthwise", {"kernel": 1, "multiplier": 2}, (2, 1, 1), neuron, (0, 0))
        for neuron in range(4)
    ]
    assert found == [[(0, 0, 0)], [(0, 0, 0)], [(1, 0, 0)], [(1, 0, 0)]]


def test_dense_neurons_see_images_row_by_row():
    found = seen("dense", {"neurons": 1}, (2, 1, 2), 0, ())
    assert found == [(0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 1)]
