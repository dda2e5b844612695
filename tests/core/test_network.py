"""Layers in a graph, with test doubles for their parts."""

import numpy as np
import pytest
import torch
from support import doubles
from support.doubles import joining, spec
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import ConfigurationError, Network, Progress
from neuroplast.layer import PLASTIC, Adapts
from neuroplast.spec import ProjectionSpec

X = normal(4, 3, dtype=torch.float32)


def weights(network):
    return {name: layer.w.clone() for name, layer in network.layers.items() if layer.projections}


def plastic(network, *names, **groups):
    network.adapt(dict.fromkeys(names or network.layers, Adapts(**groups) if groups else PLASTIC))
    return network


# The graph


def test_a_chain_by_default():
    network = Network([spec(2), spec(5), spec(4)], (3,))
    assert list(network.layers) == ["layer1", "layer2", "layer3"]
    assert [layer.w.shape for layer in network.layers.values()] == [(2, 3), (5, 2), (4, 5)]
    assert network.output_shape == (4,)
    w = weights(network)
    y = network.responses(X)
    assert_close(y["layer3"], X @ w["layer1"].T @ w["layer2"].T @ w["layer3"].T)
    assert list(y) == ["stimuli", "layer1", "layer2", "layer3"]


def test_layers_are_fed_by_the_layers_they_name():
    network = Network(
        [spec(2, name="a"), spec(5, name="b", input=["stimuli"]), spec(4, name="c", input=["a"])],
        (3,),
    )
    w = weights(network)
    y = network.responses(X)
    assert_close(y["b"], X @ w["b"].T)
    assert_close(y["c"], X @ w["a"].T @ w["c"].T)


def test_several_inputs_are_added():
    network = Network([spec(3), spec(4, input=["stimuli", "layer1"])], (3,))
    w = weights(network)
    expected = (X + X @ w["layer1"].T) @ w["layer2"].T
    assert_close(network.responses(X)["layer2"], expected)


def test_or_set_side_by_side_in_the_order_named():
    network = Network([spec(2), spec(4, input=["layer1", "stimuli"], join="concat")], (3,))
    w = weights(network)
    assert w["layer2"].shape == (4, 5)
    expected = torch.cat([X @ w["layer1"].T, X], 1) @ w["layer2"].T
    assert_close(network.responses(X)["layer2"], expected)


def test_maps_are_set_side_by_side_by_channel():
    network = Network(
        [joining(name="a"), joining(name="b", input=["stimuli", "a"], join="concat")], (2, 4, 5)
    )
    assert network.output_shape == (4, 4, 5)
    x = normal(3, 2, 4, 5)
    assert torch.equal(network.responses(x)["b"], torch.cat([x, x], 1))


@pytest.mark.parametrize("join", ["add", "concat"])
def test_the_same_input_twice_counts_twice(join):
    network = Network([joining(name="a", input=["stimuli", "stimuli"], join=join)], (3,))
    expected = 2 * X if join == "add" else torch.cat([X, X], 1)
    assert network.output_shape == tuple(expected.shape[1:])
    assert_close(network.responses(X)["a"], expected)


def test_the_sum_of_a_residual_block():
    network = Network([spec(3, name="a"), joining(name="sum", input=["stimuli", "a"])], (3,))
    assert_close(network.responses(X)["sum"], X + X @ network.layers["a"].w.T)


def test_projections_come_from_the_layers_they_name():
    entries = doubles.common(4)
    projections = (
        ProjectionSpec(**entries, name="near"),  # from the layer's own input
        ProjectionSpec(**entries, name="far", source="stimuli"),
    )
    both = joining(projections=projections)
    network = Network([spec(2), both], (3,))
    near, far = network.layers["layer2"].projections
    assert near.w.shape == (4, 2)
    assert far.w.shape == (4, 3)
    hidden = X @ network.layers["layer1"].w.T
    assert_close(network.responses(X)["layer2"], hidden @ near.w.T + X @ far.w.T)


