"""A layer's step, with test doubles for its parts; the SoftHebb step is in test_layer_softhebb.py."""

from itertools import product

import pytest
import torch
from support import doubles
from support.doubles import common, joining, neural, spec
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import ConfigurationError, Layer, LayerSpec, LearningError, Progress
from neuroplast.layer import FROZEN, PLASTIC, Adapts
from neuroplast.spec import ProjectionSpec

X = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
W = torch.tensor([[0.5, 1.0], [-1.0, 2.0]])


def layer_of(layer_spec, *shapes, w=W, **given):
    layer = Layer(layer_spec, *(shapes or ((2,),)), **given)
    if w is not None:
        layer.w.copy_(w)
    return layer


def snapshot(layer):
    return {name: tensor.clone() for name, tensor in layer.state.items()}


def changed(layer, before):
    return {name for name, tensor in layer.state.items() if not torch.equal(tensor, before[name])}


# One step


def test_a_step_by_hand():
    layer = layer_of(spec())
    y = layer.learn(X)
    # u = x wᵀ: [0.5 + 2, -1 + 4] and [1.5 - 1, -3 - 2]
    assert_close(y, torch.tensor([[2.5, 3.0], [0.5, -5.0]]))
    # Δ = uᵀ x: [2.5·1 + .5·3, 2.5·2 - .5] = [4 4.5];  [3 - 15, 6 + 5] = [-12 11]
    assert_close(layer.w, W + torch.tensor([[4.0, 4.5], [-12.0, 11.0]]))


def test_the_response_is_that_of_the_weights_before_the_change():
    layer = layer_of(spec())
    kept = layer.learn(X).clone()
    assert_close(kept, X @ W.T)
    assert_close(layer.respond(X), X @ layer.w.T)
    assert not torch.equal(layer.w, W)


def test_or_of_the_changed_weights_where_that_is_asked():
    after, before = layer_of(spec()), layer_of(spec())
    y = after.learn(X, respond_after=True)
    before.learn(X)
    assert torch.equal(after.w, before.w)
    assert_close(y, X @ after.w.T)


def test_it_learns_the_same_where_nobody_hears_it():
    heard, unheard = layer_of(spec()), layer_of(spec())
    heard.learn(X)
    assert unheard.learn_unheard(X) is None
    assert torch.equal(heard.w, unheard.w)
    assert all(torch.equal(t, unheard.state[name]) for name, t in heard.state.items())


def test_the_response_after_uses_the_effective_weights_of_the_changed_ones():
    layer = layer_of(spec(effective=doubles.Magnitude()))
    y = layer.learn(X, respond_after=True)
    assert_close(y, X @ layer.w.abs().T)


def test_the_response_after_uses_what_the_batch_was_normalised_to():
    layer = layer_of(spec(normalisation=doubles.Centred(), population=doubles.Chosen()))
    y = layer.learn(X, respond_after=True)
    assert_close(y, (X - X.mean(0)) @ layer.w.T)


def test_every_part_of_the_sentence_takes_its_place():
    """x̂ = 2x, w_e = |w|, u = 3 w_e x̂, v = (u + 1)·10, g = -v, Δ = Σ g x̂, w += η Δ, w ≤ 1, y = v of 5 w_e x̂."""
    layer = layer_of(
        spec(
            normalisation=doubles.AsGiven(gain=2),
            effective=doubles.Magnitude(),
            similarity=doubles.Straight(gain=3),
            response_similarity=doubles.Straight(gain=5),
            dynamics=(doubles.Shift(by=1), doubles.Shift(factor=10)),
            competition=doubles.Everyone(gain=-1),
            rate=(doubles.Fixed(eta=0.01), doubles.OfTheStep()),
            constraints=(doubles.Below(bound=1.0),),
            pool=doubles.Total(),
        )
    )
    layer.w.copy_(W)
    y = layer.learn(X, progress=Progress(step=2, steps=5))
    u = 3 * (2 * X) @ W.abs().T
    g = -(u + 1) * 10
    dw = g.T @ (2 * X)
    eta = 0.01 * torch.tensor([[2.0], [3.0]])
    assert_close(layer.w, (W + eta * dw).clamp(max=1))
    assert_close(y, ((5 * (2 * X) @ W.abs().T + 1) * 10).sum(1, keepdim=True))
    assert layer.output_shape == (1,)
    assert layer.response_shape == (2,)


