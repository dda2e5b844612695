from math import sqrt

import torch

from neuroplast.loading import load_stimuli
from neuroplast_plugins.stimuli.bars import Bars


def load(seed=0, **parameters):
    return load_stimuli(Bars(**parameters), "/nowhere", torch.Generator().manual_seed(seed))


def lines(x):
    """(n, 2 side): which rows and columns are there; only sure where not all rows or all columns are."""
    return torch.cat([x[:, 0].amin(2), x[:, 0].amin(1)], 1)


def test_pixels_are_covered_where_any_line_covers_them():
    """An image is the union of the lines that it has, and never their sum."""
    found = load(train=2000)
    x, bars = found.train.x, found.truth["bars"]
    assert x.shape[1:] == Bars().shape("/nowhere") == (1, 8, 8)
    assert set(x.unique().tolist()) == {0, 1}
    assert bars.shape == (16, 64)
    assert ((lines(x) @ bars).clamp(0, 1) == x.flatten(1)).all()
    assert bars[0].view(8, 8)[0].all()
    assert bars[8].view(8, 8)[:, 0].all()
    assert (bars.sum(1) == 8).all()


def test_lines_appear_independently_with_probability_p():
    """As published: 2 lines an image; 12 % of images have none; two lines together in p² of images."""
    there = lines(load(train=20_000).train.x)
    p = 1 / 8
    assert ((there.mean(0) - p).abs() < 5 * sqrt(p * (1 - p) / 20_000)).all()
    blank = float((there.sum(1) == 0).float().mean())
    assert abs(blank - (7 / 8) ** 16) < 0.012  # 0.118, five standard errors
    together = there.T @ there / 20_000
    off = together[~torch.eye(16, dtype=torch.bool)]
    assert ((off - p * p).abs() < 6 * sqrt(p * p * (1 - p * p) / 20_000)).all()


def test_size_and_probability_are_settings():
    x = load(side=5, probability=0.9, train=500).train.x
    assert x.shape == (500, 1, 5, 5)
    # a pixel is dark where neither of its two lines is there
    assert abs(float(x.mean()) - 0.99) < 0.01


def test_a_seed_decides_everything_and_counts_shift_nothing_else():
    one = load(1, train=30, test=20)
    assert one.train.x.equal(load(1, train=30).train.x)
    assert one.test.x.equal(load(1, train=7, test=20).test.x)
    assert not one.train.x.equal(load(2, train=30).train.x)
    assert load(train=30).test is None