def test_a_network_without_layers_answers_with_the_stimuli():
    network = Network([], (3,))
    assert network.output_shape == (3,)
    assert torch.equal(network.features(X), X)


# What cannot be meant


def test_unknown_inputs_name_the_layer_and_the_choice():
    with pytest.raises(ConfigurationError, match=r"^b: its input 'c' is no .*stimuli, a$"):
        Network([spec(name="a"), spec(name="b", input=["c"])], (3,))
    with pytest.raises(ConfigurationError, match=r"^a: its input 'b'"):  # not yet there
        Network([spec(name="a", input=["b"]), spec(name="b")], (3,))
    with pytest.raises(ConfigurationError, match=r"^a: its input 'a'"):
        Network([spec(name="a", input=["a"])], (3,))


def test_names_are_taken_once():
    with pytest.raises(ConfigurationError, match="'a' is taken"):
        Network([spec(name="a"), spec(name="a")], (3,))
    with pytest.raises(ConfigurationError, match="'layer2' is taken"):
        Network([spec(name="layer2"), spec()], (3,))
    with pytest.raises(ConfigurationError, match="'stimuli' is taken"):
        Network([spec(name="stimuli")], (3,))


def test_inputs_that_cannot_be_joined_are_shown_with_their_shapes():
    layers = [spec(2), spec(3, input=["stimuli", "layer1"])]
    with pytest.raises(
        ConfigurationError, match=r"layer2: .*by add: stimuli \(3,\), layer1 \(2,\)"
    ):
        Network(layers, (3,))
    flat_and_map = [joining(name="a", pool=Flat()), joining(input=["stimuli", "a"], join="concat")]
    with pytest.raises(ConfigurationError, match=r"layer2: .*by concat: .*\(2, 4, 4\), a \(32,\)"):
        Network(flat_and_map, (2, 4, 4))


class Flat(doubles.Whole):
    def pool(self, y):
        return y.flatten(1)

    def output_shape(self, shape):
        return (torch.Size(shape).numel(),)


class Picky(doubles.Everyone):
    def check(self, fit):
        raise ConfigurationError(f"picky: {fit.response_shape[0]} neurons are too many")


def test_a_layer_that_does_not_fit_is_named_once():
    with pytest.raises(ConfigurationError, match=r"^deep: picky: 7 neurons are too many$"):
        Network([spec(), spec(7, name="deep", competition=Picky())], (3,))


# Learning


def test_a_new_network_is_frozen():
    network = Network([spec(2), spec(2)], (3,))
    before = weights(network)
    network.learn(X)
    assert all(torch.equal(network.layers[n].w, w) for n, w in before.items())


def step(w, x):
    """One step of Growth at rate 1 on a dense layer without competition."""
    return w + (x @ w.T).T @ x


def test_layers_learn_from_what_the_layers_below_answered_before_their_change():
    network = plastic(Network([spec(2), spec(2)], (3,)))
    w = weights(network)
    network.learn(X)
    assert_close(network.layers["layer1"].w, step(w["layer1"], X))
    assert_close(network.layers["layer2"].w, step(w["layer2"], X @ w["layer1"].T))


def test_or_after_their_change_where_that_is_asked():
    network = plastic(Network([spec(2), spec(2)], (3,)))
    w = weights(network)
    network.learn(X, update="after")
    below = network.layers["layer1"].w
    assert_close(below, step(w["layer1"], X))
    assert_close(network.layers["layer2"].w, step(w["layer2"], X @ below.T))


def test_only_the_layers_named_adapt_and_the_others_are_frozen_again():
    network = plastic(Network([spec(2), spec(2), spec(2)], (3,)), "layer2")
    w = weights(network)
    network.learn(X)
    changed = [n for n, before in w.items() if not torch.equal(network.layers[n].w, before)]
    assert changed == ["layer2"]
    assert_close(network.layers["layer2"].w, step(w["layer2"], X @ w["layer1"].T))
    plastic(network, "layer3")
    assert not network.layers["layer2"].adapts
    network.freeze()
    assert not any(layer.adapts for layer in network.layers.values())


