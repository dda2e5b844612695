"""Weights that are patches of the layer's own normalised input, so that no neuron starts far from all of them."""

import torch
from torch.testing import assert_close

from neuroplast import ConfigurationError, Initialisation, hookimpl
from neuroplast.testing import Claims, InitialisationClaims, holds


class SampledPatchesClaims(InitialisationClaims):
    """w_i = what a neuron sees of some stimulus at some position, plus noise."""

    of = "sampled_patches"
    cases = ({}, {"noise": 0.1})

    @holds
    def dense_weights_are_stimuli(self, initialisation: Initialisation) -> None:
        """Each neuron is one of the stimuli; with noise, as far from the nearest as the noise is large."""
        x = torch.randn(50, 200, generator=torch.Generator().manual_seed(1))
        w = initialisation.draw((30, 200), 200, torch.Generator().manual_seed(0), lambda: x.clone())
        apart, nearest = torch.cdist(w.double(), x.double()).min(1)
        noise = initialisation.noise  # type: ignore[attr-defined]
        # 200 numbers of s.d. noise have a length of noise sqrt(200), within 5 standard errors of 5 %
        assert_close(apart, torch.full_like(apart, noise * 200**0.5), rtol=0.25, atol=1e-4)
        assert len(set(nearest.tolist())) > 10, "neurons start from few stimuli"

    @holds
    def kernels_are_patches(self, initialisation: Initialisation) -> None:
        """Each kernel is a patch over all channels of one image, at a position that is not always the same."""
        exact = initialisation.model_copy(update={"noise": 0.0})
        x = torch.randn(9, 2, 8, 7, generator=torch.Generator().manual_seed(1))
        w = exact.draw((40, 2, 3, 3), 18, torch.Generator().manual_seed(0), lambda: x.clone())
        patches = torch.nn.functional.unfold(x, 3).transpose(1, 2).flatten(0, 1)
        apart, nearest = torch.cdist(w.flatten(1).double(), patches.double()).min(1)
        assert_close(apart, torch.zeros_like(apart), rtol=0, atol=1e-4)
        assert len(set((nearest % 30).tolist())) > 5, "patches come from few positions"

    @holds
    def a_neuron_of_a_group_takes_what_it_sees(self, initialisation: Initialisation) -> None:
        """Depthwise, neuron c sees channel c, and starts from a patch of that channel."""
        exact = initialisation.model_copy(update={"noise": 0.0})
        x = torch.randn(9, 4, 6, 6, generator=torch.Generator().manual_seed(1))
        w = exact.draw((4, 1, 3, 3), 9, torch.Generator().manual_seed(0), lambda: x.clone())
        for c in range(4):
            patches = torch.nn.functional.unfold(x[:, c : c + 1], 3).transpose(1, 2).flatten(0, 1)
            apart = torch.cdist(w[c].flatten(1).double(), patches.double()).min()
            assert float(apart) < 1e-4, c

    @holds
    def without_stimuli_it_refuses(self, initialisation: Initialisation) -> None:
        """Where there are no stimuli yet, it says so."""
        try:
            initialisation.draw((3, 4), 4, torch.Generator().manual_seed(0), None)
        except ConfigurationError:
            return
        raise AssertionError("weights were drawn without stimuli")


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [SampledPatchesClaims]
