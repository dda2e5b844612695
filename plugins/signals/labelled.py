"""Neurons that stand for labels, by their index."""

from torch import Tensor

from neuroplast import ConfigurationError


def must_have_neurons(who: str, labels: Tensor, neurons: int) -> None:
    """ConfigurationError where a label has no neuron of its index."""
    largest = int(labels.max()) if len(labels) else 0
    if largest >= neurons:
        raise ConfigurationError(
            f"{who}: the label {largest} has no neuron in a layer of {neurons}; "
            "give the layer a neuron for each label, from 0"
        )