def test_layers_above_the_last_that_learns_are_not_asked():
    network = Network([spec(2), spec(2, name="top", similarity=NotAsked())], (3,))
    plastic(network, "layer1").learn(X)
    with pytest.raises(AssertionError):
        network.responses(X)
    network.responses(X, upto="layer1")


@pytest.mark.parametrize("update", ["before", "after"])
def test_the_last_layer_that_learns_is_not_asked_for_its_response(update):
    network = plastic(Network([spec(2), spec(2, population=Mute())], (3,)))
    w = weights(network)
    network.learn(X, update=update)
    network.learn_from("layer2", {"layer1": X[:, :2]})
    assert not torch.equal(network.layers["layer2"].w, w["layer2"])
    with pytest.raises(AssertionError):
        network.responses(X)


class Mute(doubles.Answer):
    def respond(self, v, g):
        raise AssertionError("asked")


class NotAsked(doubles.Straight):
    def drive(self, geometry, x, w_e):
        raise AssertionError("asked")


def test_frozen_layers_below_keep_their_statistics():
    below = spec(2, normalisation=doubles.Centred())
    network = plastic(Network([below, spec(2)], (3,)), "layer2")
    network.learn(X)
    assert (network.layers["layer1"].state["normalisation.mean"] == 0).all()


def test_progress_and_labels_reach_the_layers():
    rewarded = spec(2, rule=doubles.Rewarded(), signals={"reward": doubles.Correct()})
    network = plastic(Network([spec(2, rate=(doubles.OfTheStep(),)), rewarded], (3,)))
    w, labels = weights(network), torch.full((4,), 10_000)
    network.learn(X, labels, Progress(step=5, steps=100))
    eta = torch.tensor([[5.0], [6.0]])
    assert_close(
        network.layers["layer1"].w, w["layer1"] + eta * (step(w["layer1"], X) - w["layer1"])
    )
    below = X @ w["layer1"].T  # nothing exceeds its label, so every stimulus is punished
    assert_close(network.layers["layer2"].w, 2 * w["layer2"] - step(w["layer2"], below))


def test_a_step_by_network_equals_a_step_by_layer():
    one, two = (plastic(Network([spec(2), spec(2)], (3,))) for _ in range(2))
    for _ in range(3):
        one.learn(X * 0.1)
        outputs = {"stimuli": X * 0.1}
        for name, layer in two.layers.items():
            source = two.sources[name][0][0]
            outputs[name] = layer.learn(outputs[source])
    assert all(torch.equal(a, weights(two)[n]) for n, a in weights(one).items())


# Features


def test_features_are_the_flattened_responses():
    network = Network([joining(name="a"), joining(name="b", pool=doubles.Total())], (2, 3, 4))
    x = normal(5, 2, 3, 4, dtype=torch.float32)
    assert torch.equal(network.features(x, "a"), x.flatten(1))
    assert_close(network.features(x), x.sum(1).flatten(1))
    assert network.features(x.double()).dtype == torch.float32
    assert not network.features(x).requires_grad


def test_bytes_stand_for_shares_of_255():
    network = Network([joining()], (2,))
    assert_close(
        network.features(torch.tensor([[0, 255], [51, 102]], dtype=torch.uint8)),
        torch.tensor([[0.0, 1.0], [0.2, 0.4]]),
    )


@pytest.mark.parametrize("batch", [1, 3, 4, 5, 250])
def test_features_do_not_depend_on_the_batch(batch):
    network = Network([spec(2, normalisation=doubles.Centred()), spec(2)], (3,))
    assert_close(network.features(X, batch=batch), network.features(X, batch=4))


def test_arrays_are_taken_as_they_come():
    network, x = Network([joining()], (3,)), X.numpy()
    read_only = x.copy()
    read_only.flags.writeable = False  # as a memory map is
    for given in (x, read_only, x[::-1][::-1], np.asfortranarray(x), x.astype(">f4")):
        assert_close(network.features(given), X)
    assert_close(network.features(x[::-1]), X.flip(0))
    assert_close(network.features(x.tolist()), X)


