import torch
from support.numbers import normal

from neuroplast.component import NO_STATE
from neuroplast_plugins.competitions.none import NoCompetition


def test_every_neuron_learns_with_its_own_drive():
    v = normal(2, 3, 4, 4)
    kept = v.clone()
    assert torch.equal(NoCompetition().compete(v, NO_STATE), kept)