def test_the_decay_multiplies_the_effective_weights_and_the_change_enters_w():
    layer = layer_of(spec(effective=doubles.Magnitude(), rule=doubles.Fading()))
    layer.learn(X)
    g = X @ W.abs().T
    assert_close(layer.w, W - g.sum(0)[:, None] * W.abs())


def test_constraints_hold_in_order_at_the_start_and_after_every_change():
    bounds = (doubles.Below(bound=0.5), doubles.Below(bound=0.2))
    layer = Layer(spec(initialisation=doubles.Ones(), constraints=bounds), (2,))
    assert torch.equal(layer.w, torch.full((2, 2), 0.2))
    assert layer.projections[0].corrected == 0  # the start is not counted
    layer.learn(torch.ones(1, 2))  # g = 0.4, so every weight would be 0.6
    assert_close(layer.w, torch.full((2, 2), 0.2))
    assert layer.projections[0].corrected == 8  # four by 0.5, four more by 0.2


def test_the_first_constraint_acts_first():
    bounds = (doubles.Below(bound=0.2), doubles.Below(bound=0.5))
    layer = Layer(spec(initialisation=doubles.Ones(), constraints=bounds), (2,))
    layer.learn(torch.ones(1, 2))
    assert layer.projections[0].corrected == 4  # nothing is left to do for the second


def test_neurons_adapt_after_the_weights():
    layer = layer_of(spec(dynamics=(doubles.Tally(),)))
    layer.learn(X)
    assert_close(layer.state["dynamics.0.theta"], layer.w.sum(1))
    assert layer.state["dynamics.0.steps"] == 1
    y = layer.learn(X)  # v = u - 1 now
    assert layer.state["dynamics.0.steps"] == 2
    assert y.shape == (2, 2)


def test_what_the_dynamics_remember_is_used_in_the_next_step():
    layer = layer_of(spec(dynamics=(doubles.Tally(),), rule=None))
    first, second = layer.learn(X), layer.learn(X)
    assert_close(second, first - 1)


def test_without_a_rule_the_weights_stay():
    layer = layer_of(spec(rule=None, constraints=(doubles.Below(bound=-5),)), w=None)
    layer.w.fill_(1)
    layer.learn(X)
    assert (layer.w == 1).all()


def test_the_input_is_left_as_it_is():
    layer, x = layer_of(spec()), X.clone()
    layer.learn(x)
    assert torch.equal(x, X)


def test_no_gradients_are_kept():
    layer = layer_of(spec())
    assert not layer.learn(X.clone().requires_grad_()).requires_grad
    layer.w.requires_grad_()
    assert layer.respond(X).requires_grad  # the gradient objective needs them here


# Which groups adapt


MEMORIES = {
    "weights": {"w", "rule.calls", "step.calls", "constraints.0.calls"},
    "neurons": {"dynamics.0.steps", "dynamics.0.theta", "competition.steps"},
    "statistics": {"normalisation.mean"},
}


def with_memories():
    return layer_of(
        spec(
            normalisation=doubles.Centred(),
            dynamics=(doubles.Tally(),),
            constraints=(doubles.Below(bound=100),),
        )
    )


@pytest.mark.parametrize("groups", list(product([False, True], repeat=3)))
def test_what_is_frozen_keeps_every_bit(groups):
    layer = with_memories()
    assert set().union(*MEMORIES.values()) == set(layer.state)
    layer.adapts = Adapts(*groups)
    before = snapshot(layer)
    layer.learn(X + 1)
    adapting = [MEMORIES[name] for name, on in zip(MEMORIES, groups, strict=True) if on]
    assert changed(layer, before) == set().union(*adapting)


