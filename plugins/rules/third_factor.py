"""How rules read a named third factor."""

from torch import Tensor

from neuroplast import ConfigurationError, Fit, View


def of_each(view: View, name: str) -> Tensor:
    """The signal of each stimulus, or of each neuron and stimulus, so that it multiplies activity."""
    signal = view.signals[name].to(view.g.dtype)
    return signal.reshape(len(signal), -1, *[1] * (view.g.dim() - 2))


def must_be_there(fit: Fit, who: str, name: str) -> None:
    """ConfigurationError where a layer names no such signal."""
    if fit.layer is not None and name not in fit.layer.signals:
        known = ", ".join(fit.layer.signals) or "none"
        raise ConfigurationError(
            f"{who}: reads the signal {name!r}, and this layer's signals are: {known}; "
            f'add signals = {{ {name} = "..." }}'
        )
