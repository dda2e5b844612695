"""Parts are told where they are to stand, and may refuse it."""

from typing import ClassVar

import pytest
import torch
from support.doubles import Below, Growth, Signed, spec
from torch.testing import assert_close

from neuroplast import (
    Fit,
    Layer,
    Memory,
    Network,
    Normalisation,
    Rate,
    Refusal,
    Rule,
)
from neuroplast.functional import moved
from neuroplast.source import Source


class Watchful(Growth):
    """Keeps what it was told."""

    kind: ClassVar[str] = "watchful"
    told: ClassVar[list[Fit]] = []

    def check(self, fit):
        self.told.append(fit)


class Fussy(Rule):
    """Stands nowhere."""

    kind: ClassVar[str] = "fussy"

    def check(self, fit):
        raise Refusal("nowhere", "fussy: stands nowhere; take another rule")

    def delta(self, view):
        return view.outer(view.g)


class Twofold(Normalisation):
    """Every input twice."""

    kind: ClassVar[str] = "twofold"

    def output_shape(self, shape):
        return (2 * shape[0], *shape[1:])

    def normalise(self, x, memory, adapting):
        return torch.cat([x, x], 1)


class OneOverSteps(Rate):
    """1 / (steps so far, this one included)."""

    kind: ClassVar[str] = "one_over_steps"
    steps = Memory()

    def at(self, view, progress):
        return 1 / (view.memory.steps + 1)

    def adapt(self, view):
        view.memory.steps.add_(1)


class Seeing(Below):
    """Sets every weight to the largest g of the step that changed them, once there is one."""

    kind: ClassVar[str] = "seeing"

    def enforce(self, w, context):
        if context.view is not None:
            w.fill_(context.view.g.max())
        return torch.zeros((), dtype=torch.int64)


@pytest.fixture
def told():
    Watchful.told.clear()
    return Watchful.told


def test_a_part_is_told_its_surroundings(told):
    layer = spec(3, rule=Watchful())
    Layer(layer, (5,), sources=[Source((5,), signed=True, signs=[1, 1, -1, -1, -1])])
    (fit,) = told
    assert (fit.response_shape, fit.input_shape, fit.weight_shape) == ((3,), (5,), (3, 5))
    assert (fit.pre_signed, fit.pre_signs, fit.recurrent) == (True, [1, 1, -1, -1, -1], False)
    assert fit.layer is layer
    assert fit.projection is layer


def test_a_normalisation_may_change_the_shape(told):
    layer = Layer(spec(3, rule=Watchful(), normalisation=Twofold()), (5,))
    assert layer.w.shape == (3, 10)
    assert layer.learn(torch.ones(1, 5)).shape == (1, 3)
    assert told[0].weight_shape == (3, 10)


@pytest.mark.parametrize("signed", [False, True])
def test_a_network_says_whether_stimuli_are_signed(told, signed):
    Network([spec(rule=Watchful())], (2,), signed=signed)
    assert [fit.pre_signed for fit in told] == [signed]


def test_signs_follow_what_is_concatenated_and_not_what_is_added(told):
    two = [
        spec(2, name="a", population=Signed()),
        spec(3, name="b", population=Signed(), input=("stimuli",)),
    ]
    Network([*two, spec(rule=Watchful(), input=("a", "b"), join="concat")], (2,))
    assert told[-1].pre_signs == [1, -1, 1, -1, 1]
    same = [two[0], two[0].model_copy(update={"name": "c"})]
    Network([*same, spec(rule=Watchful(), input=("a", "c"))], (2,))
    assert told[-1].pre_signs is None
    Network([two[0], spec(rule=Watchful(), input=("a", "stimuli"), join="concat")], (2,))
    assert told[-1].pre_signs is None


def test_a_refusal_names_layer_and_reason():
    with pytest.raises(
        Refusal, match=r"layer1: fussy: stands nowhere; .* \(reason: nowhere\)"
    ) as told:
        Network([spec(rule=Fussy())], (2,))
    assert told.value.reason == "nowhere"


def test_rates_remember_while_weights_adapt():
    layer = Layer(spec(rate=(OneOverSteps(),)), (2,))
    layer.load_state({**layer.state, "w": torch.zeros(2, 2)})
    x = torch.tensor([[1.0, 0.0]])
    layer.w.copy_(torch.eye(2))
    layer.learn(x)  # w += 1/1 · 1
    layer.learn(x)  # w += 1/2 · 2
    assert_close(layer.w, torch.tensor([[3.0, 0.0], [0.0, 1.0]]))
    layer.freeze()
    layer.learn(x)
    assert layer.state["rate.0.steps"] == 2


def test_a_constraint_sees_the_step_but_not_at_the_start():
    layer = Layer(spec(constraints=(Seeing(),)), (2,))
    start = layer.w.clone()
    assert not (start == start[0, 0]).all()
    layer.w.copy_(torch.eye(2))
    layer.learn(torch.tensor([[7.0, 1.0]]))
    assert torch.equal(layer.w, torch.full((2, 2), 7.0))


def test_running_means_do_not_know_batches():
    # after one batch of 10, as after ten of one: what is left of the old value is (1 - 1/50)^10
    assert moved(50, 10) == pytest.approx(1 - 0.98**10)
    assert moved(1, 3) == 1.0
