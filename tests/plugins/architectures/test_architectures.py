"""Networks of architectures as they are built, where their claims count tables."""

import pytest
import torch
from pydantic import ValidationError

from neuroplast import registry
from neuroplast.errors import ConfigurationError
from neuroplast.layer import PLASTIC
from neuroplast.testing.networks import network

WIDE = {"kind": "max", "size": 4, "stride": 2, "padding": 1}
HALF = {"kind": "average", "size": 2, "stride": 2}


def made(kind, **parameters):
    return registry.current().get("architecture", kind).part(**parameters)


def built(kind, shape=(3, 32, 32), **parameters):
    return network(made(kind, **parameters).layers(), shape, registry.current())


@pytest.mark.parametrize(
    ("kind", "pools", "weights"),
    [
        ("plain_list", (WIDE, WIDE, HALF), 5_893_162),
        ("depthwise_separable", (WIDE, WIDE, HALF), 883_978),
        ("inverted_residual", (WIDE, WIDE, HALF), 4_030_378),
    ],
)
def test_parameters_with_a_head_of_ten_are_those_published(kind, pools, weights):
    net = built(kind, pools=pools)
    assert net.output_shape == (1536, 4, 4)
    own = sum(p.w.numel() for layer in net.layers.values() for p in layer.projections)
    assert own + 24_576 * 10 + 10 == weights


@pytest.mark.parametrize("kind", ["plain_list", "depthwise_separable", "inverted_residual"])
def test_every_layer_learns(kind):
    net = built(kind, (2, 8, 8), neurons=(4, 6), kernels=(3,), pools=("none",))
    before = {n: [p.w.clone() for p in layer.projections] for n, layer in net.layers.items()}
    net.adapt(dict.fromkeys(net.layers, PLASTIC))
    net.learn(torch.randn(3, 2, 8, 8, generator=torch.Generator().manual_seed(0)))
    for name, layer in net.layers.items():
        for w, projection in zip(before[name], layer.projections, strict=True):
            assert projection.w.isfinite().all()
            assert not torch.equal(projection.w, w), name


@pytest.mark.parametrize("kind", ["plain_list", "depthwise_separable", "inverted_residual"])
def test_lists_that_do_not_fit_each_other_are_told(kind):
    with pytest.raises(ValidationError, match=r"2 kernels for 3 layers; give one for all"):
        made(kind, kernels=(5, 3))
    with pytest.raises(ValidationError, match="pools"):
        made(kind, pools=(HALF, HALF))
    with pytest.raises(ValidationError):
        made(kind, neurons=())


def test_a_kernel_larger_than_the_map_that_is_left_is_refused():
    with pytest.raises(ConfigurationError, match="layer2"):
        built("plain_list", (3, 6, 6), neurons=(4, 6), kernels=(5,), padding=0, pools=("none",))


def test_a_sum_needs_maps_of_one_size():
    with pytest.raises(ValidationError, match="padding"):
        made("inverted_residual", padding=0)