def test_freeze_stops_everything_and_responding_changes_nothing_when_frozen():
    layer = with_memories()
    assert layer.adapts == PLASTIC
    layer.learn(X)
    layer.freeze()
    assert layer.adapts == FROZEN
    assert not layer.adapts
    before = snapshot(layer)
    for _ in range(3):
        layer.learn(X)
        layer.respond(X + 5)
    assert changed(layer, before) == set()


def test_responding_moves_no_more_than_the_statistics():
    layer = with_memories()
    before = snapshot(layer)
    layer.respond(X + 1)
    assert changed(layer, before) == {"normalisation.mean"}


def test_frozen_statistics_are_the_remembered_ones():
    layer = with_memories()
    layer.learn(X)
    layer.adapts = Adapts(weights=True)
    mean = layer.state["normalisation.mean"].clone()
    w = layer.w.clone()
    steps = layer.state["dynamics.0.steps"]
    assert_close(layer.learn(X + 10), (X + 10 - mean) @ w.T - steps)


def test_a_frozen_layer_does_not_compete_in_vain():
    layer = layer_of(spec(competition=doubles.Never()))
    layer.freeze()
    layer.learn(X)
    layer.respond(X)
    layer.adapts = Adapts(statistics=True)
    layer.learn(X)


def test_but_it_does_where_the_response_is_the_winners():
    layer = layer_of(spec(competition=doubles.Everyone(gain=7), population=doubles.Chosen()))
    layer.freeze()
    assert_close(layer.respond(X), 7 * X @ W.T)


# Randomness and state


def test_the_same_seed_gives_the_same_bits():
    one, two, other = (Layer(spec(), (2,), seed=s) for s in (3, 3, 4))
    for _ in range(3):
        for layer in (one, two, other):
            layer.learn(X * 0.1)
    assert torch.equal(one.w, two.w)
    assert not torch.equal(one.w, other.w)


def test_the_global_random_stream_neither_matters_nor_moves():
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    one = Layer(spec(), (2,), seed=3)
    one.learn(X)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(Layer(spec(), (2,), seed=3).w, Layer(spec(), (2,), seed=3).w)


def test_layers_of_other_names_draw_other_weights():
    one, two = (Layer(spec(name=name), (2,), seed=3) for name in ("layer1", "layer2"))
    assert not torch.equal(one.w, two.w)


def test_another_part_does_not_shift_the_numbers_of_the_first():
    plain, more = Layer(spec(), (2,)), Layer(spec(constraints=(doubles.Below(bound=99),)), (2,))
    assert torch.equal(plain.w, more.w)


def test_state_goes_out_and_back_in():
    one, two = with_memories(), with_memories()
    for _ in range(2):
        one.learn(X * 0.1)
    held = two.w
    two.load_state(snapshot(one))
    assert two.w is held  # in place
    for _ in range(2):
        assert torch.equal(one.learn(X * 0.1), two.learn(X * 0.1))
    assert all(torch.equal(one.state[k], two.state[k]) for k in one.state)


def test_state_of_another_layer_is_refused_whole():
    layer = with_memories()
    before = snapshot(layer)
    missing = {k: v for k, v in before.items() if k != "rule.calls"}
    with pytest.raises(ConfigurationError, match=r"'rule.calls' is only on one side"):
        layer.load_state(missing)
    with pytest.raises(ConfigurationError, match=r"'step.momentum' is only on one side"):
        layer.load_state({**before, "step.momentum": torch.zeros(1)})
    wrong = {name: t + 1 for name, t in before.items()} | {"w": torch.zeros(2, 3)}
    with pytest.raises(ConfigurationError, match=r"w has shape \(2, 2\), the stored one \(2, 3\)"):
        layer.load_state(wrong)
    assert changed(layer, before) == set()


