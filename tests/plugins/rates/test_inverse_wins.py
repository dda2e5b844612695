import torch
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view
from torch.testing import assert_close

from neuroplast import Progress, State, build_layer
from neuroplast_plugins.rates.inverse_wins import InverseWins


def remembering(g):
    """A view of a dense layer with these activities, and the memory of a rate in it."""
    view = dense_view(torch.ones(g.shape[1], 2), torch.ones(len(g), 2), g)
    return view.remembering(State({"wins": torch.zeros(g.shape[1])}))


def test_wins_are_counted_this_step_included():
    # two wins, one, none; a negative activity is no win
    view = remembering(torch.tensor([[1.0, 0.5, 0.0], [2.0, 0.0, -1.0]]))
    assert_close(InverseWins().at(view, Progress()), torch.tensor([0.5, 1.0, 0.0]))
    assert_close(view.memory.wins, torch.zeros(3))  # asking counts nothing
    InverseWins().adapt(view)
    assert_close(view.memory.wins, torch.tensor([2.0, 1.0, 0.0]))
    assert_close(InverseWins().at(view, Progress()), torch.tensor([0.25, 0.5, 0.0]))


def test_each_position_is_a_win():
    g = torch.zeros(3, 1, 2, 2)
    g[:, :, 0] = 1  # 2 of 4 positions, of 3 stimuli
    view = conv_view(torch.ones(1, 1, 1, 1), torch.ones(3, 1, 2, 2), g)
    view = view.remembering(State({"wins": torch.zeros(1)}))
    assert_close(InverseWins().at(view, Progress()), torch.tensor([1 / 6]))


def test_weights_become_the_mean_of_all_that_was_won():
    """MacQueen's k-means with frozen assignments in a batch, by an independent loop, over 20 batches."""
    layer = build_layer(
        (3,),
        synapse={"kind": "dense", "neurons": 4},
        similarity="distance",
        competition={"kind": "hard_wta", "activity": "binary"},
        rule="instar",
        scaling="sum",
        rate="macqueen",
    )
    for tensor in layer.state.values():
        tensor.data = tensor.data.double()
    centres, counts = layer.w.clone(), [0] * 4
    for step in range(20):
        x = normal(10, 3, seed=step)
        nearest = (x[:, None] - centres[None]).square().sum(2).argmin(1).tolist()
        layer.learn(x)
        for point, k in zip(x, nearest, strict=True):
            counts[k] += 1
            centres[k] += (point - centres[k]) / counts[k]
        assert_near(layer.w, centres)
