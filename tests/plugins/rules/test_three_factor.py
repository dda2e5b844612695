import pytest
import torch
from support.numbers import assert_near, normal
from support.remembering import changes, memory
from support.views import conv_view, dense_view

from neuroplast import ConfigurationError, build_layer
from neuroplast_plugins.rules.hebb import Hebb
from neuroplast_plugins.rules.three_factor import ThreeFactor


def told(values, kept, x, g, w=None, name="reward"):
    x, g = (torch.tensor(t, dtype=torch.float64) for t in (x, g))
    w = torch.zeros(g.shape[1], x.shape[1]).double() if w is None else w
    signals = {name: torch.tensor(values, dtype=torch.float64)}
    return dense_view(w, x, g, signals=signals, memory=kept)


def test_two_steps_of_one_stimulus_by_hand():
    kept = memory(e=[[0.0, 0.0]])
    one = told([2.0], kept, [[1.0, 2.0]], [[3.0]])
    two = told([-1.0], kept, [[1.0, 0.0]], [[1.0]])
    first, second = changes(ThreeFactor(retention=0.5), one, two)
    assert_near(first, torch.tensor([[6.0, 12.0]]))  # e = [3 6]
    assert_near(second, torch.tensor([[-2.5, -3.0]]))  # e = [1.5 + 1, 3]
    assert_near(kept.e, torch.tensor([[2.5, 3.0]]))


def test_reward_that_comes_later_teaches_what_was_done_before():
    kept = memory(e=[[0.0, 0.0]])
    acted, rewarded = (
        told([0.0], kept, [[1.0, 2.0]], [[3.0]]),
        told([1.0], kept, [[5.0, 5.0]], [[0.0]]),
    )
    first, second = changes(ThreeFactor(retention=0.5), acted, rewarded)
    assert (first == 0).all()
    assert_near(second, torch.tensor([[1.5, 3.0]]))


def test_each_stimulus_of_a_batch_has_its_own_factor():
    kept = memory(e=[[8.0, 0.0]])
    (dw,) = changes(
        ThreeFactor(retention=0.25),
        told([1.0, -3.0], kept, [[1.0, 2.0], [4.0, 0.0]], [[3.0], [1.0]]),
    )
    # 1·3·[1 2] - 3·1·[4 0] = [-9 6], and the mean factor -1 times 0.25·8
    assert_near(dw, torch.tensor([[-11.0, 6.0]]))
    assert_near(kept.e, torch.tensor([[2.0 + 3.0 + 4.0, 6.0]]))


def test_a_factor_per_neuron():
    kept = memory(e=[[4.0], [4.0]])
    (dw,) = changes(ThreeFactor(retention=0.5), told([[1.0, -2.0]], kept, [[3.0]], [[1.0, 1.0]]))
    assert_near(dw, torch.tensor([[5.0], [-10.0]]))  # 1·(3 + 2), -2·(3 + 2)


def test_without_a_trace_and_with_factor_one_it_is_hebb():
    view = conv_view(
        normal(3, 2, 3, 3),
        normal(2, 2, 5, 5, seed=1),
        signals={"reward": torch.ones(2)},
        memory=memory(e=normal(3, 2, 3, 3, seed=2)),
    )
    assert_near(ThreeFactor(retention=0.0).delta(view).tensor(), Hebb().delta(view).tensor())


def test_the_signal_has_any_name():
    rule = ThreeFactor(signal="novelty")
    assert rule.reads == {"pre", "post", "novelty"}
    (dw,) = changes(rule, told([2.0], memory(e=[[0.0]]), [[1.0]], [[3.0]], name="novelty"))
    assert_near(dw, torch.tensor([[6.0]]))


def layer(**entries):
    return build_layer(
        (3,),
        synapse={"kind": "dense", "neurons": 2},
        rule="three_factor",
        scaling="sum",
        rate={"kind": "constant", "eta": 0.1},
        **entries,
    )


def test_in_a_layer_with_a_reward():
    """The right answer is made stronger, the wrong one weaker."""
    learning, x = layer(signals={"reward": "reward"}), torch.tensor([[1.0, 2.0, -1.0]])
    answer = int(learning.respond(x).argmax())
    before = learning.w.clone()
    learning.learn(x, torch.tensor([answer]))
    u = x @ before.T
    assert_near(learning.w - before, 0.1 * u.T @ x, 1e-5)


def test_a_layer_without_the_signal_is_refused():
    with pytest.raises(
        ConfigurationError, match=r"three_factor: reads the signal 'reward'.*none.*signals = "
    ):
        layer()
    with pytest.raises(ConfigurationError, match="this layer's signals are: other"):
        layer(signals={"other": "reward"})
