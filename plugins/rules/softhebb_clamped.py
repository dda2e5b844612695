"""SoftHebb with its activity clamped to a signal, such as the label: a supervised head without backpropagation."""

from pydantic import Field

from neuroplast import Delta, Fit, Rule, View, hookimpl
from neuroplast_plugins.rules.third_factor import must_be_there, of_each


class SoftHebbClamped(Rule):
    """The SoftHebb rule with a signal t in the place of the plasticity activity.

        Δw_ij = Σ t_i (x_j - v_i w_ij)        summed over stimuli and positions

    With t one at the neuron of the label and zero elsewhere (signal `teacher`), each neuron comes to the mean direction
    of its class. The competition's g is not read. Negative signals push weights away and, beyond unit length, out.

    Shapes:
        t: the signal, (batch, post), or (batch,) for all neurons alike; dimensionless, the same at all positions.
        v: drive after dynamics, (batch, post, *positions), in any unit r.
        x: presynaptic activity, (batch, pre, *positions), in r.
        w: weights, (post, pre, *kernel), dimensionless. The change has w's shape, in r.

    Source:
        The supervised head in the code of Journé et al. (2023), ICLR, arXiv 2209.11883.

    Raises:
        ConfigurationError: where the layer names no such signal.
    """

    kind = "softhebb_clamped"
    uses = {"pre", "post", "weight"}
    hint = "lower the rate, or give it a signal that is not negative"
    signal: str = Field("teacher", min_length=1, description="name of the signal t")

    @property
    def reads(self) -> frozenset[str]:
        """What it uses, and the signal that it is told to read."""
        return frozenset({*self.uses, self.signal})

    def check(self, fit: Fit) -> None:
        """Refuse a layer without the signal."""
        must_be_there(fit, self.kind, self.signal)

    def delta(self, view: View) -> Delta:
        """The weight change, not yet computed."""
        t = of_each(view, self.signal).expand_as(view.v)
        return view.outer(t) - view.decay(t * view.v)


@hookimpl
def rules() -> list[type[Rule]]:
    """Provide the rule."""
    return [SoftHebbClamped]