def test_initial_weights_are_the_layers_own():
    """An initialisation may hand out a part of its inputs; learning must not change the stimuli."""
    stimuli = normal(5, 3, dtype=torch.float32)
    kept = stimuli.clone()
    given = spec(
        initialisation=doubles.FirstInputs(), normalisation=doubles.Centred(), rule=doubles.Fading()
    )
    layer = Layer(given, (3,), inputs=lambda: [stimuli])
    assert_close(layer.w, (stimuli - stimuli.mean(0))[:2])  # normalised like the layer's input
    assert (layer.state["normalisation.mean"] == 0).all()  # and nothing was remembered of it
    as_they_are = given.model_copy(update={"normalisation": doubles.AsGiven()})
    layer = Layer(as_they_are, (3,), inputs=lambda: [stimuli])
    assert torch.equal(layer.w, kept[:2])
    layer.learn(stimuli)
    assert not torch.equal(layer.w, kept[:2])
    assert torch.equal(stimuli, kept)


# Several projections, or none


def two_projections(**second):
    projections = (
        ProjectionSpec(**{**common(), "name": "left", "source": "stimuli"}),
        ProjectionSpec(
            **{**common(), "rule": doubles.Fading(), "rate": (doubles.Fixed(eta=0.1),), **second}
        ),
    )
    plain = {k: v for k, v in common().items() if k not in ("synapse", "rule", "scaling", "rate")}
    return LayerSpec(**{**plain, **neural(), "projections": projections})


def test_projections_add_their_drives_and_learn_each_by_its_own_rule():
    layer = Layer(two_projections(), (2,), (3,))
    left, right = (p.w.clone() for p in layer.projections)
    assert right.shape == (2, 3)
    z = torch.tensor([[1.0, 0.0, 2.0], [0.5, 1.0, -1.0]])
    y = layer.learn([X, z])
    u = X @ left.T + z @ right.T
    assert_close(y, u)
    assert_close(layer.projections[0].w, left + u.T @ X)
    assert_close(layer.projections[1].w, right - 0.1 * u.sum(0)[:, None] * right)
    assert_close(layer.respond([X, z]), X @ layer.projections[0].w.T + z @ layer.projections[1].w.T)


def test_the_state_of_projections_is_told_apart_by_name():
    layer = Layer(two_projections(), (2,), (3,))
    names = {"left.w", "left.rule.calls", "left.step.calls", "1.w", "1.step.calls"}
    assert set(layer.state) == names | {"competition.steps"}
    assert not torch.equal(layer.state["left.w"], layer.state["1.w"][:, :2])
    with pytest.raises(ConfigurationError, match="2 projections"):
        _ = layer.w


def test_projections_of_different_sizes_are_refused():
    with pytest.raises(ConfigurationError, match=r"different shapes.*\(2,\).*\(3,\)"):
        Layer(two_projections(synapse=doubles.Matrix(neurons=3)), (2,), (3,))


def test_a_layer_without_a_synapse_responds_and_pools():
    layer = Layer(joining(pool=doubles.Total()), (2,))
    assert layer.output_shape == (1,)
    assert_close(layer.learn(X), X.sum(1, keepdim=True))
    assert_close(layer.learn(X, respond_after=True), X.sum(1, keepdim=True))
    assert_close(layer.respond(X), X.sum(1, keepdim=True))
    assert layer.state["competition.steps"] == 0


# Signals


def rewarded(**entries):
    return spec(rule=doubles.Rewarded(), signals={"reward": doubles.Correct()}, **entries)


def test_a_signal_is_a_third_factor():
    layer = layer_of(rewarded(pool=doubles.Total()))
    layer.learn(X, labels=torch.tensor([1, 1]))
    # u = [2.5 3], [0.5 -5]: the first stimulus is rewarded (2.5 > 1), the second punished
    u = X @ W.T
    reward = torch.tensor([[1.0], [-1.0]])
    assert_close(layer.w, W + (u * reward).T @ X)


