"""Layers that compute in float64, so that an identity holds to many digits."""

from neuroplast import Layer, build_layer


def in_float64(layer: Layer) -> Layer:
    """The layer with the same numbers in float64, all of its memory included."""
    for tensor in layer.state.values():
        if tensor.is_floating_point():
            tensor.data = tensor.data.double()
    return layer


def precise_layer(shape, seed=0, **entries):
    """A plastic layer in float64, from entries as in a scenario."""
    return in_float64(build_layer(shape, seed=seed, **entries))


def patches(layer, x):
    """All that a neuron of the layer sees, as rows (stimuli times positions, fan-in), in float64."""
    (projection,) = layer.projections
    seen = projection.synapse.patches(projection.prepare(x, False))
    return seen.reshape(-1, seen.shape[-1])