def test_no_images_give_no_features():
    assert Network([spec(7)], (3,)).features(torch.zeros(0, 3)).shape == (0, 7)


@pytest.mark.parametrize("adapting", [False, True])
def test_features_are_those_of_the_frozen_network_and_leave_it(adapting):
    network = Network([spec(2, normalisation=doubles.Centred(), dynamics=(doubles.Tally(),))], (3,))
    layer = plastic(network).layers["layer1"]
    network.learn(X + 5)
    if not adapting:
        network.freeze()
    adapts, before = layer.adapts, {k: t.clone() for k, t in layer.state.items()}
    expected = (X - before["normalisation.mean"]) @ layer.w.T - 1
    assert_close(network.features(X), expected)
    assert all(torch.equal(before[k], t) for k, t in layer.state.items())
    assert layer.adapts == adapts


def test_images_or_layers_that_are_not_there_are_refused():
    network = Network([spec(2)], (3,))
    with pytest.raises(ConfigurationError, match=r"shape \(4,\) were given to .* takes \(3,\)"):
        network.features(torch.zeros(2, 4))
    with pytest.raises(ConfigurationError, match=r"no layer 'layer9'; there are layer1"):
        network.features(X, "layer9")


# State and randomness


def test_networks_of_one_seed_are_equal_and_of_another_not():
    one, two, other = (Network([spec(2), spec(2)], (3,), seed=s) for s in (1, 1, 2))
    for name, w in weights(one).items():
        assert torch.equal(w, weights(two)[name])
        assert not torch.equal(w, weights(other)[name])


def test_another_layer_on_top_does_not_shift_those_below():
    small, large = Network([spec(2)], (3,)), Network([spec(2), spec(2)], (3,))
    assert torch.equal(small.layers["layer1"].w, large.layers["layer1"].w)


def test_state_goes_out_and_back_in():
    one, two = (plastic(Network([spec(2), spec(2)], (3,), seed=s)) for s in (1, 2))
    one.learn(X)
    two.load_state({k: {n: t.clone() for n, t in v.items()} for k, v in one.state().items()})
    assert torch.equal(one.features(X), two.features(X))


# What initialisations and constraints learn of the layers below


def test_an_initialisation_sees_the_layers_own_normalised_input():
    second = spec(2, initialisation=doubles.FirstInputs(), normalisation=doubles.Centred())
    network = Network([spec(3), second], (3,), sample=lambda: X)
    below = X @ network.layers["layer1"].w.T
    assert_close(network.layers["layer2"].w, (below - below.mean(0))[:2])
    assert (network.layers["layer2"].state["normalisation.mean"] == 0).all()


def test_initialising_a_layer_leaves_the_layers_below():
    """They answer by the batch's statistics, having no running ones yet, and remember nothing."""
    first = spec(3, normalisation=doubles.Centred(), dynamics=(doubles.Tally(),))
    second = spec(2, initialisation=doubles.FirstInputs())
    network = Network([first, second], (3,), sample=lambda: X)
    below = (X - X.mean(0)) @ network.layers["layer1"].w.T
    assert_close(network.layers["layer2"].w, below[:2])
    state = network.layers["layer1"].state
    assert (state["normalisation.mean"] == 0).all()
    assert state["dynamics.0.steps"] == 0


class Knowing(doubles.Below):
    def start(self, w, context):
        w.fill_(0.0 if context.pre_signs is None else 1.0)
        if context.pre_signs is not None:
            w.mul_(context.pre_signs)


def test_signs_of_a_population_reach_the_constraints_of_the_layer_that_it_feeds():
    bound = (Knowing(bound=9),)
    network = Network(
        [spec(3, population=doubles.Signed(), constraints=bound), spec(2, constraints=bound)], (3,)
    )
    assert (network.layers["layer1"].w == 0).all()  # stimuli have no signs
    assert torch.equal(network.layers["layer2"].w, torch.tensor([[1.0, -1.0, 1.0]] * 2))