def test_signals_need_labels():
    layer = layer_of(rewarded())
    with pytest.raises(ConfigurationError, match=r"signals \(reward\) need labels"):
        layer.learn(X)
    assert torch.equal(layer.w, W)


def test_a_frozen_layer_needs_no_labels():
    layer = layer_of(rewarded())
    layer.freeze()
    assert_close(layer.learn(X), X @ W.T)


# When learning cannot go on


def test_a_change_that_is_not_finite_names_layer_step_rule_and_remedy():
    layer = layer_of(spec(name="deep", scaling=doubles.Refusing(), rule=doubles.Fading()))
    with pytest.raises(
        LearningError,
        match=r"^deep: change not finite at step 812 under rule 'fading'; feed it less$",
    ):
        layer.learn(X, progress=Progress(step=812, steps=1000))
    assert torch.equal(layer.w, W), "a change that is not finite was applied"


def test_a_rule_without_a_hint_has_a_remedy_too():
    layer = layer_of(spec(scaling=doubles.Refusing()))
    with pytest.raises(LearningError, match=r"layer: .*rule 'growth'; lower the rate or bound"):
        layer.learn(X)


# Observers


class Watcher:
    def __init__(self):
        self.seen = []

    def presented(self, layer, views):
        self.seen.append(("presented", layer.w.clone(), [v.g for v in views]))

    def applied(self, layer, projection):
        self.seen.append(("applied", projection.w.clone(), projection.name))

    def changed(self, layer):
        self.seen.append(("changed", layer.w.clone(), layer.state["competition.steps"].item()))


def test_an_observer_sees_the_step_before_and_after_the_change():
    layer = layer_of(spec(competition=doubles.Everyone(gain=2)))
    layer.observer = Watcher()
    layer.learn(X)
    (first, before, (g,)), (second, applied, name), (third, after, steps) = layer.observer.seen
    assert (first, second, third) == ("presented", "applied", "changed")
    assert (name, steps) == (layer.name, 1)
    assert torch.equal(before, W)
    assert torch.equal(applied, layer.w)
    assert torch.equal(after, layer.w)
    assert_close(g, 2 * X @ W.T)


def test_an_observer_sees_the_change_before_constraints_do():
    layer = layer_of(spec(constraints=doubles.Below(bound=1.0)))
    layer.observer = Watcher()
    layer.learn(X)
    _, (_, applied, _), (_, after, _) = layer.observer.seen
    assert_close(applied, W + torch.tensor([[4.0, 4.5], [-12.0, 11.0]]))
    assert_close(after, applied.clamp(max=1.0))


def test_an_observer_sees_the_competition_of_a_frozen_layer():
    layer = layer_of(spec(competition=doubles.Everyone(gain=2)))
    layer.freeze()
    layer.observer = Watcher()
    layer.learn(X)
    assert_close(layer.observer.seen[0][2][0], 2 * X @ W.T)


def test_learning_is_the_same_with_and_without_an_observer():
    watched, alone = layer_of(spec()), layer_of(spec())
    watched.observer = Watcher()
    assert torch.equal(watched.learn(X), alone.learn(X))
    assert torch.equal(watched.w, alone.w)


# Random streams


def test_every_stream_that_learning_draws_from_has_a_name():
    bounds = (doubles.Below(), doubles.Below(bound=2.0))
    one = Layer(spec(constraints=bounds), (2,), seed=3)
    again = Layer(spec(constraints=bounds), (2,), seed=3)
    assert sorted(one.generators) == ["constraints.0", "constraints.1"]
    drawn = [
        [torch.rand(3, generator=g) for g in each.generators.values()] for each in (one, again)
    ]
    assert torch.equal(drawn[0][0], drawn[1][0])
    assert not torch.equal(drawn[0][0], drawn[0][1])


def test_of_several_projections_the_streams_are_told_apart_by_name():
    layer = Layer(two_projections(constraints=(doubles.Below(),)), (2,), (3,))
    assert list(layer.generators) == ["1.constraints.0"]
