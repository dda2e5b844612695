"""The linear read-out: what it solves, on which schedule, and by which numbers alone."""

from itertools import pairwise

import pytest
import torch
from support.numbers import normal
from torch.testing import assert_close

from neuroplast import ScenarioError
from neuroplast.build import RegistryResolver
from neuroplast.drafts import load_scenario
from neuroplast.features import KeptFeatures
from neuroplast.functional import dropout, halvings, leave_out_
from neuroplast.parts.readout import Readout
from neuroplast_plugins.readouts.linear import Linear


def silent(share):
    pass


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def separable(count=90, classes=3, size=4):
    """Clusters far apart: a line between each two."""
    y = torch.arange(count) % classes
    centres = 4 * torch.eye(size)[:classes]
    return KeptFeatures(centres[y] + 0.3 * normal(count, size, dtype=torch.float32), y)


def fitted(part, source, seed=0, classes=3):
    return part.fit(source, classes, rng(seed), silent)


def test_what_can_be_separated_is():
    source = separable()
    head = fitted(Linear(epochs=40, eta=0.02), source)
    assert (head.scores(source.array).argmax(1) == source.labels).all()
    assert not head.weight.requires_grad
    assert {n: tuple(t.shape) for n, t in head.tensors().items()} == {
        "weight": (3, 4),
        "bias": (3,),
    }


def test_a_bias_is_learnt():
    """All features equal, two of three stimuli of class 1: only a bias can tell, log 2 here."""
    source = KeptFeatures(torch.zeros(300, 1), torch.tensor([1, 1, 0] * 100))
    head = fitted(Linear(epochs=60, eta=0.05, dropout=0.0, batch=300), source, classes=2)
    scores = head.scores(torch.zeros(1, 1))[0]
    assert_close(scores[1] - scores[0], torch.tensor(2.0).log(), rtol=0, atol=0.02)


def test_it_follows_the_library_s_own_layer_and_optimiser():
    """Without dropout, in whole batches: the order in a batch does not matter but for rounding."""
    source = separable()
    start = Linear(epochs=1, eta=1e-30, dropout=0.0)
    first = fitted(start, source)
    module = torch.nn.Linear(4, 3)
    module.weight.data.copy_(first.weight)
    module.bias.data.copy_(first.bias)
    adam = torch.optim.Adam(module.parameters(), lr=0.01)
    for _ in range(5):
        adam.zero_grad()
        torch.nn.functional.cross_entropy(module(source.array), source.labels).backward()
        adam.step()
    head = fitted(Linear(epochs=5, eta=0.01, dropout=0.0, batch=90), source)
    assert_close(head.weight, module.weight.detach(), rtol=1e-4, atol=1e-5)
    assert_close(head.bias, module.bias.detach(), rtol=1e-4, atol=1e-5)
    assert (head.weight - first.weight).abs().min() > 0.01


@pytest.mark.parametrize("p", [0.5, 0.3])
def test_its_gradient_with_dropout_is_that_of_autograd(p):
    """Five steps, the same draws in the same order: what is left out of which batch, and the order of the stimuli."""
    source = separable()
    draws = rng()
    weight = torch.empty(3, 4).uniform_(-0.5, 0.5, generator=draws).requires_grad_()
    bias = torch.empty(3).uniform_(-0.5, 0.5, generator=draws).requires_grad_()
    adam = torch.optim.Adam([weight, bias], lr=0.01)
    for _ in range(5):
        order = torch.randperm(90, generator=draws)
        for index in order.split(40):
            adam.zero_grad()
            kept = leave_out_(source.rows(index), p, draws) / (1 - p)
            scores = kept @ weight.T + bias
            torch.nn.functional.cross_entropy(scores, source.labels[index]).backward()
            adam.step()
    head = fitted(Linear(epochs=5, eta=0.01, dropout=p, batch=40), source)
    assert_close(head.weight, weight.detach(), rtol=1e-4, atol=1e-5)
    assert_close(head.bias, bias.detach(), rtol=1e-4, atol=1e-5)


def test_features_of_fewer_bits_round_the_products_alone():
    source = separable()
    rough = KeptFeatures(source.array.bfloat16(), source.labels)
    fine = KeptFeatures(source.array.bfloat16().float(), source.labels)
    heads = [fitted(Linear(epochs=30, eta=0.02, dropout=0.0, batch=90), s) for s in (rough, fine)]
    assert heads[0].weight.dtype == heads[0].bias.dtype == torch.float32
    assert_close(heads[0].weight, heads[1].weight, rtol=0.05, atol=0.02)
    assert not heads[0].weight.equal(heads[1].weight)


