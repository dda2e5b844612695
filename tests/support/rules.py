"""What the tests of rules share: one view on each kind of synapse, in which no two tensors are equal."""

import pytest

from support import loops
from support.views import view_of

KINDS = ("dense", "conv same", "conv, one position", "conv groups 2", "depthwise x 2")
every_kind = pytest.mark.parametrize("name", KINDS)


def view_in(case):
    """x, u, v, g and w, all different; the effective weights are the weights."""
    x = case.synapse.prepare(case.x())
    activity = {name: case.post(seed=40 + n) for n, name in enumerate("uvg")}
    return view_of(case.synapse, case.w(), x, **activity)


def seen(case):
    """What each neuron sees at each position, from loops."""
    padded = loops.padded(case.synapse, case.x())
    return loops.fields(case.synapse, padded, case.synapse.output_shape(case.shape)[0])


def rows(view):
    """The weights as an array (neurons, fan-in)."""
    return loops.array(view.w).reshape(len(view.w), -1)
