"""Neurons that stand for labels, by their index."""

from torch import Tensor

from neuroplast import ConfigurationError


def must_have_neurons(who: str, labels: Tensor, neurons: int) -> None:
    """ConfigurationError where a label has no neuron of its index."""
    if not len(labels):
        return
    smallest, largest = (int(label) for label in labels.aminmax())
    if smallest < 0 or largest >= neurons:
        raise ConfigurationError(
            f"{who}: the label {smallest if smallest < 0 else largest} has no neuron in a layer of {neurons}; "
            "give the layer a neuron for each label, from 0"
        )