def test_weights_and_bias_start_within_one_over_the_root_of_the_features():
    source = KeptFeatures(torch.zeros(2, 400), torch.tensor([0, 1]))
    head = fitted(Linear(epochs=1, eta=1e-30), source, classes=50)
    assert 0.049 < float(head.weight.abs().max()) <= 0.05
    assert float(head.bias.abs().max()) <= 0.05
    assert abs(float(head.weight.mean())) < 0.002


@pytest.mark.parametrize(
    ("epochs", "at"),
    [
        (50, [10, 17, 25, 30, 35, 40, 45]),
        (100, [20, 35, 50, 60, 70, 80, 90]),
        (20, [10, 15]),
        (49, [24, 36]),
        (19, []),
        (1, []),
    ],
)
def test_the_published_epochs_of_halving(epochs, at):
    halved = [halvings(epoch, epochs) for epoch in range(epochs)]
    assert halved[0] == 0
    assert [e for e, (a, b) in enumerate(pairwise(halved), start=1) if b == a + 1] == at
    assert halved[-1] == len(at)


@pytest.mark.parametrize(("schedule", "factor"), [("halving", 0.25), ("constant", 1.0)])
def test_the_schedule_reaches_the_optimiser(monkeypatch, schedule, factor):
    """20 epochs, one step in each: the rates at which Adam steps."""
    rates = []
    kept = torch.optim.Adam.step

    def step(self, *given):
        rates.append(float(self.param_groups[0]["lr"]))
        return kept(self, *given)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    fitted(Linear(epochs=20, batch=90, eta=0.5, schedule=schedule), separable())
    halved = {"halving": [0.5] * 10 + [0.25] * 5 + [0.125] * 5, "constant": [0.5] * 20}
    assert rates == halved[schedule]
    assert rates[-1] == 0.5 * factor


@pytest.mark.parametrize("p", [0.5, 0.25, 0.3, 0.9])
def test_dropout_keeps_the_mean_and_scales_what_it_keeps(p):
    x = torch.ones(200, 1000)
    left = dropout(x, p, rng())
    kept = left != 0
    assert_close(left[kept], torch.full_like(left[kept], 1 / (1 - p)))
    # a share of 200,000 draws has a standard deviation of at most 0.0012
    assert float(kept.float().mean()) == pytest.approx(1 - p, abs=0.006)
    assert float(kept.float().mean(0).std()) > 0  # each on its own
    assert dropout(x, 0.0, rng()) is x


def test_each_stimulus_is_seen_once_an_epoch_in_a_new_order():
    seen = []

    class Watching(KeptFeatures):
        def gather(self, index, out):
            seen.append(index)
            super().gather(index, out)

    source = separable()
    fitted(Linear(epochs=2, batch=40), Watching(source.array, source.labels))
    assert [len(index) for index in seen] == [40, 40, 10] * 2
    epochs = [torch.cat(seen[:3]), torch.cat(seen[3:])]
    assert all(e.sort().values.equal(torch.arange(90)) for e in epochs)
    assert not epochs[0].equal(epochs[1])


def test_the_same_numbers_from_the_same_generator_alone():
    heads = []
    for seed in (1, 1, 2):
        torch.manual_seed(len(heads))
        heads.append(fitted(Linear(epochs=3), separable(), seed))
    assert heads[0].weight.equal(heads[1].weight)
    assert heads[0].bias.equal(heads[1].bias)
    assert not heads[0].weight.equal(heads[2].weight)


def test_progress_rises():
    told = []
    Linear(epochs=3, batch=10).fit(separable(), 3, rng(), told.append)
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1


def test_other_names_and_ranges():
    part = RegistryResolver().resolve(Readout, {"kind": "linear", "lr": 0.5})
    assert part.eta == 0.5
    with pytest.raises(ScenarioError) as caught:
        load_scenario(
            {
                "stimuli": "oriented_bars",
                "readouts": {"kind": "linear", "dropout": 1.0, "batch": 0, "eta": 0},
            }
        )
    assert len(caught.value.problems) == 3
